"""The worker's side of `worker/child/fork_server.py`: children as forks of a process that is ready.

`forks` runs the server for the length of a context; children of that context are forked: see
`worker/child/parent_side.py`. Only Linux has the needed sockets and walls. A server that dies takes its children along,
and another one is started with the next child.
"""

import asyncio
import contextlib
import logging
import os
import signal
import socket
import subprocess
import sys
from collections.abc import AsyncIterator
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Final

from worker.child.confinement import Confinement
from worker.child.environment import environment_for
from worker.child.fork_server import LARGEST, ROOM, Wanted

log = logging.getLogger(__name__)

PATIENCE: Final = 20.0  # seconds for a server that still loads its modules, on a busy machine
KILLED: Final = -signal.SIGKILL
#: One thread for each library: a fork has only the thread that forks.
ONE_THREAD: Final = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}


class NoFork(Exception):  # noqa: N818 - the caller starts a process instead
    """The server could not fork a child."""


@dataclass
class Forked:
    """A forked child, with what `worker/child/parent_side.py` uses of `asyncio.subprocess.Process`.

    `returncode`: the exit code, or minus the signal that ended it; None while it runs.
    """

    pid: int
    stdin: asyncio.StreamWriter
    stdout: asyncio.StreamReader
    stderr: asyncio.StreamReader
    transports: list[asyncio.BaseTransport]
    returncode: int | None = None

    def close(self) -> None:
        """Closes our ends of the pipes."""
        for transport in self.transports:
            transport.close()


@dataclass
class ForkServer:
    """One server process, or none while it is down."""

    _process: "subprocess.Popen[bytes] | None" = None
    _socket: socket.socket | None = None
    _answer: "asyncio.Future[int] | None" = None
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    _codes: dict[int, int | None] = field(default_factory=dict)  # of all children, until they are adopted
    _children: dict[int, Forked] = field(default_factory=dict)

    def start(self) -> None:
        """Starts the server. It answers when it has loaded its modules."""
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-m", "worker.child.fork_server", ROOM],
                stdin=theirs.fileno(),
                stdout=subprocess.DEVNULL,
                start_new_session=True,  # Ctrl-C reaches the worker, which ends its children
                env=environment_for(Confinement(), os.environ) | ONE_THREAD,
            )
        ours.setblocking(False)
        self._socket = ours
        asyncio.get_running_loop().add_reader(ours, self._read)

    async def fork(self, module: str, confinement: Confinement | None, limit: int) -> Forked:
        """A new child that runs `module` in `confinement`. `limit`: bytes of its longest line. Raises `NoFork`."""
        wanted = Wanted(module=module, confinement=confinement, environment=environment_for(confinement, os.environ))
        packet = wanted.model_dump_json().encode()
        if len(packet) > LARGEST:
            raise NoFork("too much to say")
        async with self._turn:
            if self._socket is None:
                self.start()
            (in_, to), (from_, out), (errors, err) = os.pipe(), os.pipe(), os.pipe()
            try:
                pid = await self._asked(packet, [in_, out, err])
            except BaseException:
                for end in (to, from_, errors):
                    os.close(end)  # a child that was forked after all reads the end of its input, and exits
                raise
            finally:
                for end in (in_, out, err):
                    os.close(end)
            child = await _with_pipes(pid, to, from_, errors, limit)
            child.returncode = self._codes.pop(pid, KILLED)
            if child.returncode is None:
                self._children[pid] = child
            return child

    async def _asked(self, packet: bytes, streams: list[int]) -> int:
        assert self._socket is not None
        self._answer = asyncio.get_running_loop().create_future()
        try:
            socket.send_fds(self._socket, [packet], streams)
            async with asyncio.timeout(PATIENCE):
                return await self._answer
        except (OSError, TimeoutError) as error:  # TimeoutError is an OSError; the name says which
            self.stop()
            raise NoFork(f"no answer: {error!r}") from None
        finally:
            self._answer = None

    def _read(self) -> None:
        assert self._socket is not None
        try:
            word, _, rest = self._socket.recv(256).decode().partition(" ")
        except BlockingIOError:
            return
        except OSError:
            word = ""
        match word:
            case "forked":
                self._codes[int(rest)] = None
                self._settle(int(rest))
            case "refused":
                self._settle(NoFork("it has more than one thread"))
            case "ended":
                pid, _, code = rest.partition(" ")
                if int(pid) in self._children:
                    self._children.pop(int(pid)).returncode = int(code)
                elif int(pid) in self._codes:
                    self._codes[int(pid)] = int(code)
            case _:
                log.warning("the process that forks children has ended")
                self.stop()

    def _settle(self, answer: int | NoFork) -> None:
        if self._answer is None or self._answer.done():  # cancelled: its child reads the end of its input, and exits
            if isinstance(answer, int):
                self._codes.pop(answer, None)
        elif isinstance(answer, int):
            self._answer.set_result(answer)
        else:
            self._answer.set_exception(answer)

    def stop(self) -> None:
        """Ends the server, and its children with it."""
        if self._socket is not None:
            asyncio.get_running_loop().remove_reader(self._socket)
            self._socket.close()
            self._socket = None
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None
        lost = [pid for pid, code in self._codes.items() if code is None]
        for pid in [*lost, *self._children]:  # their exit codes are lost
            for kill in (os.killpg, os.kill):  # a child that was just forked has no group of its own yet
                with contextlib.suppress(ProcessLookupError, PermissionError):
                    kill(pid, signal.SIGKILL)
        for child in self._children.values():
            child.returncode = KILLED
        self._children.clear()
        self._codes.clear()
        self._settle(NoFork("it has ended"))


async def _with_pipes(pid: int, to: int, from_: int, errors: int, limit: int) -> Forked:
    loop = asyncio.get_running_loop()
    readers, transports = [], list[asyncio.BaseTransport]()
    for descriptor in (from_, errors):
        reader = asyncio.StreamReader(limit=limit, loop=loop)
        protocol = asyncio.StreamReaderProtocol(reader, loop=loop)
        transport, _ = await loop.connect_read_pipe(lambda protocol=protocol: protocol, os.fdopen(descriptor, "rb", 0))  # type: ignore[misc]
        readers.append(reader)
        transports.append(transport)
    writing, mixin = await loop.connect_write_pipe(
        lambda: asyncio.StreamReaderProtocol(asyncio.StreamReader(loop=loop), loop=loop), os.fdopen(to, "wb", 0)
    )
    return Forked(pid, asyncio.StreamWriter(writing, mixin, None, loop), readers[0], readers[1], [*transports, writing])


_FORKS: ContextVar[ForkServer | None] = ContextVar("forks", default=None)


def fork_server() -> ForkServer | None:
    """The server of this context, if it has one."""
    return _FORKS.get()


@contextlib.asynccontextmanager
async def forks() -> AsyncIterator[None]:
    """Children that are started in this context, or by tasks that begin in it, are forked. Linux only."""
    if sys.platform != "linux":
        yield
        return
    server = ForkServer()
    token = _FORKS.set(server)
    try:
        server.start()
        yield
    finally:
        _FORKS.reset(token)
        server.stop()

"""A process that has loaded the children's modules, and forks children: `python -m worker.child.fork_server`.

Imports take most of a short child's time. A fork has them at once, and shares their memory. The server reads no
untrusted input and does no task; each child is a fork of its own, which confines itself before it reads its task, as a
child that is started anew does (`worker/child/confined.py`). The server has one thread: a fork would lose the others.

Standard input is a socket of packets. The worker sends the JSON of a `Wanted` with three descriptors, the child's
standard streams. The answers are `forked PID`, `refused 0`, and later `ended PID CODE`. When the socket closes, the
server exits.
"""

import contextlib
import ctypes
import os
import random
import select
import signal
import socket
import sys
import tempfile
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import Final, NoReturn

from jobs.process.collector import importing

with importing():
    from jobs.models import Value
    from worker.child.confined import confine_and_run
    from worker.child.confinement import Confinement

#: Loaded with all that they import. `worker.rendering.render` runs as `__main__`, so it is not loaded itself.
LOADED: Final = (
    "worker.child.child_side", "worker.separation.run", "worker.separation.warm_up",
    "worker.separation.spleeter.engine", "worker.separation.spleeter.unet_network",
    "worker.separation.spleeter.unet_weights", "worker.rendering.sums", "worker.rendering.zipping",
    "worker.sources.upload", "worker.analysis.listening", "worker.analysis.analyse",
)  # fmt: skip
STREAMS: Final = 3
ROOM: Final = "." * 64  # an argument of the server: see `_call_it`
LARGEST: Final = 1 << 17  # bytes of a packet


class Wanted(Value):
    """A child: its module, its confinement, and its whole environment."""

    module: str
    confinement: Confinement | None
    environment: dict[str, str]


def main() -> None:
    wakes, waker = os.pipe()
    os.set_blocking(waker, False)
    signal.set_wakeup_fd(waker)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    with importing():  # the collector of a child would copy the pages of all that is shared
        for name in LOADED:
            import_module(name)
    asked = socket.socket(fileno=os.dup(0))
    while True:
        ready, _, _ = select.select([asked.fileno(), wakes], [], [])
        if wakes in ready:
            os.read(wakes, 4096)
            _tell_ended(asked)
        if asked.fileno() in ready:
            packet, streams, _, _ = socket.recv_fds(asked, LARGEST, STREAMS)
            if not packet:
                os._exit(0)
            _fork(asked, Wanted.model_validate_json(packet), streams, (wakes, waker))


def _fork(asked: socket.socket, wanted: Wanted, streams: Sequence[int], ours: Sequence[int]) -> None:
    if len(os.listdir("/proc/self/task")) > 1:  # noqa: PTH208 - a library began a thread
        child = 0
        _answer(asked, "refused 0")
    else:
        led, leads = os.pipe()
        child = os.fork()
        if child == 0:
            asked.close()
            os.setsid()
            os.close(leads)
            _become(wanted, streams, (*ours, led))
        os.close(leads)
        os.read(led, 1)  # until the child leads a group, by which the worker kills it
        os.close(led)
        _answer(asked, f"forked {child}")
    for stream in streams:
        os.close(stream)


def _become(wanted: Wanted, streams: Sequence[int], ours: Sequence[int]) -> NoReturn:
    """The child: does all that starting it anew would do, and runs its module."""
    try:
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        for number, stream in enumerate(streams):
            os.dup2(stream, number)
        for descriptor in (*streams, *ours):
            os.close(descriptor)
        os.environ.clear()
        os.environ.update(wanted.environment)
        tempfile.tempdir = None  # follows TMPDIR
        random.seed()
        _call_it(wanted.module)
        confine_and_run(wanted.confinement, wanted.module)
        sys.stdout.flush()
    except SystemExit as end:
        os._exit(end.code if isinstance(end.code, int) else 1)
    except BaseException:
        sys.excepthook(*sys.exc_info())
        os._exit(1)
    os._exit(0)


def _call_it(module: str) -> None:
    """Overwrites this process's command line, for `ps`: that of a child that is started anew, without its walls.

    The server was started with an argument that leaves room. Fields: proc_pid_stat(5).
    """
    fields = Path("/proc/self/stat").read_text().rpartition(")")[2].split()
    start, end = int(fields[45]), int(fields[46])
    line = b"\0".join([os.fsencode(sys.executable), b"-P", b"-m", module.encode(), b""])
    if start and len(line) <= end - start:
        ctypes.memmove(start, line.ljust(end - start, b"\0"), end - start)


def _tell_ended(asked: socket.socket) -> None:
    with contextlib.suppress(ChildProcessError):
        while (ended := os.waitpid(-1, os.WNOHANG))[0]:
            _answer(asked, f"ended {ended[0]} {os.waitstatus_to_exitcode(ended[1])}")


def _answer(asked: socket.socket, answer: str) -> None:
    with contextlib.suppress(OSError):  # the worker has ended: so shall we
        asked.send(answer.encode())


if __name__ == "__main__":
    main()

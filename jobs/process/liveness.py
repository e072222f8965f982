"""Detects dead workers of this host at once: each worker holds a lock on a file of its name while it lives.

The kernel releases the lock when its holder dies; a worker that only stands still keeps it. Workers of other hosts are
left to their leases: not every network file system supports locks.
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

#: Seconds before the file of a dead worker is removed; a new file may not be locked yet.
KEEP = 60

_NAME = re.compile(r"[\w.-]+")


def folder_in(data: Path) -> Path:
    """The folder of the workers' locks in the data folder."""
    return data / "lives"


@contextmanager
def hold_liveness(folder: Path, name: str) -> Iterator[None]:
    """Holds the lock of `name` while the context lasts, at most as long as this process lives."""
    path = folder / name
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = path.open("w")
        fcntl.flock(lock, fcntl.LOCK_EX)  # waits only for a process that checks the lock
    except OSError as error:  # without the lock, its leases have to expire
        log.warning("cannot lock the liveness file, so this worker's death is noticed late: %s", error)
        with suppress(OSError):
            path.unlink(missing_ok=True)  # an unlocked file would mean that the worker is dead
        yield
        return
    with lock:
        try:
            yield
        finally:
            path.unlink(missing_ok=True)


def is_dead(folder: Path, name: str) -> bool:
    """Whether `name` is certainly dead. False if unknown."""
    ours = name.startswith(f"{socket.gethostname()}-") and _NAME.fullmatch(name) is not None
    return ours and _is_unlocked(folder / name)


def sweep_dead(folder: Path) -> None:
    """Removes the files of workers that died more than `KEEP` seconds ago."""
    with suppress(OSError):
        for path in folder.iterdir():
            if time.time() - path.stat().st_mtime > KEEP and _is_unlocked(path):
                path.unlink(missing_ok=True)


def _is_unlocked(path: Path) -> bool:
    try:
        with path.open() as lock:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError:  # locked, or no such file
        return False
    return True

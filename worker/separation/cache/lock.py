"""A file lock between processes, which the system releases when the holder dies."""

import contextlib
import fcntl
import time
from collections.abc import Callable, Iterator
from pathlib import Path

POLL = 0.2  # seconds between two tries


@contextlib.contextmanager
def only_one(lock: Path, waiting: Callable[[int], None] = lambda _: None) -> Iterator[None]:
    """Holds the lock file `lock`; calls `waiting` with the number of each failed try."""
    with lock.open("w") as file:
        tries = 0
        while True:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                tries += 1
                waiting(tries)
                time.sleep(POLL)
            else:
                break
        yield

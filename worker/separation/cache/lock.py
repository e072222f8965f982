"""One process at a time, held by the system: it lets go when the holder dies, however it dies."""

import contextlib
import fcntl
import time
from collections.abc import Callable, Iterator
from pathlib import Path

POLL = 0.2  # seconds between two tries


@contextlib.contextmanager
def only_one(lock: Path, waiting: Callable[[int], None] = lambda _: None) -> Iterator[None]:
    """Hold the file `lock` against every other process; `waiting` hears of each try that failed, with its number."""
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

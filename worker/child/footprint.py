"""Disk space of a child: the files in its folders, and removed files that it still has open.

RLIMIT_FSIZE bounds each file; this bounds all of them together, and their number.
"""

import asyncio
import contextlib
import os
import stat
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

EVERY: Final = 1.0  # seconds between two measurements
MOST_FILES: Final = 10_000  # files and folders; five stems in ten renditions are fewer than a hundred
#: Files of a song at once, as multiples of the largest one: five stems, their values over full scale, and renditions
#: encoded along.
SONG_FILES: Final = 6
BLOCK: Final = 512  # bytes, of `st_blocks`


async def until_too_large(
    pids: Callable[[], Sequence[int]], folders: Sequence[Path], most_mb: Callable[[], float]
) -> str:
    """Watches `folders`, and removed files that processes `pids` have open, until they hold more than `most_mb` (0: no
    limit) or `MOST_FILES`. Returns a sentence about the limit that was exceeded.
    """
    while True:
        await asyncio.sleep(EVERY)
        if not most_mb():
            continue
        held, files = await asyncio.to_thread(measure, pids(), folders)
        if held > most_mb():
            return f"held {held:.0f} MB in files, {most_mb():.0f} MB are allowed"
        if files > MOST_FILES:
            return f"made {files} files, {MOST_FILES} are allowed"


def measure(pids: Sequence[int], folders: Sequence[Path]) -> tuple[float, int]:
    """The size of the files in MB, and their number, counted up to `MOST_FILES`."""
    held: dict[tuple[int, int], int] = {}  # bytes by device and inode: a file may have several names
    waiting = [str(folder) for folder in folders]
    files = 0
    while waiting and files <= MOST_FILES:
        with contextlib.suppress(OSError), os.scandir(waiting.pop()) as entries:
            for entry in entries:
                files += 1
                if files > MOST_FILES:
                    break
                with contextlib.suppress(OSError):
                    if entry.is_dir(follow_symlinks=False):
                        waiting.append(entry.path)
                    _add(entry.stat(follow_symlinks=False), held)
    for pid in pids:
        with contextlib.suppress(OSError), os.scandir(f"/proc/{pid}/fd") as opened:
            for entry in opened:
                with contextlib.suppress(OSError):
                    found = entry.stat()
                    if stat.S_ISREG(found.st_mode) and found.st_nlink == 0:
                        _add(found, held)
    return sum(held.values()) / 1e6, files


def _add(found: os.stat_result, held: dict[tuple[int, int], int]) -> None:
    held[found.st_dev, found.st_ino] = found.st_blocks * BLOCK

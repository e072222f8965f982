"""What a child may use: memory and processor time, watched from outside, since a child that eats cannot be asked.

Memory is what nobody can take back without killing: anonymous and shared pages, swapped ones included, of the child
and of everything it started. Files that are mapped do not count, nor does address space: OpenVINO maps its weights, and
Node reserves gigabytes that it never touches. Behind the watch stands a wall in the kernel (RLIMIT_DATA), a little
higher, for what grows faster than anybody looks.

Linux alone tells about other processes like this; elsewhere only the time limits hold.
"""

import asyncio
import contextlib
import os
import re
import resource
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from worker.child.cgroups import ROOT, files

EVERY: Final = 0.2  # seconds between two looks: a process fills about half a gigabyte in that time
#: MB between the limit and the wall: what runtimes reserve for writing and never touch. A separation with OpenVINO
#: reserves 0.2 GB, Node 0.6 GB.
HEADROOM: Final = 1024
#: Seconds between the signal that processor time is up and the one that cannot be caught.
LAST_SECONDS: Final = 5
#: A separation into five stems with all encoders has about sixty open, libraries included.
OPEN_FILES: Final = 512
#: MB that a second of music takes at most: five stems of it, uncompressed, in one zip.
SECOND_MB: Final = 1.5

#: Of a child and all it started together, so that nobody fills the machine's table of processes. Runtimes have about
#: two for each core. RLIMIT_NPROC would count whatever else the person runs, and does not hold for root.
MOST_THREADS: Final = 2000

_THREADS = re.compile(r"^Threads:\s+(\d+)$", re.M)
_HELD = re.compile(r"^(?:RssAnon|RssShmem|VmSwap):\s+(\d+) kB$", re.M)


@dataclass(frozen=True)
class Limits:
    """`memory_mb`: of a child and all it started. `cpu_seconds`: of each of its processes. `file_mb`: of a file that
    it writes. 0: no limit.
    """

    memory_mb: float = 0
    cpu_seconds: float = 0
    file_mb: float = 0


NO_LIMITS: Final = Limits()


def largest_file(max_seconds: float) -> float:
    """MB that no file about a song of `max_seconds` exceeds, with room for covers and headers."""
    return 100 + SECOND_MB * max_seconds


def impose(pid: int, limits: Limits) -> None:
    """The limits that the kernel keeps by itself, for a process and all it will start; and no core dumps."""
    if sys.platform != "linux":
        return
    bounds = {resource.RLIMIT_CORE: (0, 0), resource.RLIMIT_NOFILE: (OPEN_FILES, OPEN_FILES)}
    if limits.file_mb:
        size = int(limits.file_mb * 1e6)
        bounds[resource.RLIMIT_FSIZE] = (size, size)
    if limits.memory_mb:
        wall = int((limits.memory_mb + HEADROOM) * 1e6)
        bounds[resource.RLIMIT_DATA] = (wall, wall)
    if limits.cpu_seconds:
        seconds = max(1, round(limits.cpu_seconds))
        bounds[resource.RLIMIT_CPU] = (seconds, seconds + LAST_SECONDS)
    for what, (soft, hard) in bounds.items():
        # It is gone already, or lives under a lower limit that is not ours to raise.
        with contextlib.suppress(ProcessLookupError, PermissionError, ValueError):
            resource.prlimit(pid, what, (soft, hard))


async def until_too_much(pid: int, memory_mb: float) -> str:
    """Watch a process and all it started until they hold more than `memory_mb`, unless that is 0, or are too many.

    Returns which, in words.
    """
    while True:
        statuses = _statuses(pid)
        held, threads = _held_mb(statuses), _sum(_THREADS, statuses)
        if 0 < memory_mb < held:
            return f"held {held:.0f} MB, {memory_mb:.0f} MB are allowed"
        if threads > MOST_THREADS:
            return f"had {threads} threads, {MOST_THREADS} are allowed"
        await asyncio.sleep(EVERY)


def held_mb(pid: int) -> float:
    """MB that a process and everything it started hold, as above; 0 where nobody tells."""
    return _held_mb(_statuses(pid))


def _held_mb(statuses: list[str]) -> float:
    return _sum(_HELD, statuses) * 1024 / 1e6


def _sum(figure: re.Pattern[str], statuses: list[str]) -> int:
    return sum(int(found) for status in statuses for found in figure.findall(status))


def _statuses(pid: int) -> list[str]:
    """What /proc says of a process and of all its descendants. Any of them may go while we look."""
    family, found = [pid], []
    for one in family:  # which grows meanwhile
        process = f"/proc/{one}"
        with contextlib.suppress(OSError):
            found.append(Path(process, "status").read_text())
            for thread in os.listdir(f"{process}/task"):  # noqa: PTH208 - `Path.glob` raises midway
                with contextlib.suppress(OSError):
                    family += [int(child) for child in Path(process, "task", thread, "children").read_text().split()]
    return found


def oom_kills(root: Path = ROOT) -> int:
    """How often the kernel has killed for want of memory, in our control groups and, as far as it tells, on this host.

    https://docs.kernel.org/admin-guide/cgroup-v2.html (memory.events), cgroup-v1/memory.html (memory.oom_control)
    """
    counters = (root / "proc/vmstat", *files("memory", "memory.events", "memory.oom_control", root))
    return sum(_oom_kills_in(counter) for counter in counters)


def _oom_kills_in(counter: Path) -> int:
    try:
        found = re.search(r"^oom_kill (\d+)$", counter.read_text(), re.M)
    except OSError:
        return 0
    return int(found[1]) if found else 0

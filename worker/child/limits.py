"""Limits of a child's memory and processor time. The parent watches memory, so the child need not cooperate.

Memory is that which only killing releases: anonymous and shared pages, swapped ones included, of the child and of its
descendants. Mapped files do not count, nor does address space: OpenVINO maps its weights, and Node reserves gigabytes
that it never touches. RLIMIT_DATA, a little higher, bounds growth that is faster than the watch.

Only Linux shows the memory of other processes like this; elsewhere only the time limits hold.
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

EVERY: Final = 0.2  # seconds between two measurements: a process fills about half a gigabyte in that time
#: MB between the limit and RLIMIT_DATA, for memory that runtimes reserve for writing and never touch: 0.2 GB in a
#: separation with OpenVINO, 0.6 GB in Node.
HEADROOM: Final = 1024
#: Seconds of processor time between SIGXCPU and SIGKILL.
LAST_SECONDS: Final = 5
#: A separation into five stems with all encoders opens about sixty files, libraries included.
OPEN_FILES: Final = 512
#: MB of a second of music at most: six stems and a click in 32 bits, uncompressed, in one zip.
SECOND_MB: Final = 2.5

#: Of a child and its descendants together, to protect the machine's process table. Runtimes have about two for each
#: core. RLIMIT_NPROC would count all processes of the user, and does not hold for root.
MOST_THREADS: Final = 2000
MOST_LINES: Final = 500_000  # a download of ten minutes at 1 Gbit/s writes half of that

_THREADS = re.compile(r"^Threads:\s+(\d+)$", re.M)
_HELD = re.compile(r"^(?:RssAnon|RssShmem|VmSwap):\s+(\d+) kB$", re.M)


@dataclass(frozen=True)
class Limits:
    """`memory_mb`: of a child and its descendants. `cpu_seconds`: of each of its processes. `file_mb`: of each file
    that it writes. `folder_mb`: of all files in its folders. 0: no limit. `threads`: of it and its descendants.
    `lines`: that it may write to its parent.
    """

    memory_mb: float = 0
    cpu_seconds: float = 0
    file_mb: float = 0
    folder_mb: float = 0
    threads: int = MOST_THREADS
    lines: int = MOST_LINES


NO_LIMITS: Final = Limits()


def largest_file(max_seconds: float) -> float:
    """The largest file, in MB, of a song of `max_seconds`, with room for covers and headers."""
    return 100 + SECOND_MB * max_seconds


def impose(pid: int, limits: Limits) -> None:
    """Sets the limits that the kernel enforces, for a process and its descendants; turns core dumps off."""
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
        # The process has ended, or has a lower limit that we may not raise.
        with contextlib.suppress(ProcessLookupError, PermissionError, ValueError):
            resource.prlimit(pid, what, (soft, hard))


async def until_too_much(pid: int, limits: Limits) -> str:
    """Watches a process and its descendants until they exceed the memory (0: no limit) or the threads of `limits`.

    Returns a sentence about the limit that was exceeded.
    """
    while True:
        statuses = _statuses(pid)
        held, threads = _held_mb(statuses), _sum(_THREADS, statuses)
        if 0 < limits.memory_mb < held:
            return f"held {held:.0f} MB, {limits.memory_mb:.0f} MB are allowed"
        if threads > limits.threads:
            return f"had {threads} threads, {limits.threads} are allowed"
        await asyncio.sleep(EVERY)


def held_mb(pid: int) -> float:
    """Memory of a process and its descendants, in MB, as above; 0 on systems that do not show it."""
    return _held_mb(_statuses(pid))


def _held_mb(statuses: list[str]) -> float:
    return _sum(_HELD, statuses) * 1024 / 1e6


def _sum(figure: re.Pattern[str], statuses: list[str]) -> int:
    return sum(int(found) for status in statuses for found in figure.findall(status))


def _statuses(pid: int) -> list[str]:
    """/proc's status files of a process and its descendants. Any of them may end meanwhile."""
    found = []
    for one in family_of(pid):
        with contextlib.suppress(OSError):
            found.append(Path(f"/proc/{one}/status").read_text())
    return found


def family_of(pid: int) -> list[int]:
    """A process and its descendants."""
    family = [pid]
    for one in family:  # the loop extends it
        process = f"/proc/{one}"
        with contextlib.suppress(OSError):
            for thread in os.listdir(f"{process}/task"):  # noqa: PTH208 - `Path.glob` raises when a process ends
                with contextlib.suppress(OSError):
                    family += [int(child) for child in Path(process, "task", thread, "children").read_text().split()]
    return family


def oom_kills(root: Path = ROOT) -> int:
    """The kernel's count of kills for lack of memory, in this process's control groups and, where shown, on the host.

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

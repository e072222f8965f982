"""Whether there is memory enough, asked before any of it is taken: in the middle of the work it is too late to say so.

A runtime that gets no address space ends by a segmentation fault, and a control group that is full by SIGKILL.
"""

import resource
from collections.abc import Iterator
from pathlib import Path

from jobs.failures import Reason, failed
from jobs.models import StemCount

CGROUPS = Path("/sys/fs/cgroup")

# Measured: the peak of the process, and the addresses it takes, of which arenas and stacks of threads are the most.
RESIDENT = {2: 430, 4: 640, 5: 750}  # MB
ADDRESSES = {2: 1400, 4: 1800, 5: 2000}  # MB


def require_memory(stems: StemCount) -> None:
    """Raise `Failed` OUT_OF_MEMORY when a limit of the process, or of its control group, is too small for the model."""
    addresses, _ = resource.getrlimit(resource.RLIMIT_AS)
    if addresses != resource.RLIM_INFINITY:
        _require(addresses, ADDRESSES[stems], "the address space")
    for limit in _of_control_groups():
        _require(limit, RESIDENT[stems], "the control group")


def _require(limit_bytes: int, needed_mb: int, of: str) -> None:
    if limit_bytes < needed_mb << 20:
        raise failed(Reason.OUT_OF_MEMORY, f"{of} is limited to {limit_bytes >> 20} MB, and {needed_mb} MB are needed")


def _of_control_groups() -> Iterator[int]:
    """The limits, in bytes, of our control group and those around it (cgroups(7), version 2 and 1)."""
    try:
        lines = Path("/proc/self/cgroup").read_text(encoding="utf-8").splitlines()
    except OSError:  # no Linux
        return
    for line in lines:
        _, kinds, where = line.split(":", 2)
        if kinds not in ("", "memory"):
            continue
        root, name = (CGROUPS / kinds, "memory.limit_in_bytes") if kinds else (CGROUPS, "memory.max")
        folder = root / where.lstrip("/")
        for each in (folder, *folder.parents):
            try:
                yield int((each / name).read_text(encoding="ascii"))
            except (OSError, ValueError):  # none here, or "max"
                continue

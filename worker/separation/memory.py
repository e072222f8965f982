"""Whether there is memory enough, asked before any of it is taken: in the middle of the work it is too late to say so.

A runtime that gets no address space ends by a segmentation fault, and a control group that is full by SIGKILL.
"""

import resource
from pathlib import Path
from typing import Final

from jobs.failures import Reason, failed
from jobs.models import StemCount
from worker.groups import ROOT, memory_limits

# Measured: the peak of the process, and the addresses it takes, of which arenas and stacks of threads are the most.
RESIDENT: Final[dict[StemCount, int]] = {2: 430, 4: 640, 5: 750}  # MB
ADDRESSES: Final[dict[StemCount, int]] = {2: 1400, 4: 1800, 5: 2000}  # MB


def require_memory(stems: StemCount, root: Path = ROOT) -> None:
    """Raise `Failed` OUT_OF_MEMORY where the process, or a control group around it, has too little for it."""
    addresses, _ = resource.getrlimit(resource.RLIMIT_AS)
    if addresses != resource.RLIM_INFINITY:
        _require(addresses, ADDRESSES[stems], "the address space")
    for limit in memory_limits(root):
        _require(limit, RESIDENT[stems], "the control group")


def _require(limit_bytes: int, needed_mb: int, of: str) -> None:
    if limit_bytes < needed_mb << 20:
        raise failed(Reason.OUT_OF_MEMORY, f"{of} is limited to {limit_bytes >> 20} MB, and {needed_mb} MB are needed")

"""Whether there is memory enough, asked before any of it is taken: in the middle of the work it is too late to say so.

A runtime that gets no address space ends by a segmentation fault, and a control group that is full by SIGKILL.
"""

import resource
from pathlib import Path
from typing import Final

from jobs.failures import Reason, failed
from jobs.models import StemCount
from worker.child.cgroups import ROOT, memory_limits

#: MB. The smallest control groups in which our own kernels made stems, a model's first song included. OpenVINO in their
#: place needs 430, 750 and 900: who has less than that is ended by the system there, which is told as well, but later.
RESIDENT: Final[dict[StemCount, int]] = {2: 360, 4: 640, 5: 750}
#: MB that OpenVINO takes, which looks at every model once, whoever runs it later: mostly arenas and stacks of threads.
ADDRESSES: Final[dict[StemCount, int]] = {2: 1400, 4: 1800, 5: 2000}


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

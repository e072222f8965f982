"""Checks before a separation that its memory is available, since a shortage during it cannot be reported:

a runtime without address space ends by a segmentation fault, and a process in a full control group by SIGKILL.
"""

import resource
from pathlib import Path

from jobs.failures import Reason, failed
from jobs.music.separation_models import ModelInfo
from worker.child.cgroups import ROOT, memory_limits


def require_memory(model: ModelInfo, root: Path = ROOT) -> None:
    """Raises `Failed` OUT_OF_MEMORY where the process, or a control group around it, has too little for a model."""
    addresses, _ = resource.getrlimit(resource.RLIMIT_AS)
    if addresses != resource.RLIM_INFINITY:
        _require(addresses, model.address_mb, "the address space")
    for limit in memory_limits(root):
        _require(limit, model.resident_mb, "the control group")


def _require(limit_bytes: int, needed_mb: int, of: str) -> None:
    if limit_bytes < needed_mb << 20:
        raise failed(Reason.OUT_OF_MEMORY, f"{of} is limited to {limit_bytes >> 20} MB, and {needed_mb} MB are needed")

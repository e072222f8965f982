"""The real weights, for everything the worker does."""

from tests.weights import models_dir
from worker.child.confinement.walls import support

__all__ = ["models_dir"]

#: Walls are what the kernel has; where it has none, `fl-bt doctor` says so.
collect_ignore = [] if all(support()) else ["child/test_confinement.py", "child/test_older_kernels.py"]

"""The real weights, for all tests of the worker."""

from tests.weights import models_dir
from worker.child.confinement.walls import support

__all__ = ["models_dir"]

#: On kernels without walls these are left out; `fl-bt doctor` reports missing walls.
collect_ignore = [] if all(support()) else ["child/test_confinement.py", "child/test_older_kernels.py"]

"""Python's garbage collector, suspended while modules are imported."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def importing() -> Iterator[None]:
    """For a process's own imports: nothing is collected while the context lasts, and what exists at its end never is.

    Modules live as long as their process, but the collector looks at all their objects again and again, and once more
    when the process ends: a quarter of the processor time of a short command.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()

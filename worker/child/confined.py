"""Confines this process, then runs another module: `python -m worker.child.confined WALLS MODULE`.

`WALLS` is the JSON of a `Confinement`, or `null` for none. This module loads first, so the process still has one thread
and has read no untrusted input.
"""

import contextlib
import runpy
import signal
import sys
from pathlib import Path

from worker.child.confinement import Confinement
from worker.child.confinement.calls import control
from worker.child.confinement.ground import readable
from worker.child.confinement.walls import make_walls

SET_PDEATHSIG, SET_SUBREAPER = 1, 36  # prctl(2)
OOM_SCORE = "500"  # of 1000: as if the process held half of the machine's memory more


def main() -> None:
    how, module = sys.argv[1:3]
    confine_and_run(Confinement.model_validate_json(how) if how != "null" else None, module)


def confine_and_run(confinement: Confinement | None, module: str) -> None:
    """Confines this process, and runs `module` as its main program."""
    sys.argv = [module]
    go_first()
    keep_orphans()
    die_with_parent()
    if confinement is not None:
        walls = make_walls(confinement, readable(module, online=bool(confinement.ports)))
        walls.impose()
        walls.close()
    runpy.run_module(module, run_name="__main__", alter_sys=True)


def go_first() -> None:
    """Lets the kernel kill this process before the queue, the bot and the worker when memory runs out."""
    with contextlib.suppress(OSError):  # not Linux
        Path("/proc/self/oom_score_adj").write_text(OOM_SCORE)


def keep_orphans() -> None:
    """Makes this process the parent of its orphaned descendants, so that `worker/child/limits.py` counts them."""
    if sys.platform == "linux":
        with contextlib.suppress(OSError):
            control(SET_SUBREAPER, 1)


def die_with_parent() -> None:
    """Lets the kernel kill this process when its parent dies. A process that is stopped cannot read the end of its
    input, by which it ends otherwise.
    """
    if sys.platform == "linux":
        with contextlib.suppress(OSError):
            control(SET_PDEATHSIG, signal.SIGKILL)


if __name__ == "__main__":
    main()

"""Raise the walls around this process, then run another module: `python -m worker.child.confined WALLS MODULE`.

`WALLS` is the JSON of a `Confinement`, or `null` for none. This module loads before anything else, so the process has
one thread and has read nothing from outside.
"""

import contextlib
import runpy
import sys
from pathlib import Path

from worker.child.confinement import Confinement
from worker.child.confinement.calls import control
from worker.child.confinement.ground import readable
from worker.child.confinement.walls import make_walls

SET_SUBREAPER = 36  # prctl(2)
OOM_SCORE = "500"  # of 1000: as if we held half of the machine's memory more


def main() -> None:
    how, module = sys.argv[1:3]
    sys.argv = [module]
    go_first()
    keep_orphans()
    if how != "null":
        confinement = Confinement.model_validate_json(how)
        walls = make_walls(confinement, readable(module, online=bool(confinement.ports)))
        walls.impose()
        walls.close()
    runpy.run_module(module, run_name="__main__", alter_sys=True)


def go_first() -> None:
    """When the machine runs out of memory, the kernel takes us rather than the queue, the bot or the worker."""
    with contextlib.suppress(OSError):  # not Linux
        Path("/proc/self/oom_score_adj").write_text(OOM_SCORE)


def keep_orphans() -> None:
    """What our processes start stays below us when they end, where it is counted: see `worker/child/limits.py`."""
    if sys.platform == "linux":
        with contextlib.suppress(OSError):
            control(SET_SUBREAPER, 1)


if __name__ == "__main__":
    main()

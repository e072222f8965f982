"""Walls around a child process: limits on its reach into the machine, enforced by the kernel.

Landlock bounds files, TCP ports and signals; seccomp refuses system calls. Both hold for the rest of the process's life
and for everything it starts. Only Linux has them: `support` tells which, and elsewhere children run without. See
docs/adr/0010.
"""

from pathlib import Path
from typing import Final

from jobs.models import Value


class Confinement(Value):
    """The reach of a child, beside the interpreter, the system's libraries and our code, which it may read.

    `read`: files, or folders with all that is in them. `write`: folders in which it may do everything. `ports`: TCP
    ports it may connect to; none means no sockets at all. `programs`: files it may execute. `processes`: whether it may
    start processes. `symlinks`: whether it may make symbolic links. `variables`: of
    the environment, beside those that all have (`worker/child/environment.py`). Paths are absolute; what does not exist
    is left out.
    """

    read: tuple[Path, ...] = ()
    write: tuple[Path, ...] = ()
    ports: tuple[int, ...] = ()
    programs: tuple[Path, ...] = ()
    processes: bool = False
    symlinks: bool = False
    variables: tuple[str, ...] = ()


#: No walls. Only tests use it, to show that attempts succeed without walls.
UNCONFINED: Final = None

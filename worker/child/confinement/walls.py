"""Prepares a `Confinement`, and imposes it on this process."""

import contextlib
import os
import platform
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from worker.child.confinement import Confinement, landlock, seccomp
from worker.child.confinement.calls import architecture, control
from worker.child.confinement.ground import DEVICES, loaders

_NO_NEW_PRIVILEGES = 38

_filtered = False  # whether this process imposed a filter of system calls on itself


class Support(NamedTuple):
    """The system's support: Landlock's version, 0 for none, and whether it has filters of system calls."""

    landlock: int
    seccomp: bool

    @property
    def sentence(self) -> str:
        """The supported limits, in words for the log and `doctor`."""
        parts = [f"Landlock ABI {self.landlock}"] if self.landlock else []
        parts += ["seccomp"] if self.seccomp else []
        if len(parts) == 2:
            return f"confined: {', '.join(parts)}"
        missing = " and no ".join(
            name for name, has in (("Landlock", self.landlock), ("seccomp", self.seccomp)) if not has
        )
        where = f"{platform.system()} {platform.release()}"
        return f"{f'confined by {parts[0]} alone' if parts else 'not confined'}: {where} has no {missing} for us"


def support() -> Support:
    """The support of this system."""
    if architecture() is None:
        return Support(0, seccomp=False)
    return Support(landlock.version(), seccomp.available())


class Walls(NamedTuple):
    """Prepared in one process, imposed there or in its fork: imposing takes three system calls.

    `ruleset` is a file descriptor, or None; `steps` the filter, empty for none.
    """

    ruleset: int | None
    steps: Sequence[seccomp.Step]

    def impose(self) -> None:
        """Confines this process and all that it starts, from now on. Raises `OSError`."""
        if self.ruleset is not None or self.steps:
            control(_NO_NEW_PRIVILEGES, 1)
        if self.ruleset is not None:
            landlock.impose(self.ruleset)
        if self.steps:
            global _filtered  # noqa: PLW0603 - the kernel's state per process, which it does not tell
            seccomp.impose(self.steps)
            _filtered = True

    def close(self) -> None:
        if self.ruleset is not None:
            with contextlib.suppress(OSError):
                os.close(self.ruleset)


def make_walls(confinement: Confinement, ground: Sequence[Path] = (), has: Support | None = None) -> Walls:
    """The walls of a confinement, as far as the system supports them. Files in `ground` may be read too.

    `has`: to make do with less than the system has. Raises `OSError` where the system has them and something is wrong.
    """
    has = has or support()
    ruleset: int | None = None
    steps: list[seccomp.Step] = []
    if has.landlock:
        programs = confinement.programs
        rules = landlock.Rules(
            read=[*ground, *confinement.read],
            write=confinement.write,
            devices=[Path(device) for device in DEVICES],
            programs=[*programs, *(loaders() if programs else ())],
            ports=confinement.ports,
            symlinks=confinement.symlinks,
        )
        ruleset = landlock.make_ruleset(rules, has.landlock)
    machine = architecture()
    if has.seccomp and machine is not None:
        ban = seccomp.Ban(
            sockets=not confinement.ports, execution=not confinement.programs, processes=not confinement.processes
        )
        steps = seccomp.program(ban, machine, os.getpid())
    return Walls(ruleset, steps)


def close_network() -> None:
    """Refuses sockets, programs and new processes from now on, between fetching and decoding. Does nothing where the
    process is not confined by seccomp. Raises `OSError`.
    """
    machine = architecture()
    if _filtered and machine is not None:
        seccomp.impose(seccomp.program(seccomp.Ban(sockets=True, execution=True, processes=True), machine, os.getpid()))

"""The control groups that hold us, and what they allow: those of cgroups(7), version 2 and version 1.

A container's own group is mounted as the topmost one, whatever it is called outside; a service's lies in a slice that
may be limited, too. So what a group has to say is looked for at its own place and at every place above.
"""

import contextlib
import math
import os
from collections.abc import Iterator
from pathlib import Path

ROOT = Path("/")


def files(controller: str, name: str, name_of_v1: str, root: Path = ROOT) -> Iterator[Path]:
    """Where a controller's file may lie, for our group and for each around it. None of them has to be there."""
    mount = root / "sys/fs/cgroup"
    with contextlib.suppress(OSError):  # no Linux
        for line in (root / "proc/self/cgroup").read_text(encoding="utf-8").splitlines():
            _, controllers, where = line.split(":", 2)
            if not controllers:
                yield from _at_and_above(mount, where, name)
            elif controller in controllers.split(","):
                # Several that are mounted together are also found by the name of each; not everywhere.
                for mounted in dict.fromkeys((controllers, controller)):
                    yield from _at_and_above(mount / mounted, where, name_of_v1)


def memory_limits(root: Path = ROOT) -> Iterator[int]:
    """The limits of memory, in bytes, of our group and of those around it."""
    for file in files("memory", "memory.max", "memory.limit_in_bytes", root):
        with contextlib.suppress(OSError, ValueError):  # none here, or "max"
            yield int(file.read_text(encoding="ascii"))


def cores(root: Path = ROOT) -> int:
    """Cores this process may use: those it may run on, and no more than the groups' shares of time, rounded up."""
    own = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, min([own, *(math.ceil(share) for share in _shares(root))]))


def _shares(root: Path) -> Iterator[float]:
    """Of how many cores' time each group may use: its quota in each period."""
    for file in files("cpu", "cpu.max", "cpu.cfs_quota_us", root):
        with contextlib.suppress(OSError, ValueError):  # none here, or "max"
            quota, *period = file.read_text(encoding="ascii").split()
            if int(quota) > 0:  # -1: no limit
                yield int(quota) / int(period[0] if period else file.with_name("cpu.cfs_period_us").read_text())


def _at_and_above(mount: Path, where: str, name: str) -> Iterator[Path]:
    group = mount / where.lstrip("/")
    return (folder / name for folder in (group, *group.parents) if folder.is_relative_to(mount))

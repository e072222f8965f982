"""Limits of this process's control groups: cgroups(7), version 2 and version 1.

A container's group is mounted as the topmost one, under any name; a service's group lies in a slice that may have
limits too. So files are looked up at the group's own path and at every path above it.
"""

import contextlib
import math
import os
from collections.abc import Callable, Iterator
from pathlib import Path

ROOT = Path("/")


def files(controller: str, name: str, name_of_v1: str, root: Path = ROOT) -> Iterator[Path]:
    """Possible paths of a controller's file, for this process's group and each around it. They need not exist."""
    mount = root / "sys/fs/cgroup"
    with contextlib.suppress(OSError):  # not Linux
        for line in (root / "proc/self/cgroup").read_text(encoding="utf-8").splitlines():
            _, controllers, where = line.split(":", 2)
            if not controllers:
                yield from _at_and_above(mount, where, name)
            elif controller in controllers.split(","):
                # Controllers mounted together may also have a link by each name, but not on every system.
                for mounted in dict.fromkeys((controllers, controller)):
                    yield from _at_and_above(mount / mounted, where, name_of_v1)


def memory_limits(root: Path = ROOT) -> Iterator[int]:
    """The memory limits, in bytes, of this process's group and of those around it."""
    for file in files("memory", "memory.max", "memory.limit_in_bytes", root):
        with contextlib.suppress(OSError, ValueError):  # no file, or "max"
            yield int(file.read_text(encoding="ascii"))


def cores(root: Path = ROOT) -> int:
    """Cores this process may use: its CPU affinity, limited by the groups' CPU quotas, rounded up.

    On macOS, which has neither, the fast cores.
    """
    own = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else performance_cores(_sysctl)
    return max(1, min([own, *(math.ceil(share) for share in _shares(root))]))


def performance_cores(sysctl: Callable[[str], int | None]) -> int:
    """The fast cores of a Mac: equal pieces of work would wait for the slow ones. Macs by Intel have one kind only."""
    return sysctl("hw.perflevel0.physicalcpu") or os.cpu_count() or 1


def _sysctl(name: str) -> int | None:
    """A number of the macOS kernel (sysctlbyname(3)); None where it has no such number, or on another system."""
    import ctypes  # used on macOS only

    value, size = ctypes.c_int(0), ctypes.c_size_t(ctypes.sizeof(ctypes.c_int))
    query = getattr(ctypes.CDLL(None), "sysctlbyname", None)
    if query is None or query(name.encode(), ctypes.byref(value), ctypes.byref(size), None, ctypes.c_size_t(0)):
        return None
    return value.value


def _shares(root: Path) -> Iterator[float]:
    """The CPU quota of each group that has one, in cores: quota / period."""
    for file in files("cpu", "cpu.max", "cpu.cfs_quota_us", root):
        with contextlib.suppress(OSError, ValueError):  # no file, or "max"
            quota, *period = file.read_text(encoding="ascii").split()
            if int(quota) > 0:  # -1: no limit
                yield int(quota) / int(period[0] if period else file.with_name("cpu.cfs_period_us").read_text())


def _at_and_above(mount: Path, where: str, name: str) -> Iterator[Path]:
    group = mount / where.lstrip("/")
    return (folder / name for folder in (group, *group.parents) if folder.is_relative_to(mount))

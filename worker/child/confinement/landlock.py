"""Landlock, by its system calls: files, TCP ports, signals (https://docs.kernel.org/userspace-api/landlock.html).

A rule set holds for the calling thread and everything that it starts, so it is imposed before other threads start.
Paths may still be looked up and `stat`ed; the rules apply to opening, making, renaming and removing.
"""

import ctypes
import errno
import os
import stat
from collections.abc import Sequence
from pathlib import Path
from typing import Final, NamedTuple

from worker.child.confinement.calls import call

_CREATE, _ADD, _RESTRICT = 444, 445, 446  # the same on every architecture
_VERSION: Final = 1
_PATH_BENEATH, _NET_PORT = 1, 2

_EXECUTE, _WRITE_FILE, _READ_FILE, _READ_DIR, _TRUNCATE, _IOCTL_DEV = 1 << 0, 1 << 1, 1 << 2, 1 << 3, 1 << 14, 1 << 15
_MAKE_CHAR, _MAKE_SOCK, _MAKE_FIFO, _MAKE_BLOCK, _MAKE_SYM = 1 << 6, 1 << 9, 1 << 10, 1 << 11, 1 << 12
_READ: Final = _READ_FILE | _READ_DIR
#: Refused even in writable folders: programs, and special files. Root could make a device, such as a disk.
_NOWHERE: Final = _EXECUTE | _MAKE_CHAR | _MAKE_SOCK | _MAKE_FIFO | _MAKE_BLOCK | _IOCTL_DEV
_OF_FILES: Final = _EXECUTE | _WRITE_FILE | _READ_FILE | _TRUNCATE | _IOCTL_DEV
#: Everything about files that each version knows of: the first has 13 rights, then came refer, truncate, ioctl.
_RIGHTS: Final = {1: 13, 2: 14, 3: 15, 4: 15}
_NEWEST_RIGHTS: Final = 16
_BIND, _CONNECT = 1 << 0, 1 << 1
_PORTS_SINCE, _SCOPES_SINCE = 4, 6
_SCOPES: Final = 1 << 0 | 1 << 1  # sockets with abstract names, signals: none to processes outside


class _RulesetAttr(ctypes.Structure):
    _fields_ = [(name, ctypes.c_uint64) for name in ("fs", "net", "scoped")]


class _PathBeneath(ctypes.Structure):
    _layout_ = "ms"  # packed, which Python 3.14 wants to be told
    _pack_ = 1
    _fields_ = [("allowed", ctypes.c_uint64), ("folder", ctypes.c_int32)]


class _NetPort(ctypes.Structure):
    _fields_ = [("allowed", ctypes.c_uint64), ("port", ctypes.c_uint64)]


def version() -> int:
    """The kernel's version of Landlock; 0 if it has none or Landlock is disabled."""
    try:
        return call(_CREATE, None, 0, _VERSION)
    except OSError:
        return 0


class Rules(NamedTuple):
    """Allowed accesses. `devices` are files to be read and written; `symlinks` may be made in `write`."""

    read: Sequence[Path] = ()
    write: Sequence[Path] = ()
    devices: Sequence[Path] = ()
    programs: Sequence[Path] = ()
    ports: Sequence[int] = ()
    symlinks: bool = False


class Rights(NamedTuple):
    """The rights of a version of Landlock: about files, about TCP ports, and scopes. `size`: of its structure in bytes,
    since an older kernel takes a shorter one.
    """

    files: int
    ports: int
    scopes: int
    size: int


def rights_of(abi: int) -> Rights:
    """The rights of a version; a newer one has at least those of the last known version."""
    files = (1 << _RIGHTS.get(abi, _NEWEST_RIGHTS)) - 1
    if abi >= _SCOPES_SINCE:
        return Rights(files, _BIND | _CONNECT, _SCOPES, 24)
    if abi >= _PORTS_SINCE:
        return Rights(files, _BIND | _CONNECT, 0, 16)
    return Rights(files, 0, 0, 8)


def make_ruleset(rules: Rules, abi: int) -> int:
    """A rule set that allows only `rules`, as a file descriptor for `impose`. Raises `OSError`.

    `abi`: the version to keep to, at most the kernel's.
    """
    rights = rights_of(abi)
    attributes = _RulesetAttr(rights.files, rights.ports, rights.scopes)
    ruleset = call(_CREATE, ctypes.byref(attributes), rights.size, 0)
    nowhere = _NOWHERE if rules.symlinks else _NOWHERE | _MAKE_SYM
    for paths, allowed in (
        (rules.read, _READ),
        (rules.write, rights.files & ~nowhere),
        (rules.devices, _READ_FILE | _WRITE_FILE),
        (rules.programs, _READ_FILE | _EXECUTE),
    ):
        for path in paths:
            _allow(ruleset, path, allowed & rights.files)
    if rights.ports:
        for port in rules.ports:
            call(_ADD, ruleset, _NET_PORT, ctypes.byref(_NetPort(_CONNECT, port)), 0)
    return ruleset


def impose(ruleset: int) -> None:
    """Imposes a rule set from now on. The process must have given up new privileges before. Raises `OSError`."""
    call(_RESTRICT, ruleset, 0)


def _allow(ruleset: int, path: Path, allowed: int) -> None:
    try:
        opened = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError as error:
        if error.errno in (errno.ENOENT, errno.ENOTDIR, errno.EACCES):  # no such file, or not readable by this user
            return
        raise
    try:
        if not stat.S_ISDIR(os.fstat(opened).st_mode):
            allowed &= _OF_FILES
        call(_ADD, ruleset, _PATH_BENEATH, ctypes.byref(_PathBeneath(allowed, opened)), 0)
    finally:
        os.close(opened)

"""Protects files, folders and memory from other users of the machine: modes, owners, symbolic links."""

import contextlib
import ctypes
import grp
import logging
import os
import pwd
import shlex
import stat
import sys
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

log = logging.getLogger(__name__)

_SET_DUMPABLE: Final = 4  # prctl(2)
PRIVATE: Final = 0o077  # the umask of every process: no file for the group, none for others


def be_private() -> int:
    """Lets this process and its children create files for this user only. Returns the previous umask."""
    return os.umask(PRIVATE)


def close_memory() -> None:
    """Protects this process's memory and environment, which hold secrets, from other processes of this user.

    Blocks debuggers and core dumps too, but not root. Started programs do not inherit it. Linux only.
    """
    if sys.platform == "linux":
        with contextlib.suppress(OSError, AttributeError):
            ctypes.CDLL(None).prctl(_SET_DUMPABLE, ctypes.c_ulong(0), *[ctypes.c_ulong(0)] * 3)


@contextmanager
def umask(mask: int) -> Iterator[None]:
    """Sets another umask while the context lasts, for all threads of the process."""
    before = os.umask(mask)
    try:
        yield
    finally:
        os.umask(before)


def private_folder(folder: Path, contents: Collection[str] | None = None) -> None:
    """Makes `folder` for this user only, or closes it as `close_to_others` does. Raises `OSError`."""
    folder.mkdir(parents=True, mode=0o700, exist_ok=True)
    close_to_others(folder, contents)


def close_to_others(folder: Path, contents: Collection[str] | None = None) -> None:
    """Closes an existing folder of this user to all other users.

    `contents` are the names of FL-BT's own files in it. A folder with any other file is left unchanged, since other
    programs may use it.
    """
    try:
        about = folder.stat()
        if not about.st_mode & PRIVATE or about.st_uid != os.getuid():
            return
        if contents is not None and not {path.name for path in folder.iterdir()} <= set(contents):
            return
        folder.chmod(stat.S_IMODE(about.st_mode) & ~PRIVATE)
        log.warning("closed %s, which was open to other users of this machine", folder)
    except FileNotFoundError:
        return
    except OSError as error:  # such as a read-only file system: `doctor` warns of it
        log.warning("cannot close %s, which is open to other users of this machine: %s", folder, error.strerror)


def is_open_to_others(path: Path) -> bool:
    """Whether another user may read a file or list a folder, by its mode and those of the folders above it.

    False if it does not exist.
    """
    try:
        path = path.resolve()
        way = all(_others_may(folder, stat.S_IXGRP, stat.S_IXOTH) for folder in path.parents)
        return way and _others_may(path, stat.S_IRGRP | stat.S_IXGRP, stat.S_IROTH | stat.S_IXOTH)
    except OSError:
        return False


def why_distrusted(file: Path, user: int | None = None) -> str:
    """Why another user may have written a file, and a remedy, as half a sentence; empty if only `user` and root can.

    `user` is this user by default. The file and all folders above it must belong to them and be writable by them only;
    a sticky folder, such as `/tmp`, may be writable, since it protects files from other users.
    """
    user = os.getuid() if user is None else user
    ways = [file.absolute()]
    while ways[-1].is_symlink():
        ways.append(ways[-1].parent / ways[-1].readlink())
    places = dict.fromkeys([ways[-1], *(way.parent.resolve() for way in ways)])
    return next((why for place in places if (why := why_exposed(place, user))), "")


def why_exposed(place: Path, user: int) -> str:
    """Why a user other than `user` and root may change a file, or a folder's contents; empty if none may."""
    about = place.stat()
    if about.st_uid not in (0, user):
        return f"{place} belongs to another user. Start in a folder of your own"
    sticky = stat.S_ISDIR(about.st_mode) and about.st_mode & stat.S_ISVTX
    if not sticky and _others_may(place, stat.S_IWGRP, stat.S_IWOTH):
        return f"other users may write to {place}. Close it with `chmod go-w {shlex.quote(str(place))}`"
    return ""


def is_private_folder(path: Path) -> bool:
    """Whether a path is a folder, and no link, that only this user can use."""
    try:
        about = path.lstat()
    except OSError:
        return False
    return stat.S_ISDIR(about.st_mode) and about.st_uid == os.getuid() and not about.st_mode & PRIVATE


def _others_may(path: Path, by_group: int, by_others: int) -> bool:
    """Whether the mode of `path` has any of these bits."""
    about = path.stat()
    return bool(about.st_mode & (by_others if _is_of_one(about.st_gid) else by_others | by_group))


def _is_of_one(group: int) -> bool:
    """Whether a group has this user as its only member: many systems give each user one, with write access."""
    try:
        user, named = pwd.getpwuid(os.getuid()), grp.getgrgid(group)
    except KeyError:
        return False
    return group == user.pw_gid and named.gr_name == user.pw_name and set(named.gr_mem) <= {user.pw_name}

"""What other users of the machine must not read, write or put in our way: file modes, owners and folders."""

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
    """From now on, this process and its children create files for this user alone. Returns the umask from before."""
    return os.umask(PRIVATE)


def close_memory() -> None:
    """From now on, no other process of this user reads this one's memory or environment, which hold secrets.

    Nor does a debugger, and there are no core dumps. Root still does, and what is started begins anew. Linux alone.
    """
    if sys.platform == "linux":
        with contextlib.suppress(OSError, AttributeError):
            ctypes.CDLL(None).prctl(_SET_DUMPABLE, ctypes.c_ulong(0), *[ctypes.c_ulong(0)] * 3)


@contextmanager
def umask(mask: int) -> Iterator[None]:
    """Create files under another umask while the context lasts. It holds for all threads of the process."""
    before = os.umask(mask)
    try:
        yield
    finally:
        os.umask(before)


def private_folder(folder: Path, contents: Collection[str] | None = None) -> None:
    """Make `folder` for this user alone, or close it to others as `close_to_others` does. Raises `OSError`."""
    folder.mkdir(parents=True, mode=0o700, exist_ok=True)
    close_to_others(folder, contents)


def close_to_others(folder: Path, contents: Collection[str] | None = None) -> None:
    """Take a folder of this user away from all other users, if it is there.

    `contents` are the names of what FL-BT keeps in it. A folder with anything else inside stays as it is, since it is
    not FL-BT's alone and other programs may need it.
    """
    try:
        about = folder.stat()
        if not about.st_mode & PRIVATE or about.st_uid != os.getuid():
            return
        if contents is not None and not {path.name for path in folder.iterdir()} <= set(contents):
            return
        folder.chmod(stat.S_IMODE(about.st_mode) & ~PRIVATE)
        log.warning("%s was open to other users of this machine, and is closed to them now", folder)
    except FileNotFoundError:
        return
    except OSError as error:  # a read-only file system, say: the doctor warns of it
        log.warning("%s is open to other users of this machine, and cannot be closed: %s", folder, error.strerror)


def is_open_to_others(path: Path) -> bool:
    """Whether another user may read a file, or look into a folder, all folders on the way to it considered.

    False for what is not there.
    """
    try:
        path = path.resolve()
        way = all(_others_may(folder, stat.S_IXGRP, stat.S_IXOTH) for folder in path.parents)
        return way and _others_may(path, stat.S_IRGRP | stat.S_IXGRP, stat.S_IROTH | stat.S_IXOTH)
    except OSError:
        return False


def why_distrusted(file: Path, user: int | None = None) -> str:
    """Why somebody else may have written a file, and what to do, as half a sentence. Empty when nobody else can have.

    `user` and root can: this user, unless said otherwise. Neither the file nor a folder that it is found in may be
    another user's, or writable by one; a sticky folder, as `/tmp`, may, since files of others in it stay theirs.
    """
    user = os.getuid() if user is None else user
    ways = [file.absolute()]
    while ways[-1].is_symlink():
        ways.append(ways[-1].parent / ways[-1].readlink())
    places = dict.fromkeys([ways[-1], *(way.parent.resolve() for way in ways)])
    return next((why for place in places if (why := why_exposed(place, user))), "")


def why_exposed(place: Path, user: int) -> str:
    """Why another than `user` and root may change a file, or what is in a folder; empty when none may."""
    about = place.stat()
    if about.st_uid not in (0, user):
        return f"{place} belongs to another user. Start in a folder of your own"
    sticky = stat.S_ISDIR(about.st_mode) and about.st_mode & stat.S_ISVTX
    if not sticky and _others_may(place, stat.S_IWGRP, stat.S_IWOTH):
        return f"other users may write to {place}. Close it with `chmod go-w {shlex.quote(str(place))}`"
    return ""


def is_private_folder(path: Path) -> bool:
    """Whether a folder is there that is this user's alone, and no link to one."""
    try:
        about = path.lstat()
    except OSError:
        return False
    return stat.S_ISDIR(about.st_mode) and about.st_uid == os.getuid() and not about.st_mode & PRIVATE


def _others_may(path: Path, by_group: int, by_others: int) -> bool:
    """Whether the mode of `path` has any of the bits that count."""
    about = path.stat()
    return bool(about.st_mode & (by_others if _is_of_one(about.st_gid) else by_others | by_group))


def _is_of_one(group: int) -> bool:
    """Whether a group is this user's own: many systems give each user one, and let it write by default."""
    try:
        user, named = pwd.getpwuid(os.getuid()), grp.getgrgid(group)
    except KeyError:
        return False
    return group == user.pw_gid and named.gr_name == user.pw_name and set(named.gr_mem) <= {user.pw_name}

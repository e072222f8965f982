"""Checks folders of finished files before a store keeps them."""

import errno
import stat
from pathlib import Path


def check_made(folder: Path) -> None:
    """Raises `OSError` for what is neither a file nor a folder of files.

    A child made these files, and processes with more rights read them later: a link in them could lead anywhere.
    """
    _check_kind(folder)
    for path in folder.iterdir():
        if _check_kind(path):
            for inner in path.iterdir():
                if _check_kind(inner):
                    raise OSError(errno.EINVAL, "a folder within a folder", str(inner))


def _check_kind(path: Path) -> bool:
    """Whether the path is a folder. Raises `OSError` when it is no file either."""
    kind = stat.S_IFMT(path.lstat().st_mode)
    if kind not in (stat.S_IFDIR, stat.S_IFREG):
        raise OSError(errno.ELOOP, "neither a file nor a folder", str(path))
    return kind == stat.S_IFDIR

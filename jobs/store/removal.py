"""Removes folders with any contents that a child can make: deeply nested, or without permissions for its user."""

import os
import stat
from contextlib import suppress
from pathlib import Path


def remove_folder(folder: Path) -> None:
    """Removes a folder and its contents, if it exists. Links are removed, not followed. Raises `OSError`.

    Without recursion and long paths: `shutil.rmtree` raises `RecursionError` beyond a thousand levels, and paths have a
    limited length. One folder is open at a time; the walk goes down by name and up by `..`.
    """
    with suppress(FileNotFoundError):
        _open_to_us(str(folder), None)
        at = os.open(folder, _FOLDER)
        try:
            way, left = list[str](), [_remove_files(at)]
            while left[-1] or way:
                if left[-1]:
                    way.append(left[-1].pop())
                    _open_to_us(way[-1], at)
                    at = _step(at, way[-1])
                    left.append(_remove_files(at))
                else:
                    left.pop()
                    at = _step(at, "..")
                    os.rmdir(way.pop(), dir_fd=at)
        finally:
            os.close(at)
        folder.rmdir()


_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC


def _step(at: int, name: str) -> int:
    there = os.open(name, _FOLDER, dir_fd=at)
    os.close(at)
    return there


def _remove_files(at: int) -> list[str]:
    """Removes the files of an open folder. Returns the names of the folders in it."""
    with os.scandir(at) as entries:
        found = [(entry.name, entry.is_dir(follow_symlinks=False)) for entry in entries]
    for name, is_folder in found:
        if not is_folder:
            os.unlink(name, dir_fd=at)
    return [name for name, is_folder in found if is_folder]


def _open_to_us(name: str, at: int | None) -> None:
    mode = stat.S_IMODE(os.stat(name, dir_fd=at, follow_symlinks=False).st_mode)
    if mode & stat.S_IRWXU != stat.S_IRWXU:
        os.chmod(name, mode | stat.S_IRWXU, dir_fd=at)

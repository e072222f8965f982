"""Copies of a bucket's objects on this machine, the least recently used removed over a quota.

Every process of the machine shares the folder. A file is complete when it has its name. Readers hold hard links, so a
removed copy stays readable for them.
"""

import os
from contextlib import suppress
from pathlib import Path

from jobs.process.privacy import private_folder

FOLDER = "cache"


class Cache:
    """Files by the names of objects, in a folder of the local scratch."""

    def __init__(self, root: Path, quota_bytes: float) -> None:
        """`root`: on the same disk as the workspace. Raises `OSError`."""
        self._folder = root / FOLDER
        self._quota = quota_bytes
        private_folder(self._folder)

    def link(self, name: str, to: Path) -> bool:
        """Gives the copy of an object another path. False when there is no copy."""
        path = self._folder / name
        try:
            os.utime(path)
            os.link(path, to)
        except FileNotFoundError:
            return False
        return True

    def keep(self, name: str, made: Path) -> None:
        """Keeps a complete file of the workspace as the copy of an object."""
        path = self._folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        with suppress(FileExistsError):  # another process has brought it
            os.link(made, path)
            self._shrink()

    def forget(self, prefix: str) -> None:
        """Removes the copies below a path."""
        for path in sorted((self._folder / prefix).rglob("*"), reverse=True):
            with suppress(OSError):
                path.rmdir() if path.is_dir() else path.unlink()
        with suppress(OSError):
            (self._folder / prefix).rmdir()

    def _shrink(self) -> None:
        """Removes the least recently used copies over the quota."""
        found = []
        for path in self._folder.rglob("*"):
            with suppress(FileNotFoundError):
                about = path.stat()
                if path.is_file():
                    found.append((about.st_mtime, about.st_size, path))
        left = sum(size for _, size, _ in found)
        for _, size, path in sorted(found):
            if left <= self._quota:
                return
            path.unlink(missing_ok=True)
            left -= size
            with suppress(OSError):
                path.parent.rmdir()

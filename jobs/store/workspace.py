"""Local scratch: folders for half-made things, each locked by its maker; without the lock it is a leftover.

```
work/…        half-made things, each folder with a lock file that its maker holds
work.lock     held, shared, while a folder is made; exclusively, while leftovers are looked for
```

All methods are quick, synchronous file operations.
"""

import errno
import fcntl
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import mkdtemp

from jobs.process.privacy import private_folder
from jobs.store.removal import remove_folder

LOCK = "lock"

#: Names of what a workspace keeps in its root.
CONTENTS = ("work", "work.lock")


class Workspace:
    """Scratch in a folder of this machine, for this user alone."""

    def __init__(self, root: Path, keep_free: float = 0) -> None:
        """`keep_free`: bytes on the disk that no incoming file takes. Raises `OSError`."""
        self.root = root
        self.keep_free = keep_free
        self._coming: dict[Path, int] = {}  # files on their way in: how large each will be
        private_folder(root / "work")

    @contextmanager
    def folder(self) -> Iterator[Path]:
        """A folder for half-made things, gone when the context ends.

        It is locked as long as its maker lives, so that what a killed one left can be told from what is in use.
        """
        with ExitStack() as stack:
            with self._guard(fcntl.LOCK_SH):
                folder = Path(mkdtemp(dir=self.root / "work"))
                stack.callback(is_removed, folder)
                lock = stack.enter_context((folder / LOCK).open("w"))
                fcntl.flock(lock, fcntl.LOCK_EX)
            yield folder

    @contextmanager
    def incoming(self, bytes_: int) -> Iterator[Path]:
        """A path to write a file of so many bytes to, gone when the context ends.

        Raises `OSError` when there is no room for it and all that is coming in beside it.
        """
        with self.folder() as folder:
            part = folder / "incoming"
            left = self.free_bytes() - sum(max(0, size - _size(path)) for path, size in self._coming.items())
            if left - bytes_ < self.keep_free:
                raise OSError(errno.ENOSPC, f"{left} bytes left for {bytes_}; {self.keep_free:.0f} stay free")
            self._coming[part] = bytes_
            try:
                yield part
            finally:
                del self._coming[part]

    def sweep(self) -> list[str]:
        """Remove what killed processes left half made. Returns the names of the folders.

        What a process that is just dying still writes into stays for the next time.
        """
        with self._guard(fcntl.LOCK_EX):
            left = [folder for folder in (self.root / "work").iterdir() if _is_left(folder)]
        # These are not used again, so no new folder has to wait until gigabytes are removed.
        return [folder.name for folder in left if is_removed(folder)]

    def free_bytes(self) -> int:
        """Free bytes on the disk."""
        return shutil.disk_usage(self.root).free

    @contextmanager
    def _guard(self, how: int) -> Iterator[None]:
        """Folders are made under a shared lock and swept under an exclusive one: a sweep meets none without its own."""
        with (self.root / "work.lock").open("a") as lock:
            fcntl.flock(lock, how)
            yield


def is_removed(folder: Path) -> bool:
    """Remove a folder. False when that is not possible yet."""
    try:
        remove_folder(folder)
    except OSError:  # the maker's child is not dead yet, or another one sweeps
        return False
    return True


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


def _is_left(folder: Path) -> bool:
    """Whether the maker of a folder is gone."""
    try:
        with (folder / LOCK).open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:  # its maker was quicker, or is at it
        return False
    return True

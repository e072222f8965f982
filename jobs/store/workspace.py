"""Local scratch: folders for unfinished files, each locked by its maker; a folder without a lock is a leftover.

```
work/…        unfinished files, each folder with a lock file that its maker holds
work.lock     a shared lock while a folder is made; an exclusive one while leftovers are searched
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

#: Names of a workspace's files in its root.
CONTENTS = ("work", "work.lock")


class Workspace:
    """Scratch in a folder of this machine, for this user only."""

    def __init__(self, root: Path, keep_free: float = 0) -> None:
        """`keep_free`: bytes of the disk that incoming files leave free. Raises `OSError`."""
        self.root = root
        self.keep_free = keep_free
        self._coming: dict[Path, int] = {}  # incoming files and their final sizes
        private_folder(root / "work")

    @contextmanager
    def folder(self) -> Iterator[Path]:
        """A folder for unfinished files, removed when the context ends.

        It is locked as long as its maker lives, so that `sweep` recognises leftovers of killed processes.
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
        """A path to write a file of `bytes_` to, removed when the context ends.

        Raises `OSError` when there is no room for it beside the other incoming files.
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
        """Removes leftovers of killed processes. Returns the names of the folders.

        A folder that a dying process still writes into is left for the next time.
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
        """Holds `work.lock`: shared to make a folder, exclusive to sweep, so that a sweep meets no folder before it is
        locked."""
        with (self.root / "work.lock").open("a") as lock:
            fcntl.flock(lock, how)
            yield


def is_removed(folder: Path) -> bool:
    """Removes a folder. False when that is not possible yet."""
    try:
        remove_folder(folder)
    except OSError:  # the maker's child is still alive, or another process sweeps
        return False
    return True


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


def _is_left(folder: Path) -> bool:
    """Whether the maker of a folder has ended."""
    try:
        with (folder / LOCK).open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:  # the maker has removed it, or is removing it
        return False
    return True

"""The result store: uploads on their way in, finished stems and renditions on their way out.

```
inbox/UPLOAD                      an uploaded file, whole or not there
tracks/TRACK/manifest.json        written last: without it there is no track
tracks/TRACK/<stem>.flac, cover…
tracks/TRACK/<rendition>/rendered.json, files…
work/…                            half-made things, each under its maker's lock; without one it is rubbish
lives/WORKER                      locked as long as the worker lives: see jobs/process/liveness.py
```

Everything is made in `work` and renamed into place, so that a half-made result does not exist, whoever dies. The
address is a URL from the first day; today only `file:///…` is implemented. Callers get local paths.
"""

import errno
import fcntl
import os
import shutil
import stat
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from tempfile import mkdtemp
from typing import TypeVar
from urllib.parse import unquote, urlsplit

from pydantic import BaseModel, ValidationError

from jobs.models import Rendition, TrackId, Upload
from jobs.process.privacy import private_folder
from jobs.results import Manifest, Rendered, StoredFile
from jobs.store.removal import remove_folder

MANIFEST = "manifest.json"
RENDERED = "rendered.json"
LOCK = "lock"

FOLDERS = ("inbox", "tracks", "work")
CONTENTS = (*FOLDERS, "work.lock", "lives")

ModelT = TypeVar("ModelT", bound=BaseModel)


class ResultStore:
    """A store in a folder, for this user alone. All its methods are quick, synchronous file operations."""

    def __init__(self, root: Path, keep_free: float = 0) -> None:
        """`keep_free`: bytes on the disk that no upload takes."""
        self.root = root
        self.keep_free = keep_free
        self._coming: dict[Path, int] = {}  # uploads on their way in: how large each will be
        private_folder(root, CONTENTS)
        for folder in FOLDERS:
            private_folder(root / folder)

    @classmethod
    def at(cls, url: str, keep_free: float = 0) -> "ResultStore":
        """The store at a `file:///…` address. Raises `OSError` when the folder cannot be made."""
        return cls(folder_at(url), keep_free)

    @property
    def lives(self) -> Path:
        """Where the workers of this store say that they live."""
        return self.root / "lives"

    # --- the way in --------------------------------------------------------------------------------------------

    def inbox(self, upload: Upload) -> Path:
        """Where an uploaded file lies, if it does."""
        return self.root / "inbox" / upload.upload_id

    @contextmanager
    def receiving(self, upload: Upload) -> Iterator[Path]:
        """A path to write an upload to; it is in the inbox when the context ends well, and nowhere otherwise.

        Raises `OSError` when there is no room for it and all that is coming in beside it.
        """
        with self.workspace() as folder:
            part = folder / "upload"
            left = self.free_bytes() - sum(max(0, size - _size(path)) for path, size in self._coming.items())
            if left - upload.bytes_ < self.keep_free:
                raise OSError(errno.ENOSPC, f"{left} bytes left for {upload.bytes_}; {self.keep_free:.0f} stay free")
            self._coming[part] = upload.bytes_
            try:
                yield part
                part.replace(self.inbox(upload))
            finally:
                del self._coming[part]

    # --- tracks ------------------------------------------------------------------------------------------------

    def folder(self, track_id: TrackId) -> Path:
        return self.root / "tracks" / TrackId(track_id)

    def manifest(self, track_id: TrackId) -> Manifest | None:
        """The track's manifest, or None when it is not (or no longer) in the store."""
        found = _read(Manifest, self.folder(track_id) / MANIFEST)
        return found if found is not None and found.track_id == track_id else None

    def rendered(self, track_id: TrackId, rendition: Rendition) -> Rendered | None:
        """The files of a rendition, or None when they are not in the store."""
        return _read(Rendered, self.folder(track_id) / rendition.key / RENDERED)

    def renditions(self, track_id: TrackId) -> tuple[Rendered, ...]:
        """Every rendition of a track that is in the store."""
        try:
            folders = sorted(self.folder(track_id).iterdir())
        except (FileNotFoundError, NotADirectoryError):
            return ()
        return tuple(found for folder in folders if (found := _read(Rendered, folder / RENDERED)))

    def stem_path(self, manifest: Manifest, file: StoredFile) -> Path:
        """A stem or the cover of a track."""
        return self.folder(manifest.track_id) / file.name

    def file_path(self, track_id: TrackId, rendition: Rendition, file: StoredFile) -> Path:
        """A file of a rendition."""
        return self.folder(track_id) / rendition.key / file.name

    def keep_track(self, made_in: Path, manifest: Manifest, along: Sequence[Rendered] = ()) -> None:
        """Move a folder of finished stems from the workspace into place, manifest last.

        `along` are renditions that came with them, each in the folder named by its key. Raises `OSError` when there is
        anything else than files and folders in it.
        """
        _check_made(made_in)
        target = self.folder(manifest.track_id)
        for rendered in along:
            _write(made_in / rendered.rendition.key / RENDERED, rendered)
        _write(made_in / MANIFEST, manifest)
        if target.exists():  # without a manifest, or damaged: `manifest` said None
            remove_folder(target)
        made_in.replace(target)

    def keep_rendition(self, made_in: Path, track_id: TrackId, rendered: Rendered) -> None:
        """Move a folder of rendered files from the workspace into place. Raises `OSError` as `keep_track` does."""
        _check_made(made_in)
        target = self.folder(track_id) / rendered.rendition.key
        _write(made_in / RENDERED, rendered)
        if target.exists():
            remove_folder(target)
        made_in.replace(target)

    def forget(self, track_id: TrackId) -> None:
        """Remove a track and all its renditions."""
        _remove(self.folder(track_id))

    # --- room --------------------------------------------------------------------------------------------------

    @contextmanager
    def workspace(self) -> Iterator[Path]:
        """A folder for half-made things on the store's own disk, gone when the context ends.

        It is locked as long as its maker lives, so that what a killed one left can be told from what is in use.
        """
        with ExitStack() as stack:
            with self._while_nobody(fcntl.LOCK_SH):
                folder = Path(mkdtemp(dir=self.root / "work"))
                stack.callback(_is_removed, folder)
                lock = stack.enter_context((folder / LOCK).open("w"))
                fcntl.flock(lock, fcntl.LOCK_EX)
            yield folder

    def sweep(self) -> list[str]:
        """Remove what killed processes left half made. Returns the names of the folders.

        What a process that is just dying still writes into stays for the next time.
        """
        with self._while_nobody(fcntl.LOCK_EX):
            left = [folder for folder in (self.root / "work").iterdir() if _is_left(folder)]
        # Nobody comes back to these, so who begins a workspace need not wait until gigabytes are gone.
        return [folder.name for folder in left if _is_removed(folder)]

    @contextmanager
    def _while_nobody(self, how: int) -> Iterator[None]:
        """Workspaces are made under a shared lock and looked at under an exclusive one: none is met without its own."""
        with (self.root / "work.lock").open("a") as lock:
            fcntl.flock(lock, how)
            yield

    def free_bytes(self) -> int:
        return shutil.disk_usage(self.root).free

    def used_bytes(self) -> int:
        return sum(size for _, size, _ in self._ages())

    def tidy(self, keep_seconds: float, quota_bytes: float, busy: frozenset[str] = frozenset()) -> list[str]:
        """Remove tracks and uploads older than `keep_seconds`, then the oldest until the rest fits `quota_bytes`.

        `busy` are names (track or upload ids) to spare. Returns what was removed.
        """
        removed = []
        left = self.used_bytes()
        for age, size, path in sorted(self._ages(), reverse=True):
            if path.name not in busy and (age > keep_seconds or left > quota_bytes):
                if path.is_dir():
                    _remove(path)
                else:
                    path.unlink(missing_ok=True)
                removed.append(path.name)
                left -= size
        return removed

    def touch(self, track_id: TrackId) -> None:
        """The track was asked for again: its age starts anew."""
        with suppress(FileNotFoundError):
            (self.folder(track_id) / MANIFEST).touch()

    def _ages(self) -> list[tuple[float, int, Path]]:
        """Age in seconds, size in bytes and path of every track and upload."""
        now = time.time()
        found = []
        for path in [*(self.root / "tracks").iterdir(), *(self.root / "inbox").iterdir()]:
            with suppress(FileNotFoundError):
                files = [path] if path.is_file() else [file for file in path.rglob("*") if file.is_file()]
                clock = path / MANIFEST if (path / MANIFEST).exists() else path
                found.append((now - clock.stat().st_mtime, sum(file.stat().st_size for file in files), path))
        return found


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


def folder_at(url: str) -> Path:
    """The folder of the store at a `file:///…` address."""
    parts = urlsplit(url)
    if parts.scheme != "file":
        raise ValueError(f"no store for {parts.scheme}: addresses")
    return Path(unquote(parts.path))


def _is_left(folder: Path) -> bool:
    """Whether the maker of a workspace is gone."""
    try:
        with (folder / LOCK).open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:  # its maker was quicker, or is at it
        return False
    return True


def _is_removed(folder: Path) -> bool:
    try:
        remove_folder(folder)
    except OSError:  # the maker's child is not dead yet, or another one sweeps
        return False
    return True


def _remove(track: Path) -> None:
    # The manifest first: from here on the track does not exist, even if we die in the middle.
    (track / MANIFEST).unlink(missing_ok=True)
    _is_removed(track)


def _check_made(folder: Path) -> None:
    """What a child made is read later by who may read more than the child: a link in it could lead anywhere."""
    _check_kind(folder)
    for path in folder.iterdir():
        if _check_kind(path):
            for inner in path.iterdir():
                if _check_kind(inner):
                    raise OSError(errno.EINVAL, "a folder within a folder", str(inner))


def _check_kind(path: Path) -> bool:
    """Whether it is a folder. Raises `OSError` when it is no file either."""
    kind = stat.S_IFMT(path.lstat().st_mode)
    if kind not in (stat.S_IFDIR, stat.S_IFREG):
        raise OSError(errno.ELOOP, "neither a file nor a folder", str(path))
    return kind == stat.S_IFDIR


def _read(model: type[ModelT], path: Path) -> ModelT | None:
    """A value from its file; None when it is missing, or damaged so that it has to be made again."""
    try:
        return model.model_validate_json(path.read_bytes())
    except (FileNotFoundError, NotADirectoryError, ValidationError):
        return None


def _write(path: Path, value: BaseModel) -> None:
    """Write and flush to the disk: the rename that follows must not be there before the content is."""
    with path.open("x") as file:
        file.write(value.model_dump_json(indent=1))
        file.flush()
        os.fsync(file.fileno())

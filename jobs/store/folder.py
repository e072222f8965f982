"""A store in a folder, on this machine or on a disk that all machines share.

```
inbox/UPLOAD                      an uploaded file, whole or not there
tracks/TRACK/manifest.json        written last: without it there is no track
tracks/TRACK/<stem>.flac, cover…
tracks/TRACK/analysis.json
tracks/TRACK/<rendition>/rendered.json, files…
work/…, work.lock                 the workspace: on the same disk, so that complete files are renamed into place
```

A process that dies leaves no partial result. Files are read in place.
"""

import asyncio
import os
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from tempfile import TemporaryFile
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from jobs.models import Rendition, TrackId, Upload
from jobs.music.analysis import Analysis
from jobs.process.privacy import private_folder
from jobs.process.tasks import run_to_end
from jobs.results import Made, Manifest, Rendered, StoredFile
from jobs.store import workspace
from jobs.store.made import check_made
from jobs.store.removal import remove_folder
from jobs.store.store import Ours, Superseded, always
from jobs.store.workspace import Workspace, is_removed

MANIFEST = "manifest.json"
RENDERED = "rendered.json"
ANALYSIS = "analysis.json"

KEPT = ("inbox", "tracks")
FOLDERS = (*KEPT, "work")
#: `lives`: version 0.1.0 had the workers' locks here.
CONTENTS = (*KEPT, *workspace.CONTENTS, "lives")

ModelT = TypeVar("ModelT", bound=BaseModel)


class FolderStore:
    """A `ResultStore` in a folder, for this user only."""

    def __init__(self, root: Path, keep_free: float = 0) -> None:
        """`keep_free`: bytes on the disk that no upload takes. Raises `OSError` when the folder cannot be made."""
        self.root = root
        private_folder(root, CONTENTS)
        for folder in KEPT:
            private_folder(root / folder)
        self.workspace = Workspace(root, keep_free)

    def inbox(self, upload: Upload) -> Path:
        """The path of an uploaded file, which need not exist."""
        return self.root / "inbox" / upload.upload_id

    def folder(self, track_id: TrackId, rendition: Rendition | None = None) -> Path:
        """The folder of a track's files, or of one of its renditions."""
        track = self.root / "tracks" / TrackId(track_id)
        return track / rendition.key if rendition else track

    # --- uploads ---------------------------------------------------------------------------------------------------

    async def has_upload(self, upload: Upload) -> bool:
        return self.inbox(upload).exists()

    async def keep_upload(self, path: Path, upload: Upload) -> None:
        await run_to_end(path.replace, self.inbox(upload))

    async def renew_upload(self, upload: Upload) -> None:
        with suppress(FileNotFoundError):
            os.utime(self.inbox(upload))

    @asynccontextmanager
    async def open_upload(self, upload: Upload) -> AsyncIterator[Path]:
        path = self.inbox(upload)
        path.stat()
        yield path

    async def forget_upload(self, upload: Upload) -> None:
        self.inbox(upload).unlink(missing_ok=True)

    # --- tracks ----------------------------------------------------------------------------------------------------

    async def read(self, track_id: TrackId) -> Made:
        return await asyncio.to_thread(_read_track, self.folder(track_id), track_id)

    async def keep_track(
        self, made: Path, manifest: Manifest, along: Sequence[Rendered] = (), ours: Ours = always
    ) -> None:
        await _require(ours, manifest.track_id)
        await run_to_end(_keep_track, made, self.folder(manifest.track_id), manifest, along)

    async def keep_rendition(self, made: Path, track_id: TrackId, rendered: Rendered, ours: Ours = always) -> None:
        await _require(ours, track_id)
        await run_to_end(_keep_rendition, made, self.folder(track_id, rendered.rendition), rendered)

    async def keep_analysis(self, track_id: TrackId, analysis: Analysis) -> None:
        with self.workspace.folder() as scratch:
            await run_to_end(_keep_analysis, scratch, self.folder(track_id), analysis)

    @asynccontextmanager
    async def open(
        self, track_id: TrackId, files: Sequence[StoredFile], rendition: Rendition | None = None
    ) -> AsyncIterator[Path]:
        folder = self.folder(track_id, rendition)
        for file in files:
            (folder / file.name).stat()
        yield folder

    async def renew(self, track_id: TrackId) -> None:
        with suppress(FileNotFoundError):
            os.utime(self.folder(track_id) / MANIFEST)

    async def forget(self, track_id: TrackId) -> None:
        await asyncio.to_thread(_remove, self.folder(track_id))

    # --- the whole store -------------------------------------------------------------------------------------------

    async def used_bytes(self) -> int:
        return await asyncio.to_thread(lambda: sum(size for _, size, _ in _ages(self.root)))

    async def age(self, keep_seconds: float, quota_bytes: float, busy: frozenset[str] = frozenset()) -> list[str]:
        return await asyncio.to_thread(_age, self.root, keep_seconds, quota_bytes, busy)

    async def check(self) -> None:
        for folder in KEPT:
            TemporaryFile(dir=self.root / folder).close()


async def _require(ours: Ours, track_id: TrackId) -> None:
    if not await ours():
        raise Superseded(track_id)


def _read_track(folder: Path, track_id: TrackId) -> Made:
    manifest = _read(Manifest, folder / MANIFEST)
    if manifest is None or manifest.track_id != track_id:
        return Made()
    needed = (*manifest.stems, manifest.cover)
    if not all((folder / file.name).is_file() for file in needed if file):
        return Made()
    inner = sorted(folder.glob(f"*/{RENDERED}"))
    found = ((path.parent, rendered) for path in inner if (rendered := _read(Rendered, path)))
    whole = (
        one
        for at, one in found
        if at.name == one.rendition.key and all((at / file.name).is_file() for file in one.files)
    )
    return Made(manifest=manifest, renditions=tuple(whole), analysis=_read(Analysis, folder / ANALYSIS))


def _keep_track(made: Path, target: Path, manifest: Manifest, along: Sequence[Rendered]) -> None:
    check_made(made)
    for rendered in along:
        _write(made / rendered.rendition.key / RENDERED, rendered)
    _write(made / MANIFEST, manifest)
    if target.exists():  # without a manifest, or damaged, or by another recipe
        remove_folder(target)
    made.replace(target)


def _keep_rendition(made: Path, target: Path, rendered: Rendered) -> None:
    check_made(made)
    _write(made / RENDERED, rendered)
    if target.exists():
        remove_folder(target)
    made.replace(target)


def _keep_analysis(scratch: Path, target: Path, analysis: Analysis) -> None:
    _write(scratch / ANALYSIS, analysis)
    with suppress(FileNotFoundError, NotADirectoryError):  # the track was forgotten meanwhile
        (scratch / ANALYSIS).replace(target / ANALYSIS)


def _age(root: Path, keep_seconds: float, quota_bytes: float, busy: frozenset[str]) -> list[str]:
    removed = []
    ages = _ages(root)
    left = sum(size for _, size, _ in ages)
    for age, size, path in sorted(ages, reverse=True):
        if path.name not in busy and (age > keep_seconds or left > quota_bytes):
            if path.is_dir():
                _remove(path)
            else:
                path.unlink(missing_ok=True)
            removed.append(path.name)
            left -= size
    return removed


def _ages(root: Path) -> list[tuple[float, int, Path]]:
    """Age in seconds, size in bytes and path of every track and upload."""
    now = time.time()
    found = []
    for path in [*(root / "tracks").iterdir(), *(root / "inbox").iterdir()]:
        with suppress(FileNotFoundError):
            files = [path] if path.is_file() else [file for file in path.rglob("*") if file.is_file()]
            clock = path / MANIFEST if (path / MANIFEST).exists() else path
            found.append((now - clock.stat().st_mtime, sum(file.stat().st_size for file in files), path))
    return found


def _remove(track: Path) -> None:
    # The manifest first: from here on the track does not exist, even if this process dies.
    (track / MANIFEST).unlink(missing_ok=True)
    is_removed(track)


def _read(model: type[ModelT], path: Path) -> ModelT | None:
    """A value from its file; None when the file is missing or damaged."""
    try:
        return model.model_validate_json(path.read_bytes())
    except (FileNotFoundError, NotADirectoryError, ValidationError):
        return None


def _write(path: Path, value: BaseModel) -> None:
    """Writes a value and flushes it to the disk: the content must be stored before the rename that follows."""
    with path.open("x") as file:
        file.write(value.model_dump_json(indent=1))
        file.flush()
        os.fsync(file.fileno())

"""The interface of result stores: uploads, finished stems and renditions.

Files are made in a local workspace and kept when complete. Callers open the store's files and have local paths while
they are open. `docs/seams.md` lists the obligations of a store.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Protocol

from jobs.models import Rendition, TrackId, Upload
from jobs.music.analysis import Analysis
from jobs.results import Made, Manifest, Rendered, StoredFile
from jobs.store.workspace import Workspace


class StoreAway(ConnectionError):  # noqa: N818 - a state of the store; the call may succeed later
    """The store is out of reach."""


class Superseded(Exception):  # noqa: N818 - an answer, not an error in the program
    """The caller no longer has the track: another worker does, and nothing was published."""


#: Whether the caller still has the track that it is about to publish.
Ours = Callable[[], Awaitable[bool]]


async def always() -> bool:
    """For callers without competitors."""
    return True


class ResultStore(Protocol):
    """A store of results and uploads.

    All methods raise `OSError` when the store fails, and its subclass `StoreAway` when the store is out of reach: a
    retry may succeed.
    """

    @property
    def workspace(self) -> Workspace:
        """Local scratch, where all kept files are made."""
        ...

    # --- uploads ---------------------------------------------------------------------------------------------------

    async def has_upload(self, upload: Upload) -> bool:
        """Whether an uploaded file exists."""
        ...

    async def keep_upload(self, path: Path, upload: Upload) -> None:
        """Move a file from the workspace into the store, whole or not at all."""
        ...

    async def renew_upload(self, upload: Upload) -> None:
        """Reset the age of an upload, if it exists."""
        ...

    def open_upload(self, upload: Upload) -> AbstractAsyncContextManager[Path]:
        """A local path of an uploaded file, readable while the context lasts. Raises `FileNotFoundError`."""
        ...

    async def forget_upload(self, upload: Upload) -> None:
        """Remove an uploaded file, if it exists."""
        ...

    # --- tracks ----------------------------------------------------------------------------------------------------

    async def read(self, track_id: TrackId) -> Made:
        """The complete files of a track; damaged ones are left out."""
        ...

    async def keep_track(
        self, made: Path, manifest: Manifest, along: Sequence[Rendered] = (), ours: Ours = always
    ) -> None:
        """Replace a track by a folder of finished stems from the workspace; its manifest is written last.

        `ours` is asked right before that; raises `Superseded` when it says no. `along` are renditions in the folder,
        each in one named by its key. Raises `OSError` when it contains anything but files and folders of files. After
        it returns or raises, cancelled or not, nothing touches the folder.
        """
        ...

    async def keep_rendition(self, made: Path, track_id: TrackId, rendered: Rendered, ours: Ours = always) -> None:
        """Move a folder of rendered files from the workspace into the store, as `keep_track`."""
        ...

    async def keep_analysis(self, track_id: TrackId, analysis: Analysis) -> None:
        """Store the analysis of a track in place of an earlier one, whole or not at all.

        Does nothing when the track is not in the store. `keep_track` removes it together with the earlier stems.
        """
        ...

    def open(
        self, track_id: TrackId, files: Sequence[StoredFile], rendition: Rendition | None = None
    ) -> AbstractAsyncContextManager[Path]:
        """A local folder with these files under their names, readable while the context lasts.

        They are files of one of the track's renditions, or of the track itself: stems and pictures. Raises
        `FileNotFoundError` when one is missing.
        """
        ...

    async def renew(self, track_id: TrackId) -> None:
        """Reset the age of a track, if it exists."""
        ...

    async def forget(self, track_id: TrackId) -> None:
        """Remove a track and all its renditions, if they exist, the manifest first."""
        ...

    # --- the whole store -------------------------------------------------------------------------------------------

    async def used_bytes(self) -> int:
        """The size of all tracks and uploads."""
        ...

    async def age(self, keep_seconds: float, quota_bytes: float, busy: frozenset[str] = frozenset()) -> list[str]:
        """Remove tracks and uploads older than `keep_seconds`, then the oldest until the rest fits `quota_bytes`.

        `busy` are names (track or upload ids) to keep. Returns the removed names.
        """
        ...

    async def check(self) -> None:
        """Raise `OSError` when the store is not writable."""
        ...


@asynccontextmanager
async def receiving(store: ResultStore, upload: Upload) -> AsyncIterator[Path]:
    """A path to write an upload to. The file is kept when the context ends, and removed after an exception.

    Raises `OSError` when there is no room for it on this machine.
    """
    with store.workspace.incoming(upload.bytes_) as path:
        yield path
        await store.keep_upload(path, upload)

"""The interface of result stores: uploads on their way in, finished stems and renditions on their way out.

Everything is made in a local workspace and kept when it is whole. No caller knows where a store keeps its files: it
opens them, and has local paths as long as they are open. `docs/seams.md` says what a store must hold to.
"""

from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Protocol

from jobs.models import Rendition, TrackId, Upload
from jobs.results import Made, Manifest, Rendered, StoredFile
from jobs.store.workspace import Workspace


class ResultStore(Protocol):
    """Where results and uploads are kept.

    All methods raise `OSError` when the store cannot do what is asked, and its `ConnectionError` when the store is out
    of reach: then it is worth trying again.
    """

    @property
    def workspace(self) -> Workspace:
        """Local scratch; what is kept is made there."""
        ...

    # --- uploads ---------------------------------------------------------------------------------------------------

    async def has_upload(self, upload: Upload) -> bool:
        """Whether an uploaded file is there."""
        ...

    async def keep_upload(self, path: Path, upload: Upload) -> None:
        """Take a file from the workspace: it is in the store whole, or not at all."""
        ...

    async def renew_upload(self, upload: Upload) -> None:
        """The upload was brought again: its age starts anew. Nothing happens when it is not there."""
        ...

    def open_upload(self, upload: Upload) -> AbstractAsyncContextManager[Path]:
        """A local path of an uploaded file, to be read while the context lasts. Raises `FileNotFoundError`."""
        ...

    async def forget_upload(self, upload: Upload) -> None:
        """Remove an uploaded file, if it is there."""
        ...

    # --- tracks ----------------------------------------------------------------------------------------------------

    async def read(self, track_id: TrackId) -> Made:
        """What is there of a track; nothing of what is damaged, since that has to be made again."""
        ...

    async def keep_track(self, made: Path, manifest: Manifest, along: Sequence[Rendered] = ()) -> None:
        """Take a folder of finished stems from the workspace, manifest last, in place of what the track had.

        `along` are renditions that came with them, each in the folder named by its key. Raises `OSError` when there is
        anything else than files and folders of files in it. When it returns or raises, cancelled or not, nothing
        touches the folder any more.
        """
        ...

    async def keep_rendition(self, made: Path, track_id: TrackId, rendered: Rendered) -> None:
        """Take a folder of rendered files from the workspace, as `keep_track` does."""
        ...

    def open(
        self, track_id: TrackId, files: Sequence[StoredFile], rendition: Rendition | None = None
    ) -> AbstractAsyncContextManager[Path]:
        """A local folder that has these files under their names, to be read while the context lasts.

        They are files of one of the track's renditions, or of the track itself: stems and pictures. Raises
        `FileNotFoundError` when one is missing.
        """
        ...

    async def renew(self, track_id: TrackId) -> None:
        """The track was asked for again: its age starts anew. Nothing happens when it is not there."""
        ...

    async def forget(self, track_id: TrackId) -> None:
        """Remove a track and all its renditions, if they are there, the manifest first."""
        ...

    # --- the whole store -------------------------------------------------------------------------------------------

    async def used_bytes(self) -> int:
        """What tracks and uploads take."""
        ...

    async def age(self, keep_seconds: float, quota_bytes: float, busy: frozenset[str] = frozenset()) -> list[str]:
        """Remove tracks and uploads older than `keep_seconds`, then the oldest until the rest fits `quota_bytes`.

        `busy` are names (track or upload ids) to spare. Returns what was removed.
        """
        ...

    async def check(self) -> None:
        """Raise `OSError` when nothing could be kept now."""
        ...


@asynccontextmanager
async def receiving(store: ResultStore, upload: Upload) -> AsyncIterator[Path]:
    """A path to write an upload to; it is in the store when the context ends well, and nowhere otherwise.

    Raises `OSError` when there is no room for it on this machine.
    """
    with store.workspace.incoming(upload.bytes_) as path:
        yield path
        await store.keep_upload(path, upload)

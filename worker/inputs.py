"""Opens a track's inputs in the store while its stages run."""

from contextlib import AsyncExitStack
from pathlib import Path

from jobs.failures import Reason, failed
from jobs.models import Source, Upload
from jobs.results import Manifest
from jobs.store.store import ResultStore


async def open_upload(store: ResultStore, source: Source, stack: AsyncExitStack) -> Path | None:
    """The uploaded file, open as long as the stack is; None for another source. Raises `Failed` with UPLOAD_GONE."""
    if not isinstance(source, Upload):
        return None
    try:
        return await stack.enter_async_context(store.open_upload(source))
    except FileNotFoundError:
        raise failed(Reason.UPLOAD_GONE, source.upload_id) from None


async def open_stems(store: ResultStore, manifest: Manifest, stack: AsyncExitStack) -> Path:
    """The folder of a track's stems and cover, open as long as the stack is. Raises `Failed` with INTERRUPTED."""
    inputs = [*manifest.stems, *([manifest.cover] if manifest.cover else [])]
    try:
        return await stack.enter_async_context(store.open(manifest.track_id, inputs))
    except FileNotFoundError as gone:  # removed since the manifest was read: the track starts again
        raise failed(Reason.INTERRUPTED, f"no longer in the store: {gone}") from None

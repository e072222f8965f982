"""Every kind of result store, for the contract tests, and their contents."""

import atexit
import hashlib
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, ExitStack, asynccontextmanager
from functools import cache
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp

import pytest

from jobs.models import Encoding, Model, Rendition, Stem, Upload, YouTube, track_id
from jobs.results import Manifest, Rendered, StoredFile, Tags
from jobs.store.bucket import BucketStore
from jobs.store.folder import FolderStore
from jobs.store.store import Ours, ResultStore, always
from tests.peers.bucket import S3Server, s3_server

SONG, OTHER = YouTube(video_id="dQw4w9WgXcQ"), YouTube(video_id="jNQXAC9IVRw")
MP3, FLAC = Rendition(encoding=Encoding(format="mp3")), Rendition(encoding=Encoding(format="flac"))
VOCALS = StoredFile(name="vocals.flac", bytes_=10, stem=Stem.VOCALS)


@asynccontextmanager
async def in_folder(place: Path) -> AsyncIterator[ResultStore]:
    yield FolderStore(place / "store")


@cache
def _server() -> S3Server:
    """One server for all tests of a process."""
    folder = Path(mkdtemp())
    running = ExitStack()
    server = running.enter_context(s3_server(folder))
    atexit.register(rmtree, folder, ignore_errors=True)
    atexit.register(running.close)
    return server


@asynccontextmanager
async def in_bucket(place: Path) -> AsyncIterator[ResultStore]:
    """The prefix is of the place, so that the same place has the same objects."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in _server().environment.items():
            patch.setenv(name, value)
        prefix = hashlib.sha256(str(place).encode()).hexdigest()[:16]
        yield BucketStore(f"s3://band/{prefix}", place / "local")


#: Each opens a store with its local files in a folder. Opened there again, it is the same store.
MAKERS: dict[str, Callable[[Path], AbstractAsyncContextManager[ResultStore]]] = {
    "folder": in_folder,
    "bucket": in_bucket,
}


def manifest_of(source: YouTube | Upload = SONG, *stems: StoredFile) -> Manifest:
    return Manifest(
        track_id=track_id(source, Model()), source=source, model=Model(), tags=Tags(title="Song"), samples=44100,
        stems=stems or (VOCALS,), made_at=time.time(),
    )  # fmt: skip


async def keep(
    store: ResultStore, source: YouTube | Upload = SONG, size: int = 10, *along: Rendition, ours: Ours = always
) -> Manifest:
    """A separated track in the store, of one stem."""
    manifest = manifest_of(source, VOCALS.model_copy(update={"bytes_": size}))
    with store.workspace.folder() as folder:
        made = folder / "made"
        made.mkdir()
        (made / VOCALS.name).write_bytes(b"x" * size)
        came = [_rendered(made / rendition.key, rendition, b"along") for rendition in along]
        await store.keep_track(made, manifest, came, ours)
    return manifest


async def keep_rendition(
    store: ResultStore, manifest: Manifest, rendition: Rendition, content: bytes, ours: Ours = always
) -> Rendered:
    with store.workspace.folder() as folder:
        rendered = _rendered(folder / rendition.key, rendition, content)
        await store.keep_rendition(folder / rendition.key, manifest.track_id, rendered, ours)
    return rendered


def _rendered(folder: Path, rendition: Rendition, content: bytes) -> Rendered:
    file = StoredFile(name=f"vocals.{rendition.encoding.format.extension}", bytes_=len(content), stem=Stem.VOCALS)
    folder.mkdir()
    (folder / file.name).write_bytes(content)
    return Rendered(rendition=rendition, files=(file,))

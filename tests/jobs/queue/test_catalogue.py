"""Notes of the store in Redis: the store is read once, notes follow changes, and lost ones are written again."""

import asyncio
import logging
from pathlib import Path

import pytest

from jobs.models import Request, TrackId
from jobs.progress import View
from jobs.queue import keys
from jobs.queue.catalogue import KEEP, Catalogue
from jobs.queue.requests import JobQueue
from jobs.results import Made
from jobs.store.folder import FolderStore
from tests.jobs.requests import ask
from tests.jobs.store.makers import MP3, SONG, keep, keep_rendition, manifest_of

TRACK = manifest_of().track_id


class AskedStore(FolderStore):
    """A store that counts its readings, and answers when the test allows it."""

    asked = 0

    def __init__(self, root: Path) -> None:
        super().__init__(root)
        self.gate = asyncio.Event()
        self.gate.set()

    async def read(self, track_id: TrackId) -> Made:
        self.asked += 1
        made = await super().read(track_id)
        await self.gate.wait()
        return made


class AwayStore(FolderStore):
    async def read(self, track_id: TrackId) -> Made:
        raise ConnectionError("no answer")


@pytest.fixture
def store(tmp_path: Path) -> AskedStore:
    return AskedStore(tmp_path / "store")


@pytest.fixture
def catalogue(queue: JobQueue, store: AskedStore) -> Catalogue:
    return Catalogue(queue.redis, store)


async def view_of(queue: JobQueue, request: Request) -> View:
    view = await queue.view(request.id)
    assert view is not None
    return view


async def test_the_store_is_read_once_for_any_result(catalogue: Catalogue, store: AskedStore) -> None:
    manifest = await keep(store)
    unknown = manifest_of(SONG.model_copy(update={"video_id": "jNQXAC9IVRw"})).track_id
    for _ in range(3):
        assert await catalogue.read(TRACK) == Made(manifest=manifest)
        assert await catalogue.read(unknown) == Made()
    assert store.asked == 2


async def test_a_view_has_what_is_noted_without_the_store(
    catalogue: Catalogue, queue: JobQueue, store: AskedStore
) -> None:
    request = ask(source=SONG)
    await queue.submit(request)
    assert (await view_of(queue, request)).made is None
    (view,) = await catalogue.complete([await view_of(queue, request)])
    assert view.made == Made()
    manifest = await keep(store)
    rendered = await keep_rendition(store, manifest, MP3, b"x")
    await catalogue.refresh(TRACK)
    asked = store.asked
    (view,) = await catalogue.complete([await view_of(queue, request)])
    assert view.made == Made(manifest=manifest, renditions=(rendered,))
    assert view.manifest == manifest
    assert store.asked == asked


async def test_the_store_is_read_after_redis_is_emptied(
    catalogue: Catalogue, queue: JobQueue, store: AskedStore
) -> None:
    manifest = await keep(store)
    await catalogue.refresh(TRACK)
    await queue.redis.flushall()
    assert (await catalogue.read(TRACK)).manifest == manifest


@pytest.mark.parametrize("anew", [True, False])
async def test_an_older_reading_does_not_overwrite_a_workers_note(
    catalogue: Catalogue, queue: JobQueue, tmp_path: Path, store: AskedStore, anew: bool
) -> None:
    store.gate.clear()
    reading = asyncio.create_task(catalogue.refresh(TRACK) if anew else catalogue.read(TRACK))
    while store.asked == 0:
        await asyncio.sleep(0)
    worker = Catalogue(queue.redis, FolderStore(tmp_path / "store"))
    manifest = await keep(worker.store)
    await worker.refresh(TRACK)
    store.gate.set()
    assert (await reading).manifest == manifest
    assert (await catalogue.read(TRACK)).manifest == manifest


async def test_notes_of_removed_tracks_are_removed(catalogue: Catalogue, store: AskedStore) -> None:
    for leave in (catalogue.forget(TRACK), catalogue.age(0, 1e9, frozenset())):
        await keep(store)
        assert (await catalogue.read(TRACK)).manifest is not None
        await leave
        assert await catalogue.read(TRACK) == Made()
        await catalogue.drop(TRACK)


async def test_a_note_of_removed_files_is_written_again(catalogue: Catalogue, store: AskedStore) -> None:
    """As after a worker died between the two, or a user emptied the folder."""
    await keep(store)
    await catalogue.refresh(TRACK)
    await store.forget(TRACK)
    assert (await catalogue.read(TRACK)).manifest is not None
    await catalogue.drop(TRACK)
    assert await catalogue.read(TRACK) == Made()


@pytest.mark.parametrize("damaged", [b"", b"{", b"[]", b'{"manifest": {"track_id": "../../x"}}', b"\xff"])
async def test_an_invalid_note_is_written_again(
    catalogue: Catalogue, queue: JobQueue, store: AskedStore, damaged: bytes
) -> None:
    manifest = await keep(store)
    await queue.redis.set(keys.made(TRACK), damaged)
    for _ in range(3):
        assert (await catalogue.read(TRACK)).manifest == manifest
    assert store.asked == 1


async def test_a_note_expires(catalogue: Catalogue, queue: JobQueue) -> None:
    await catalogue.read(TRACK)
    assert 0 < await queue.redis.ttl(keys.made(TRACK)) <= KEEP


async def test_a_card_without_the_store_lacks_only_its_titles(
    queue: JobQueue, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    request = ask(source=SONG)
    await queue.submit(request)
    caplog.set_level(logging.WARNING)
    views = [await view_of(queue, request)]
    assert await Catalogue(queue.redis, AwayStore(tmp_path)).complete(views) == views
    assert "cannot read the store" in caplog.text

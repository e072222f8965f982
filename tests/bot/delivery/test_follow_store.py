"""Open requests and the store: looks do not ask it, and what is noted of it may be wrong."""

import asyncio
from pathlib import Path

import pytest

from bot.delivery.follow import Follower, Way
from jobs.models import Package, TrackId, Upload, YouTube
from jobs.progress import Lane, RequestPhase, TrackStage
from jobs.queue import keys
from jobs.queue.catalogue import Catalogue
from jobs.queue.quotas import UNLIMITED
from jobs.queue.requests import JobQueue
from jobs.results import Made
from jobs.store.folder import FolderStore
from tests.bot.delivery.following import OTHER, SONG, Recorder, ask, ended, following, platform, until, worker
from tests.bot.telegram.chat_fixture import Worker

__all__ = ["platform", "worker"]


class AskedStore(FolderStore):
    """Counts how often it is asked what it has."""

    asked = 0

    async def read(self, track_id: TrackId) -> Made:
        self.asked += 1
        return await super().read(track_id)


async def test_a_look_at_open_requests_does_not_ask_the_store(
    queue: JobQueue, tmp_path: Path, platform: Recorder, worker: Worker
) -> None:
    store = AskedStore(tmp_path / "store")
    await queue.submit(ask(source=OTHER))
    await worker.finish(await worker.take())
    for chat, source in (("ana", SONG), ("bo", OTHER)):
        await queue.submit(ask(chat, source))
    async with following(queue, store, platform):
        await until(lambda: len(platform.said) >= 2)
        asked = store.asked
        assert asked <= 2, "once for each track that nothing is noted of"
        for tenth in range(10):
            track = await worker.track_queue.begin(ask().track_id)
            assert track is not None
            await worker.report(track, TrackStage.SEPARATING, tenth / 10)
            await asyncio.sleep(0.05)
        assert store.asked == asked


class AwayStore(FolderStore):
    """Is out of reach while `away` is set."""

    away = True

    async def read(self, track_id: TrackId) -> Made:
        if self.away:
            raise ConnectionError("no answer")
        return await super().read(track_id)

    async def has_upload(self, upload: Upload) -> bool:
        if self.away:
            raise ConnectionError("no answer")
        return await super().has_upload(upload)


@pytest.mark.parametrize("song", [SONG, Upload(upload_id="abc")])
async def test_a_store_that_is_away_is_waited_for(
    queue: JobQueue, tmp_path: Path, platform: Recorder, song: YouTube | Upload
) -> None:
    store = AwayStore(tmp_path / "store")
    worker, request = Worker(queue, store), ask(source=song)
    if isinstance(song, YouTube):
        await queue.submit(request)
        store.away = False
        await worker.finish(await worker.take())
        await queue.redis.delete(keys.made(request.track_id))
        store.away = True
    else:
        await queue.hold(request)
    async with following(queue, store, platform):
        await until(lambda: bool(platform.said))
        await asyncio.sleep(0.3)
        assert platform.sent == []
        store.away = False
        if isinstance(song, Upload):
            await worker.finish(await worker.take())
        assert (await ended(queue, request)).phase is RequestPhase.DONE


async def test_a_request_is_accepted_while_the_store_is_away(
    queue: JobQueue, tmp_path: Path, platform: Recorder
) -> None:
    follower = Follower(queue, Catalogue(queue.redis, AwayStore(tmp_path / "store")), platform)
    assert await follower.accept(ask(), UNLIMITED)
    assert await queue.redis.zcard(keys.queue(Lane.STUDIO)) == 1


async def test_a_file_is_brought_again_when_its_stems_are_gone_though_noted(
    queue: JobQueue, store: FolderStore, platform: Recorder, worker: Worker
) -> None:
    """A zip of them is asked for: the worker is sent for the song, not for the zip alone."""
    upload = Upload(upload_id="abc")
    await queue.submit(ask(source=upload))
    await worker.finish(await worker.take())
    await store.forget(ask(source=upload).track_id)
    request = ask("bo", upload, Package.BOTH)
    await queue.hold(request, phase=RequestPhase.READY)
    async with following(queue, store, platform):
        track = await worker.take()
        assert await store.has_upload(upload)
        await worker.finish(track)
        await until(lambda: len(platform.sent) == 3, platform.sent)
    assert (await store.read(request.track_id)).manifest is not None


async def test_what_is_in_the_store_is_found_when_nothing_is_noted_of_it(
    queue: JobQueue, store: FolderStore, platform: Recorder, worker: Worker
) -> None:
    """As for the store and the queue that version 0.1.0 left, or when Redis lost its last second."""
    await queue.submit(ask())
    await worker.finish(await worker.take())
    await queue.redis.delete(keys.made(ask().track_id))
    async with following(queue, store, platform):
        view = await ended(queue, ask())
    assert view.phase is RequestPhase.DONE
    assert len(platform.sent) == 1
    assert await queue.size() == 0, "and no worker had to come"


async def test_the_stems_are_still_known_when_redis_is_emptied(
    queue: JobQueue, store: FolderStore, platform: Recorder, worker: Worker
) -> None:
    await queue.submit(ask())
    await worker.finish(await worker.take())
    await queue.redis.flushall()
    await worker.set_to()
    follower = Follower(queue, Catalogue(queue.redis, store), platform)
    assert await follower.way(ask()) is Way.RENDER
    await follower.accept(ask(), UNLIMITED)
    assert await queue.redis.zcard(keys.queue(Lane.QUICK)) == 1


async def test_who_asks_anew_is_not_told_that_lost_stems_are_there(
    queue: JobQueue, store: FolderStore, platform: Recorder, worker: Worker
) -> None:
    """As when the worker that removed them died before it could say so."""
    await queue.submit(ask())
    await worker.finish(await worker.take())
    await store.forget(ask().track_id)
    follower = Follower(queue, Catalogue(queue.redis, store), platform)
    assert await follower.way(ask("bo")) is Way.SEPARATE
    assert (await Catalogue(queue.redis, store).read(ask().track_id)) == Made()

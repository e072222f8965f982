"""Songs of slow models: by workers that can, beside quick ones, which go first."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import psutil
import pytest
from pydantic import SecretStr

from jobs.failures import Reason
from jobs.models import Format, Model, Order, Request
from jobs.music.separation_models import MODELS
from jobs.progress import Lane, RequestPhase
from jobs.queue import keys
from jobs.queue.recipe import PATIENCE as LATELY
from jobs.queue.recipe import models_here
from jobs.queue.requests import JobQueue
from jobs.settings import Settings
from jobs.store.folder import FolderStore
from tests.sounds import music, write_wav
from tests.worker import toy
from tests.worker.track_fixture import ask, bring, seen, work_off
from worker.abilities import Abilities
from worker.limits import limits_of, time_for
from worker.main import work
from worker.separation import engines
from worker.slow_lane import SlowLaneWorker

PATIENCE = 60.0


@pytest.fixture
def settings(tmp_path: Path, store: FolderStore, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setitem(MODELS, toy.NAME, toy.INFO)
    monkeypatch.setitem(MODELS, toy.SLOW, toy.SLOW_INFO)
    monkeypatch.setitem(engines.ENGINES, toy.SLOW_INFO.family, toy.SlowToy)
    for module in ("worker.stems", "worker.separation.child"):
        monkeypatch.setattr(f"{module}.SEPARATION", "tests.worker.toy.slow_separation")
    return Settings(_env_file=None, data=tmp_path, store=store.root.as_uri(), models=tmp_path / "models")


@contextlib.asynccontextmanager
async def working(settings: Settings, url: SecretStr) -> AsyncIterator[None]:
    task = asyncio.create_task(work(settings, url))
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def song(store: FolderStore, tmp_path: Path, model: str) -> Request:
    upload = await bring(store, write_wav(tmp_path / f"{model}.wav", music(2.0)))
    return ask(upload, Order(model=Model(name=model), format=Format.WAV))


async def until(true: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(PATIENCE):
        while not await true():
            await asyncio.sleep(0.02)


def separations() -> list[psutil.Process]:
    """Children that separate, the first one first."""
    found = []
    for child in psutil.Process().children(recursive=True):
        with contextlib.suppress(psutil.Error):
            if "tests.worker.toy.slow_separation" in child.cmdline():
                found.append(child)
    return sorted(found, key=lambda child: child.create_time())


async def test_a_quick_song_goes_first_while_a_slow_one_stands_still(
    queue: JobQueue, store: FolderStore, settings: Settings, valkey_server: SecretStr, tmp_path: Path
) -> None:
    held = {name: toy.install(settings.models_dir, name, held=True) for name in (toy.NAME, toy.SLOW)}
    slow, quick = [await song(store, tmp_path, name) for name in (toy.SLOW, toy.NAME)]
    await queue.submit(slow)

    async def in_phase(request: Request, phase: RequestPhase) -> bool:
        return (await seen(queue, request)).phase is phase

    async def in_work(request: Request) -> bool:
        progress = (await seen(queue, request)).progress
        return progress is not None and progress.fraction == 0

    async with working(settings, valkey_server):
        await until(lambda: in_work(slow))
        (child,) = separations()
        assert child.status() != psutil.STATUS_STOPPED, "it has the machine to itself"
        await queue.submit(quick)
        await until(lambda: in_work(quick))
        assert child.status() == psutil.STATUS_STOPPED
        held[toy.SLOW].unlink()  # it would be done at once, if it ran
        held[toy.NAME].unlink()
        await until(lambda: in_phase(quick, RequestPhase.READY))
        await until(lambda: in_phase(slow, RequestPhase.READY))
    assert [(await store.read(one.track_id)).manifest is not None for one in (slow, quick)] == [True, True]


async def test_a_slow_song_is_cancelled_while_it_stands_still(
    queue: JobQueue, store: FolderStore, settings: Settings, valkey_server: SecretStr, tmp_path: Path
) -> None:
    for name in (toy.NAME, toy.SLOW):
        toy.install(settings.models_dir, name, held=True)
    slow, quick = [await song(store, tmp_path, name) for name in (toy.SLOW, toy.NAME)]
    await queue.submit(slow)
    async with working(settings, valkey_server):

        async def stopped() -> bool:
            return any(child.status() == psutil.STATUS_STOPPED for child in separations())

        async def alone() -> bool:
            return len(separations()) == 1 and not await stopped()

        await until(alone)
        await queue.submit(quick)
        await until(stopped)
        await queue.cancel(slow.id)
        await until(alone)
    assert (await seen(queue, slow)).phase is RequestPhase.CANCELLED
    assert (await seen(queue, quick)).phase is RequestPhase.WAITING, "its worker stopped: it is in the queue again"
    assert separations() == []
    assert list((store.root / "work").iterdir()) == []


@pytest.mark.parametrize("kills", [1, 2])
async def test_a_slow_song_whose_child_is_killed_is_started_again_once(
    queue: JobQueue, store: FolderStore, settings: Settings, valkey_server: SecretStr, tmp_path: Path, kills: int
) -> None:
    held = toy.install(settings.models_dir, toy.SLOW, held=True)
    request = await song(store, tmp_path, toy.SLOW)
    await queue.submit(request)
    async with working(settings, valkey_server):
        killed: set[int] = set()

        async def another() -> bool:
            return any(child.pid not in killed for child in separations())

        for _ in range(kills):
            await until(another)
            (child,) = [child for child in separations() if child.pid not in killed]
            killed.add(child.pid)
            child.kill()
        held.unlink()

        async def over() -> bool:
            return (await seen(queue, request)).phase is not RequestPhase.WAITING

        await until(over)
    view = await seen(queue, request)
    if kills == 1:
        assert view.phase is RequestPhase.READY
    else:
        assert view.failure is not None
        assert view.failure.reason is Reason.INTERRUPTED


def test_a_slow_song_has_more_time_and_a_long_one_of_six_stems_room(settings: Settings) -> None:
    assert time_for(Lane.SLOW, settings) > time_for(Lane.STUDIO, settings) == settings.job_timeout
    hour = settings.model_copy(update={"max_seconds": 3600.0})
    limits = limits_of(hour, 3600.0, Lane.SLOW)
    files, frame = 7, 2 * 4  # six stems and a click; bytes of a sample in stereo
    assert limits.file_mb > files * 3600 * 44100 * frame / 1e6, "in one zip"
    assert limits.cpu_seconds >= time_for(Lane.SLOW, settings)


async def test_a_model_that_no_worker_has_fails_before_the_song_is_fetched(
    queue: JobQueue, store: FolderStore, settings: Settings, valkey_server: SecretStr, tmp_path: Path
) -> None:
    request = await song(store, tmp_path, toy.SLOW)
    store.inbox(request.source).unlink()  # type: ignore[arg-type]  # it is an upload
    await queue.submit(request)
    await work_off(settings, valkey_server)
    failure = (await seen(queue, request)).failure
    assert failure is not None
    assert (failure.reason, failure.values) == (Reason.MODEL_MISSING, {"model": toy.SLOW})


async def test_a_worker_leaves_the_songs_of_others(
    queue: JobQueue, store: FolderStore, settings: Settings, valkey_server: SecretStr, tmp_path: Path
) -> None:
    theirs, ours = [await song(store, tmp_path, name) for name in ("htdemucs", toy.SLOW)]
    for request in (theirs, ours):
        await queue.submit(request)
    toy.install(settings.models_dir, toy.SLOW)
    lane = keys.queue(Lane.SLOW)
    line = await queue.redis.zrange(lane, 0, -1)
    assert [job.decode().partition(".")[0] for job in line] == [theirs.track_id, ours.track_id]
    await queue.redis.zadd(keys.ABLE, {"htdemucs": time.time()})
    worker = SlowLaneWorker(
        Abilities(settings, queue.redis), functions=[_nothing], redis_pool=queue.redis, queue_name=lane
    )
    assert await worker.ours(line) == line[1:], "the first one is for a worker that was there a moment ago"
    await queue.redis.zadd(keys.ABLE, {"htdemucs": time.time() - LATELY - 1})
    assert await worker.ours(line) == line, "no worker is left that can: this one says so"
    await queue.redis.hset(keys.track(theirs.track_id), "model", '{"name": "of a newer version"}')  # type: ignore[misc]
    assert await worker.ours(line) == line[1:]


async def _nothing(ctx: dict[object, object]) -> None: ...


async def test_a_worker_announces_what_is_installed_while_it_runs(
    queue: JobQueue, settings: Settings, valkey_server: SecretStr, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("worker.main.EVERY", 0.05)
    async with working(settings, valkey_server):

        async def here() -> bool:
            return bool(await models_here(queue.redis))

        assert not await here()
        toy.install(settings.models_dir, toy.SLOW)
        await until(here)
    assert await models_here(queue.redis) == {}, "it has left"

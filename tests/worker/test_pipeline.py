"""One track from queue to store, through real children on real weights; and every other end of it."""

import asyncio
import contextlib
import logging
import os
import signal
from pathlib import Path

import psutil
import pytest
from pydantic import SecretStr

from bot.cli.demo import write_demo_song
from bot.terminal.watch import changes
from jobs.failures import Reason
from jobs.models import Archive, Encoding, Format, Order, Package, Rendition, Upload
from jobs.progress import RequestPhase, TrackStage
from jobs.queue import keys
from jobs.queue.connection import answer
from jobs.queue.quotas import Limits
from jobs.queue.requests import JobQueue
from jobs.settings import Settings
from jobs.store.folder import FolderStore
from tests.worker.track_fixture import ask, bring, seen, work_off, worker_process
from worker.audio.reading import open_song

pytestmark = pytest.mark.whole

MP3 = Order(format=Format.MP3)
FLAC_ZIP = Order(format=Format.FLAC, package=Package.ZIP)


@pytest.fixture
def settings(tmp_path: Path, store: FolderStore, models_dir: Path) -> Settings:
    return Settings(_env_file=None, data=tmp_path, store=store.root.as_uri(), models=models_dir)


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("songs") / "demo.wav"
    write_demo_song(path, 6)
    return path


@pytest.fixture(scope="session")
def long_song(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A song for children that exceed a limit of length, memory or time."""
    path = tmp_path_factory.mktemp("songs") / "long.wav"
    write_demo_song(path, 100)
    return path


def left_over(store: FolderStore) -> list[Path]:
    return list((store.root / "work").iterdir())


def samples(path: Path) -> int:
    with open_song(path) as song:
        return sum(len(block) for block in song.blocks())


async def test_a_file_becomes_stems_and_a_second_wish_only_renders(
    queue: JobQueue,
    store: FolderStore,
    settings: Settings,
    valkey_server: SecretStr,
    demo: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO)
    upload = await bring(store, demo, "My Song.wav")
    first, second = ask(upload, MP3), ask(upload, FLAC_ZIP, "bo")
    await queue.submit(first)
    await work_off(settings, valkey_server)
    assert (await seen(queue, first)).phase is RequestPhase.READY
    manifest = (await store.read(first.track_id)).manifest
    assert manifest is not None
    assert manifest.tags.title == "My Song"
    assert manifest.samples == 6 * 44100
    assert [file.name for file in manifest.stems] == ["vocals.flac", "accompaniment.flac"]
    for rendition in MP3.renditions:
        rendered = (await store.read(first.track_id)).rendered(rendition)
        assert rendered is not None
        for file in rendered.files:
            path = store.folder(first.track_id, rendition) / file.name
            assert path.stat().st_size == file.bytes_
            assert samples(path) == manifest.samples
    assert f": {TrackStage.RENDERING}" not in caplog.text, "MP3s of the stems are encoded along with the separation"

    store.inbox(upload).unlink()  # the second order needs only the stems
    await queue.submit(second)
    await work_off(settings, valkey_server)
    assert (await seen(queue, second)).phase is RequestPhase.READY
    assert (await store.read(first.track_id)).manifest == manifest
    assert f": {TrackStage.RENDERING}" in caplog.text
    assert (await store.read(first.track_id)).rendered(
        Rendition(encoding=Encoding(format=Format.FLAC), package=Archive())
    ) is not None
    assert left_over(store) == []


async def test_a_child_has_ended_before_its_files_are_stored(
    queue: JobQueue, store: FolderStore, settings: Settings, valkey_server: SecretStr, demo: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    """A child that was taken over would otherwise replace a stem by a link after the check."""
    lingering, keep_track = "tests.worker.lingering", FolderStore.keep_track
    alive: list[str] = []

    async def look(*about: object) -> None:
        for process in psutil.Process().children():
            with contextlib.suppress(psutil.Error):
                alive.extend(word for word in process.cmdline() if word == lingering)
        await keep_track(*about)  # type: ignore[arg-type]  # as it was called

    monkeypatch.setattr(FolderStore, "keep_track", look)
    for module in ("worker.stems", "worker.separation.child"):
        monkeypatch.setattr(f"{module}.SEPARATION", lingering)
    request = ask(await bring(store, demo), MP3)
    await queue.submit(request)
    await work_off(settings, valkey_server)
    assert (await store.read(request.track_id)).manifest is not None
    assert alive == []


@pytest.mark.parametrize(
    ("content", "reason"),
    [(b"", Reason.EMPTY), (b"dear diary, today I sang\n" * 50, Reason.NOT_AUDIO), (None, Reason.UPLOAD_GONE)],
)
async def test_an_invalid_file_fails_with_its_reason_and_leaves_nothing(
    queue: JobQueue,
    store: FolderStore,
    settings: Settings,
    valkey_server: SecretStr,
    tmp_path: Path,
    content: bytes | None,
    reason: Reason,
) -> None:
    upload = Upload(upload_id="gone", name="song.mp3")
    if content is not None:
        (tmp_path / "song.mp3").write_bytes(content)
        upload = await bring(store, tmp_path / "song.mp3")
    request = ask(upload)
    await queue.submit(request)
    await work_off(settings, valkey_server)
    view = await seen(queue, request)
    assert view.failure is not None
    assert (view.phase, view.failure.reason) == (RequestPhase.FAILED, reason)
    assert left_over(store) == []
    assert list((store.root / "tracks").iterdir()) == []


@pytest.mark.faults
async def test_limits_are_kept_and_the_next_job_works(
    queue: JobQueue, store: FolderStore, settings: Settings, valkey_server: SecretStr, demo: Path, long_song: Path
) -> None:
    def with_limit(**limit: float) -> Settings:
        return settings.model_copy(update=limit)

    upload = await bring(store, long_song)
    for limits, reason in (
        (with_limit(max_seconds=60), Reason.TOO_LONG),
        (with_limit(min_free_mb=1e12), Reason.NO_DISK),
        (with_limit(job_timeout=0.5), Reason.TIMED_OUT),
    ):
        request = ask(upload)
        await queue.submit(request)
        await work_off(limits, valkey_server)
        failure = (await seen(queue, request)).failure
        assert failure is not None
        assert failure.reason is reason
    request = ask(await bring(store, demo))
    await queue.submit(request)
    await work_off(settings, valkey_server)
    assert (await seen(queue, request)).phase is RequestPhase.READY
    assert left_over(store) == []


def children_of(process: asyncio.subprocess.Process) -> list[psutil.Process]:
    """The children of a track: without the process that forks them, which lives as long as the worker."""
    found = []
    with contextlib.suppress(psutil.NoSuchProcess):
        for child in psutil.Process(process.pid).children(recursive=True):
            with contextlib.suppress(psutil.NoSuchProcess):  # it has just ended
                if "worker.child.fork_server" not in child.cmdline():
                    found.append(child)
    return found


async def separating(worker: asyncio.subprocess.Process, but: int = 0) -> int:
    """The process that separates, as soon as there is one other than `but`."""
    async with asyncio.timeout(60):
        while True:
            for child in children_of(worker):
                with contextlib.suppress(psutil.NoSuchProcess):
                    if child.pid != but and "worker.separation" in child.cmdline():
                        return child.pid
            await asyncio.sleep(0.01)


async def stopped_while_separating(worker: asyncio.subprocess.Process) -> int:
    """The process that separates, stopped by a signal, so that it is not done first on any machine."""
    pid = await separating(worker)
    os.kill(pid, signal.SIGSTOP)
    return pid


async def gone(processes: list[psutil.Process], seconds: float) -> bool:
    _, alive = await asyncio.to_thread(psutil.wait_procs, processes, seconds)
    return not alive


@pytest.mark.faults
async def test_cancelling_stops_the_separation_and_the_worker_takes_the_next(
    queue: JobQueue, store: FolderStore, settings: Settings, valkey_server: SecretStr, demo: Path, long_song: Path
) -> None:
    long, short = ask(await bring(store, long_song)), ask(await bring(store, demo), FLAC_ZIP)
    await queue.submit(long)
    await queue.submit(short)
    async with worker_process(settings, valkey_server) as worker:
        await stopped_while_separating(worker)
        children = children_of(worker)
        assert children
        await queue.cancel(long.id)
        assert await gone(children, 120)
        async for view in changes(queue, short.id):
            last = view
    assert last.phase is RequestPhase.READY
    assert (await seen(queue, long)).phase is RequestPhase.CANCELLED
    assert left_over(store) == []


@pytest.mark.faults
@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL])
async def test_a_stopped_or_killed_worker_loses_nothing(
    queue: JobQueue, store: FolderStore, settings: Settings, valkey_server: SecretStr, demo: Path, how: int
) -> None:
    request = ask(await bring(store, demo), FLAC_ZIP)
    await queue.submit(request)
    async with worker_process(settings, valkey_server) as first:
        child = await stopped_while_separating(first)
        children = children_of(first)
        os.kill(first.pid, how)
        await asyncio.wait_for(first.wait(), 120)
        with contextlib.suppress(ProcessLookupError):
            os.kill(child, signal.SIGCONT)  # it exits when it notices that its worker is dead
        assert await gone(children, 120)
    if how == signal.SIGTERM:
        assert left_over(store) == []
        assert not await queue.redis.exists(keys.lease(request.track_id)), "handed back, nobody has to wait"
    async with worker_process(settings, valkey_server):
        async for view in changes(queue, request.id):
            last = view
    assert last.phase is RequestPhase.READY


async def test_a_days_minutes_count_what_was_separated(
    queue: JobQueue, store: FolderStore, settings: Settings, valkey_server: SecretStr, demo: Path, tmp_path: Path
) -> None:
    write_demo_song(tmp_path / "other.wav", 68)  # so that it is stopped before it is done
    first, second = ask(await bring(store, demo)), ask(await bring(store, tmp_path / "other.wav"))
    limits = Limits(person_seconds=70)
    await queue.submit(first, limits)
    await work_off(settings, valkey_server)
    await queue.submit(second, limits)
    await work_off(settings, valkey_server)
    assert (await seen(queue, first)).phase is RequestPhase.READY
    failure = (await seen(queue, second)).failure
    assert failure is not None
    assert failure.reason is Reason.OVER_QUOTA
    assert failure.values["used_seconds"] == 6
    assert (await store.read(second.track_id)).manifest is None
    assert left_over(store) == []


@pytest.mark.faults
@pytest.mark.parametrize("kills", [1, 2])
async def test_a_killed_child_is_started_again_once(
    queue: JobQueue, store: FolderStore, settings: Settings, valkey_server: SecretStr, long_song: Path, kills: int
) -> None:
    request = ask(await bring(store, long_song), FLAC_ZIP)
    await queue.submit(request)
    async with worker_process(settings, valkey_server) as worker:
        killed = 0
        for _ in range(kills):
            killed = await separating(worker, but=killed)
            os.kill(killed, signal.SIGKILL)
        async for view in changes(queue, request.id):
            last = view
        assert worker.returncode is None
    if kills == 1:
        assert last.phase is RequestPhase.READY
    else:
        assert last.failure is not None
        assert last.failure.reason is Reason.INTERRUPTED
    assert not await queue.redis.exists(keys.lease(request.track_id))
    assert left_over(store) == []


@pytest.mark.faults
async def test_a_child_above_its_memory_limit_fails_its_song_alone(
    queue: JobQueue, store: FolderStore, settings: Settings, valkey_server: SecretStr, long_song: Path, demo: Path
) -> None:
    hungry, next_ = ask(await bring(store, long_song)), ask(await bring(store, demo))
    await queue.submit(hungry)
    await work_off(settings.model_copy(update={"memory_mb": 150}), valkey_server)
    failure = (await seen(queue, hungry)).failure
    assert failure is not None
    assert failure.reason is Reason.OUT_OF_MEMORY
    assert "150 MB are allowed" in failure.detail
    assert left_over(store) == []
    await queue.submit(next_)
    await work_off(settings, valkey_server)
    assert (await seen(queue, next_)).phase is RequestPhase.READY


@pytest.mark.faults
async def test_a_track_that_kills_every_worker_fails(
    queue: JobQueue, store: FolderStore, settings: Settings, valkey_server: SecretStr, demo: Path
) -> None:
    request = ask(await bring(store, demo))
    await queue.submit(request)
    await answer(queue.redis.hset(keys.track(request.track_id), "starts", "2"))
    await work_off(settings, valkey_server)
    failure = (await seen(queue, request)).failure
    assert failure is not None
    assert failure.reason is Reason.INTERRUPTED

"""Minutes count the separated seconds of a real worker: for false headers, songs cancelled late, and kills."""

import asyncio
import logging
import signal
import time
from pathlib import Path

import pytest
from pydantic import SecretStr

from bot.cli.demo import write_demo_song
from bot.terminal.watch import changes
from jobs.failures import Reason
from jobs.models import Request, YouTube
from jobs.progress import RequestPhase, TrackStage
from jobs.queue import keys
from jobs.queue.connection import ask_script
from jobs.queue.quotas import USED, Limits
from jobs.queue.requests import JobQueue
from jobs.queue.tracks import TrackQueue
from jobs.settings import Settings
from jobs.store.folder import FolderStore
from tests.sounds import encode, listen
from tests.worker.track_fixture import ask, bring, seen, work_off, worker_process
from worker.child.messages import Step
from worker.reporter import Reporter

pytestmark = pytest.mark.faults

HOUR = Limits(person_seconds=3600)
SECONDS = 100
SAID = 5  # seconds, by the false header


@pytest.fixture
def settings(tmp_path: Path, store: FolderStore, models_dir: Path) -> Settings:
    """One thread, so that a song takes more than a few checks of the worker."""
    return Settings(_env_file=None, data=tmp_path, store=store.root.as_uri(), models=models_dir, threads=1)


@pytest.fixture(scope="session")
def honest(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("songs")
    write_demo_song(folder / "song.wav", SECONDS)
    return encode(folder / "song.flac", listen(folder / "song.wav"), "flac", "flac")


@pytest.fixture(scope="session")
def liar(honest: Path) -> Path:
    """A FLAC whose STREAMINFO states five seconds (RFC 9639, 8.2: 36 bits at the 108th)."""
    content = bytearray(honest.read_bytes())
    assert content[:5] == b"fLaC\0"
    at, said = 8 + 13, SAID * 44100
    content[at] = content[at] & 0xF0 | said >> 32
    content[at + 1 : at + 5] = (said & 0xFFFFFFFF).to_bytes(4)
    path = honest.with_name("liar.flac")
    path.write_bytes(content)
    return path


async def used(queue: JobQueue, request: Request) -> float:
    key = keys.minutes("person", request.asker)
    said = await ask_script(queue.redis, USED, [key], str(time.time()), keys.request(""))
    assert isinstance(said, bytes)
    return float(said)


async def until_separated(queue: JobQueue, request: Request, fraction: float) -> None:
    """Waits until `fraction` of a song is separated, or all is done."""
    async for view in changes(queue, request.id, every=0.05):
        if view.progress and view.progress.stage == "separating" and (view.progress.fraction or 0) >= fraction:
            return


@pytest.mark.parametrize(("longest", "minutes"), [(60, 3600), (1800, 10)])
async def test_a_file_with_a_false_short_length_is_refused_before_it_is_separated(
    queue: JobQueue,
    store: FolderStore,
    settings: Settings,
    valkey_server: SecretStr,
    liar: Path,
    caplog: pytest.LogCaptureFixture,
    longest: float,
    minutes: float,
) -> None:
    """Too long for the limit, or for its sender's quota: nothing is separated or counted."""
    caplog.set_level(logging.INFO)
    request = ask(await bring(store, liar))
    await queue.submit(request, Limits(person_seconds=minutes))
    await work_off(settings.model_copy(update={"max_seconds": longest}), valkey_server)
    failure = (await seen(queue, request)).failure
    assert failure is not None
    assert failure.reason is Reason.TOO_LONG
    assert failure.values["limit_seconds"] == min(longest, minutes)
    assert await used(queue, request) == 0
    assert f": {TrackStage.FETCHING}" in caplog.text
    assert f": {TrackStage.SEPARATING}" not in caplog.text
    assert list((store.root / "work").iterdir()) == []


@pytest.mark.parametrize("said", [5, 0])
async def test_a_separation_over_the_quota_stops_and_counts(queue: JobQueue, said: float) -> None:
    """The child's report counts, not the length known before."""
    request = ask(YouTube(video_id="dQw4w9WgXcQ"))
    await queue.submit(request, Limits(person_seconds=100))
    track_queue = TrackQueue(queue.redis, "worker-of-the-test")
    assert await track_queue.begin(request.track_id)
    reporter = Reporter(track_queue, request.track_id, request.source)
    reporter.enter(TrackStage.SEPARATING)
    audience = asyncio.create_task(reporter.publish_until_abandoned())
    for separated in range(0, 200, 10):
        reporter.step(Step(seconds=said or None, separated=separated))
        await asyncio.sleep(0)
    async with asyncio.timeout(60):
        await audience
    reporter.step(Step(separated=195))
    await reporter.account()
    failure = (await seen(queue, request)).failure
    assert failure is not None
    assert failure.reason is Reason.TOO_LONG
    assert await used(queue, request) == 195


async def test_a_file_with_a_false_short_length_counts_whole(
    queue: JobQueue, store: FolderStore, settings: Settings, valkey_server: SecretStr, liar: Path
) -> None:
    request = ask(await bring(store, liar))
    await queue.submit(request, HOUR)
    await work_off(settings, valkey_server)
    assert (await seen(queue, request)).phase is RequestPhase.READY
    assert await used(queue, request) == SECONDS


async def test_a_song_that_is_cancelled_at_80_percent_costs_80_percent(
    queue: JobQueue, store: FolderStore, settings: Settings, valkey_server: SecretStr, honest: Path
) -> None:
    request = ask(await bring(store, honest))
    await queue.submit(request, HOUR)
    worker = asyncio.create_task(work_off(settings, valkey_server))
    await until_separated(queue, request, 0.8)
    assert await queue.cancel(request.id)
    await worker
    assert 0.8 * SECONDS <= await used(queue, request) <= SECONDS


async def test_a_song_whose_worker_is_killed_late_counts_once(
    queue: JobQueue, store: FolderStore, settings: Settings, valkey_server: SecretStr, honest: Path
) -> None:
    request = ask(await bring(store, honest))
    await queue.submit(request, HOUR)
    for _ in range(2):
        async with worker_process(settings, valkey_server, FLBT_THREADS="1") as worker:
            await until_separated(queue, request, 0.5)
            worker.send_signal(signal.SIGKILL)
            await worker.wait()
        assert await used(queue, request) == SECONDS
    await queue.cancel(request.id)
    assert 0.5 * SECONDS <= await used(queue, request) <= SECONDS

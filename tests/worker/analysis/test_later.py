"""The worker analyses a song after its stems are stored, in a child of its own; a failure costs nothing else."""

import asyncio
import contextlib
import time
from pathlib import Path

import numpy as np
import psutil
import pytest
from pydantic import SecretStr

from bot.cli.demo import write_demo_song
from jobs.failures import Failed, Reason
from jobs.models import Click, Effect, Format, Mix, Model, Order, Stem, TrackId
from jobs.music.analysis import Analysis
from jobs.progress import RequestPhase
from jobs.queue.catalogue import Catalogue
from jobs.queue.requests import JobQueue
from jobs.results import Manifest, StoredFile, Tags
from jobs.settings import Settings
from jobs.store.folder import FolderStore
from tests.worker.track_fixture import ask, bring, seen, work_off, worker_process
from worker.analysis.later import Analyses, analyse_track
from worker.analysis.version import MADE_BY
from worker.audio.reading import open_song
from worker.audio.writing import open_track

STEMS = (Stem.VOCALS, Stem.ACCOMPANIMENT)


@pytest.fixture
def settings(tmp_path: Path, store: FolderStore, models_dir: Path) -> Settings:
    return Settings(_env_file=None, data=tmp_path, store=store.root.as_uri(), models=models_dir)


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("songs") / "demo.wav"
    write_demo_song(path, 16)
    return path


async def stored(store: FolderStore, song: Path) -> Manifest:
    """A track whose stems are the song itself and silence."""
    request = ask(await bring(store, song))
    with store.workspace.folder() as folder:
        made = folder / "made"
        made.mkdir()
        for stem, level in zip(STEMS, (0.0, 0.5), strict=True):
            with open_song(song) as source, open_track(made / f"{stem}.flac", Format.FLAC, Tags(title="Demo")) as track:
                for block in source.blocks():
                    track.write(level * block)
        files = tuple(
            StoredFile(name=f"{stem}.flac", bytes_=(made / f"{stem}.flac").stat().st_size, stem=stem) for stem in STEMS
        )
        manifest = Manifest(
            track_id=request.track_id, source=request.source, model=Model(), tags=Tags(title="Demo"),
            samples=16 * 44100, stems=files, engine="unet 1 f32", made_at=time.time(),
        )  # fmt: skip
        await store.keep_track(made, manifest)
    return manifest


async def test_a_song_is_analysed_after_its_stems(
    queue: JobQueue, store: FolderStore, settings: Settings, valkey_server: SecretStr, demo: Path
) -> None:
    request = ask(await bring(store, demo), Order(format=Format.MP3))
    catalogue = Catalogue(queue.redis, store)
    async with worker_process(settings, valkey_server):
        await queue.submit(request)
        async with asyncio.timeout(200):
            while (found := (await catalogue.read(request.track_id)).analysis) is None:
                await asyncio.sleep(0.2)
        assert (await seen(queue, request)).phase is RequestPhase.READY
    assert found.made_by == MADE_BY
    assert found.bpm == pytest.approx(120, abs=1)
    assert (await store.read(request.track_id)).analysis is not None


async def test_an_analysis_is_made_once_for_each_analyser(
    queue: JobQueue, store: FolderStore, settings: Settings, demo: Path
) -> None:
    manifest, catalogue = await stored(store, demo), Catalogue(queue.redis, store)
    found = await analyse_track(catalogue, settings, manifest.track_id)
    assert found is not None
    assert found.bpm == pytest.approx(120, abs=1)
    assert (await store.read(manifest.track_id)).analysis == found
    assert list((store.root / "work").iterdir()) == []

    kept = Analysis(made_by=MADE_BY, bpm=99)
    await store.keep_analysis(manifest.track_id, kept)
    assert await analyse_track(catalogue, settings, manifest.track_id) == kept
    await store.keep_analysis(manifest.track_id, Analysis(made_by="an older one", bpm=99))
    assert await analyse_track(catalogue, settings, manifest.track_id) == found


async def test_a_click_is_made_of_a_song_that_was_not_analysed_yet(
    queue: JobQueue, store: FolderStore, settings: Settings, valkey_server: SecretStr, demo: Path
) -> None:
    manifest = await stored(store, demo)
    mix = Mix(stems=(Stem.ACCOMPANIMENT,))
    order = Order(content=mix, effect=Effect(click="stage", count_in=1), format=Format.WAV)
    request = ask(manifest.source, order)
    await queue.submit(request, quick=True)
    await work_off(settings, valkey_server)
    assert (await seen(queue, request)).phase is RequestPhase.READY
    made = await store.read(manifest.track_id)
    assert made.analysis is not None
    (rendered,) = made.renditions
    assert rendered.seconds == pytest.approx(16 + 2, abs=0.6)  # a bar at 120 BPM, up to the first beat


async def test_what_the_song_does_not_permit_fails_alone(
    queue: JobQueue, store: FolderStore, settings: Settings, valkey_server: SecretStr, tmp_path: Path
) -> None:
    silence = tmp_path / "silence.flac"
    with open_track(silence, Format.FLAC, Tags(title="x")) as track:
        track.write(np.zeros((16 * 44100, 2), np.float32))
    source = (await stored(store, silence)).source
    mix = ask(source, Order(content=Mix(stems=(Stem.ACCOMPANIMENT,)), format=Format.WAV), who="ana")
    click = ask(source, Order(content=Click(), format=Format.WAV), who="bo")
    for request in (mix, click):
        await queue.submit(request, quick=True)
    await work_off(settings, valkey_server)
    assert (await seen(queue, mix)).phase is RequestPhase.READY
    assert (await seen(queue, click)).phase is RequestPhase.READY  # its delivery asks for what it lacks
    await queue.want(click, click.order.renditions, quick=True)
    await work_off(settings, valkey_server)
    view = await seen(queue, click)
    assert (view.phase, view.failure and view.failure.reason) == (RequestPhase.FAILED, Reason.NO_BEATS)


async def test_a_damaged_stem_leaves_the_song_without_an_analysis(
    queue: JobQueue, store: FolderStore, settings: Settings, demo: Path
) -> None:
    manifest, catalogue = await stored(store, demo), Catalogue(queue.redis, store)
    (store.folder(manifest.track_id) / "vocals.flac").write_bytes(b"fLaC" + bytes(1000))
    with pytest.raises(Failed) as caught:
        await analyse_track(catalogue, settings, manifest.track_id)
    assert caught.value.failure.reason is Reason.INTERNAL
    assert await analyse_track(catalogue, settings, TrackId("0" * len(manifest.track_id))) is None


async def test_songs_are_analysed_after_one_that_is_gone_and_a_stop_kills_the_child(
    queue: JobQueue, store: FolderStore, settings: Settings, demo: Path
) -> None:
    manifest, catalogue = await stored(store, demo), Catalogue(queue.redis, store)
    analyses = Analyses(settings)
    running = asyncio.create_task(analyses.keep_analysing())
    try:
        analyses.want(TrackId("0" * len(manifest.track_id)), catalogue)
        analyses.want(manifest.track_id, catalogue)
        async with asyncio.timeout(120):
            while not _children():
                await asyncio.sleep(0.01)
    finally:
        running.cancel()
        await asyncio.wait({running})
    assert _children() == []


def _children() -> list[psutil.Process]:
    found = []
    for child in psutil.Process().children():
        with contextlib.suppress(psutil.NoSuchProcess):  # it has just ended
            if "worker.analysis" in child.cmdline():
                found.append(child)
    return found

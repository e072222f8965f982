"""A worker's published recipe and versions; the store follows its settings."""

import asyncio
from pathlib import Path

import pytest
from pydantic import SecretStr

from bot.cli.demo import write_demo_song
from jobs import VERSION
from jobs.models import Encoding, Format, Order, Rendition
from jobs.progress import RequestPhase
from jobs.queue.recipe import (
    Recipe,
    about_workers,
    announce_recipe,
    current_recipe,
    recipe_for,
    retire_recipe,
)
from jobs.queue.requests import JobQueue
from jobs.queue.tracks import TrackQueue
from jobs.settings import Settings
from jobs.store.folder import FolderStore
from tests.worker.track_fixture import ask, bring, seen, work_off, worker_process


@pytest.fixture
def settings(tmp_path: Path, store: FolderStore, models_dir: Path) -> Settings:
    return Settings(_env_file=None, data=tmp_path, store=store.root.as_uri(), models=models_dir)


async def test_a_worker_publishes_its_recipe_and_versions_while_it_lives(
    queue: JobQueue, settings: Settings, valkey_server: SecretStr, capfd: pytest.CaptureFixture[str]
) -> None:
    async with worker_process(settings, valkey_server, FLBT_PRECISION="bf16") as worker:
        while not (workers := await queue.workers()):
            assert worker.returncode is None
            await asyncio.sleep(0.05)
        (about,) = await about_workers(queue.redis, workers)
    assert list(about.versions) == ["FL-BT", "Python", "unet", "pytubefix", "yt-dlp"]
    assert about.versions["FL-BT"] == VERSION
    assert all(version[0].isdigit() for version in about.versions.values())
    assert await current_recipe(queue.redis) == Recipe(engine="unet", kbps=320), "also afterwards"
    assert "FLBT_PRECISION is ignored: " in capfd.readouterr().err


async def test_another_bit_rate_is_rendered_from_the_same_stems(
    queue: JobQueue, store: FolderStore, settings: Settings, valkey_server: SecretStr, tmp_path: Path
) -> None:
    write_demo_song(tmp_path / "song.wav", 3)
    source = await bring(store, tmp_path / "song.wav")
    order, rendition = Order(format=Format.MP3), Rendition(encoding=Encoding(format=Format.MP3))
    made = []
    for kbps in (320, 128, 128):
        request = ask(source, order)
        await queue.submit(request)
        await work_off(settings.model_copy(update={"mp3_kbps": kbps}), valkey_server)
        assert (await seen(queue, request)).phase is RequestPhase.READY
        manifest, rendered = (
            (await store.read(request.track_id)).manifest,
            (await store.read(request.track_id)).rendered(rendition),
        )
        assert manifest is not None
        assert rendered is not None
        path = store.folder(request.track_id, rendition) / rendered.files[0].name
        made.append((manifest.made_at, rendered.kbps, rendered.files[0].bytes_, path.stat().st_mtime_ns))
    assert [kbps for _, kbps, _, _ in made] == [320, 128, 128]
    assert made[0][0] == made[1][0] == made[2][0], "separated once"
    assert made[0][2] > 2 * made[1][2]
    assert made[1] == made[2], "rendered once"


async def test_machines_set_unlike_do_not_redo_each_others_work(
    queue: JobQueue, store: FolderStore, settings: Settings, valkey_server: SecretStr, tmp_path: Path
) -> None:
    """While both live. When the one that made it has gone, its bit rate is an old one."""
    write_demo_song(tmp_path / "song.wav", 3)
    source = await bring(store, tmp_path / "song.wav")
    here = settings.model_copy(update={"mp3_kbps": 128, "engine": "openvino"})
    elsewhere = TrackQueue(queue.redis, "elsewhere", recipe=recipe_for(settings))
    await elsewhere.beat()
    made = []
    for at in (settings, here):  # the first makes it, the second is asked again
        request = ask(source, Order(format=Format.MP3))
        await queue.submit(request)
        await work_off(at, valkey_server)
        await elsewhere.beat()
        kept = await store.read(request.track_id)
        assert kept.manifest is not None
        made.append((kept.manifest.made_at, [one.kbps for one in kept.renditions]))
    assert made[1] == made[0]
    recipe = await current_recipe(queue.redis)
    assert recipe == recipe_for(settings), "the other one has stopped"


async def test_the_recipe_does_not_depend_on_who_started_last(queue: JobQueue) -> None:
    recipes = [Recipe(engine="unet", kbps=320), Recipe(engine="openvino", kbps=192)]
    for order in (recipes, recipes[::-1]):
        for recipe in order:
            await announce_recipe(queue.redis, recipe)
        current = await current_recipe(queue.redis)
        assert current is not None
        assert (current, *current.others) == (recipes[1].model_copy(update={"others": (recipes[0],)}), recipes[0])
    await retire_recipe(queue.redis, recipes[1])
    assert await current_recipe(queue.redis) == recipes[0]
    await retire_recipe(queue.redis, recipes[0])
    assert await current_recipe(queue.redis) == recipes[0], "the last one that started"

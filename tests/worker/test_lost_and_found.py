"""The store and its notes disagree: the worker follows the store, and corrects the note."""

import asyncio
import json
import signal
import sys
from pathlib import Path

import pytest
from pydantic import SecretStr

from bot.cli.demo import write_demo_song
from jobs.models import Format, Order, Request, Upload
from jobs.progress import RequestPhase
from jobs.queue import keys
from jobs.queue.catalogue import Catalogue
from jobs.queue.requests import JobQueue
from jobs.results import Made, Manifest
from jobs.settings import Settings
from jobs.store.folder import FolderStore
from tests.worker.track_fixture import ask, bring, seen, work_off

pytestmark = pytest.mark.faults

FLAC, MP3 = Order(format=Format.FLAC), Order(format=Format.MP3)


@pytest.fixture
def settings(tmp_path: Path, store: FolderStore, models_dir: Path) -> Settings:
    return Settings(_env_file=None, data=tmp_path / "data", store=store.root.as_uri(), models=models_dir)


@pytest.fixture
async def song(store: FolderStore, tmp_path: Path) -> Upload:
    write_demo_song(tmp_path / "song.wav", 3)
    return await bring(store, tmp_path / "song.wav")


class Asker:
    """Requests a song repeatedly, and checks the results."""

    def __init__(self, queue: JobQueue, store: FolderStore, settings: Settings, url: SecretStr) -> None:
        self.catalogue = Catalogue(queue.redis, store)
        self.queue, self.store, self.settings, self.url = queue, store, settings, url

    async def made(self, request: Request) -> Manifest:
        """Lets a worker do a request. Returns the store's manifest, which is noted as well."""
        await work_off(self.settings, self.url)
        view = await seen(self.queue, request)
        assert view.phase is RequestPhase.READY, view.failure
        made = await self.store.read(request.track_id)
        assert made.manifest is not None
        assert made.rendered(request.order.renditions[0]) is not None
        assert view.made == made
        return made.manifest

    async def ask(self, source: Upload, order: Order) -> Request:
        request = ask(source, order)
        await self.queue.submit(request, quick=True)
        return request


@pytest.fixture
def asker(queue: JobQueue, store: FolderStore, settings: Settings, valkey_server: SecretStr) -> Asker:
    return Asker(queue, store, settings, valkey_server)


async def test_a_song_with_missing_stems_is_separated_again(asker: Asker, store: FolderStore, song: Upload) -> None:
    """Also when only one is missing, and when the note lists it."""
    first = await asker.made(await asker.ask(song, FLAC))
    (store.folder(first.track_id) / first.stems[0].name).unlink()
    second = await asker.made(await asker.ask(song, MP3))
    assert second.made_at > first.made_at
    await store.forget(first.track_id)
    assert (await asker.catalogue.read(first.track_id)).manifest == second, "so it says"
    assert (await asker.made(await asker.ask(song, MP3))).made_at > second.made_at


async def test_a_rendition_that_lost_a_file_is_made_again_from_the_stems(
    asker: Asker, store: FolderStore, song: Upload
) -> None:
    first = await asker.made(await asker.ask(song, MP3))
    lost = store.folder(first.track_id, MP3.renditions[0]) / "vocals.mp3"
    lost.unlink()
    assert await asker.made(await asker.ask(song, MP3)) == first
    assert lost.is_file()


@pytest.mark.parametrize("note", [None, Made().model_dump_json(), "{"])
async def test_stems_without_a_note_are_found(asker: Asker, song: Upload, note: str | None) -> None:
    first = await asker.made(await asker.ask(song, FLAC))
    await asker.queue.redis.flushall()
    if note:
        await asker.queue.redis.set(keys.made(first.track_id), note)
    assert await asker.made(await asker.ask(song, MP3)) == first


async def test_a_store_of_version_0_1_0_is_used(asker: Asker, store: FolderStore, song: Upload) -> None:
    """Its manifests name a number of stems, and its workers had their locks in the store."""
    first = await asker.made(await asker.ask(song, FLAC))
    path = store.folder(first.track_id) / "manifest.json"
    old = json.loads(path.read_text())
    old["model"] = {"stems": 2, "band": "11k", "extension": "average"}
    old["engine"] = "unet 0.1.0 f32"
    path.write_text(json.dumps(old))
    (store.root / "lives").mkdir()
    (store.root / "lives" / "host-1-abcdef").touch()
    await asker.queue.redis.flushall()
    again = await asker.made(await asker.ask(song, MP3))
    assert (again.made_at, again.model, again.engine) == (first.made_at, first.model, "unet 0.1.0 f32")


#: A worker that is killed after it has stored its stems, before it reports them.
DIER = """
import asyncio, os, signal, sys
from pydantic import SecretStr
from jobs.settings import load_settings
from jobs.store.folder import FolderStore
from worker.main import work
keep_track = FolderStore.keep_track
async def keep_and_die(*about):
    await keep_track(*about)
    os.kill(os.getpid(), signal.SIGKILL)
FolderStore.keep_track = keep_and_die
settings = load_settings()
asyncio.run(work(settings, settings.redis_url, burst=True))
"""


async def test_stems_of_a_worker_that_died_before_it_could_note_them_are_found(
    asker: Asker, store: FolderStore, song: Upload, tmp_path: Path
) -> None:
    request = await asker.ask(song, FLAC)
    environment = {
        "FLBT_REDIS_URL": asker.url.get_secret_value(), "FLBT_DATA": str(asker.settings.data),
        "FLBT_STORE": asker.settings.store_url, "FLBT_MODELS": str(asker.settings.models_dir),
        "PYTHONPATH": str(Path(__file__).parents[2]),
    }  # fmt: skip
    died = await asyncio.create_subprocess_exec(sys.executable, "-c", DIER, env=environment, cwd=tmp_path)
    assert await died.wait() == -signal.SIGKILL
    kept = (await store.read(request.track_id)).manifest
    assert kept is not None
    assert await asker.catalogue.read(request.track_id) == Made(), "as it was noted when the worker began"
    assert await asker.made(request) == kept
    assert list((store.root / "work").iterdir()) == []
    assert [path.name for path in (asker.settings.data / "lives").iterdir()] != [], "its lock is swept after a while"
    assert not (store.root / "lives").exists()

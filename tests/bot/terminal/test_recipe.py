"""After a change of engine, the terminal hands over no stems of the old one."""

import asyncio
from pathlib import Path

import pytest
from pydantic import SecretStr

from bot.terminal.options import Options
from bot.terminal.separate import separate
from jobs.models import Format, Order
from jobs.progress import Lane
from jobs.queue import keys
from jobs.queue.requests import JobQueue
from jobs.settings import Settings
from jobs.store.folder import FolderStore
from tests.bot.telegram.chat_fixture import Worker

ORDER = Order(format=Format.FLAC)


@pytest.fixture
def settings(tmp_path: Path, valkey_server: SecretStr) -> Settings:
    return Settings(_env_file=None, data=tmp_path, redis_url=valkey_server)


def started(settings: Settings, tmp_path: Path) -> "asyncio.Task[int]":
    (tmp_path / "song.mp3").write_bytes(b"la la la")
    options = Options(order=ORDER, output=tmp_path / "stems", umask=0o022)
    return asyncio.create_task(separate(settings, [str(tmp_path / "song.mp3")], options, tmp_path))


async def lane(queue: JobQueue) -> Lane:
    """The lane that the one track is queued in."""
    async with asyncio.timeout(120):
        while True:
            for each in Lane:
                if await queue.redis.zcard(keys.queue(each)):
                    return each
            await asyncio.sleep(0.02)


async def test_stems_of_another_engine_are_made_again_in_the_studio(
    queue: JobQueue, store: FolderStore, settings: Settings, tmp_path: Path
) -> None:
    worker = Worker(queue, store)
    await worker.set_to(engine="openvino")
    for engine, expected in (("openvino", Lane.STUDIO), ("openvino", Lane.QUICK), ("unet", Lane.STUDIO)):
        await worker.set_to(engine=engine)
        running = started(settings, tmp_path)
        assert await lane(queue) is expected, engine
        track = await worker.take()
        await worker.finish(track)
        assert await asyncio.wait_for(running, 120) == 0
        manifest = (await store.read(track.id)).manifest
        assert manifest is not None
        assert manifest.engine.startswith(engine)


async def test_a_result_of_another_engine_is_asked_for_again(
    queue: JobQueue, store: FolderStore, settings: Settings, tmp_path: Path
) -> None:
    """As of a worker that was not restarted yet when the settings changed."""
    old, new = Worker(queue, store), Worker(queue, store)
    await new.set_to(engine="unet")
    running = started(settings, tmp_path)
    await old.finish(await old.take())
    track = await new.take()
    await new.finish(track)
    assert await asyncio.wait_for(running, 120) == 0
    manifest = (await store.read(track.id)).manifest
    assert manifest is not None
    assert manifest.engine.startswith("unet")

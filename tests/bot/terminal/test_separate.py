"""`fl-bt separate` from within, on a queue that is there already; `test_terminal` runs it as a person does."""

import asyncio
import errno
import json
import os
import re
from dataclasses import replace
from pathlib import Path

import pytest
from pydantic import SecretStr

from bot.terminal import separate
from bot.terminal.bring_in import identify
from bot.terminal.options import Clash, Options
from jobs.failures import Failure, Reason
from jobs.models import Order, track_id
from jobs.process.tasks import cancel_and_wait
from jobs.queue import keys
from jobs.queue.in_use import in_use
from jobs.queue.requests import JobQueue
from jobs.queue.tracks import TrackQueue
from jobs.settings import Settings
from jobs.store.folder import FolderStore
from tests.bot.telegram.chat_fixture import Worker


@pytest.fixture
def song(tmp_path: Path) -> str:
    (tmp_path / "song.mp3").write_bytes(b"la la la")
    return str(tmp_path / "song.mp3")


@pytest.fixture
def settings(tmp_path: Path, valkey_server: SecretStr) -> Settings:
    return Settings(_env_file=None, data=tmp_path, redis_url=valkey_server)


def wish(tmp_path: Path) -> Options:
    return Options(order=Order(), output=tmp_path / "stems", umask=0o022)


async def taken(queue: JobQueue) -> tuple[TrackQueue, str]:
    """A worker's desk, and the one track it took."""
    track_queue = TrackQueue(queue.redis, "worker-1")
    async with asyncio.timeout(120):
        while not (waiting := [name async for name in queue.redis.scan_iter("flbt:track:*")]):
            await asyncio.sleep(0.02)
    track = await track_queue.begin(waiting[0].decode().rpartition(":")[2])
    assert track is not None
    return track_queue, track.id


async def test_a_store_that_cannot_be_used_is_a_sentence(
    settings: Settings, song: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "store").write_text("in the way")
    assert await separate(settings, [song], wish(tmp_path), tmp_path) == 2
    assert capsys.readouterr().err.startswith("FLBT_DATA cannot be used: ")


async def test_why_it_failed_is_said_in_words(
    queue: JobQueue, settings: Settings, song: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    running = asyncio.create_task(separate(settings, [song], wish(tmp_path), tmp_path))
    track_queue, track = await taken(queue)
    await track_queue.fail(track, Failure(reason=Reason.NOT_AUDIO))
    assert await asyncio.wait_for(running, 120) == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert "song: I can’t read this as audio" in said.err


async def fail_all(queue: JobQueue) -> None:
    """A worker that can read no source."""
    track_queue = TrackQueue(queue.redis, "worker-1")
    while True:
        for name in await in_use(track_queue.redis):
            if await track_queue.begin(name) is not None:
                await track_queue.fail(name, Failure(reason=Reason.NOT_AUDIO))
        await asyncio.sleep(0.02)


async def test_more_songs_than_anybody_may_have_in_line_come_one_after_the_other(
    queue: JobQueue, settings: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """As `fl-bt separate *.mp3` in a folder of many. Repeated arguments count once."""
    songs = [tmp_path / f"{number}.mp3" for number in range(keys.KEEP_PER_CHAT + 2)]
    for song in songs:
        song.write_text(song.name)
    typed = [str(song) for song in (*songs, *songs[:3])]
    working = asyncio.create_task(fail_all(queue))
    assert await asyncio.wait_for(separate(settings, typed, wish(tmp_path), tmp_path), 60) == 1
    await cancel_and_wait(working)
    said = [line for line in capsys.readouterr().err.splitlines() if "can’t read" in line]
    assert [line.partition(":")[0] for line in said] == [song.stem for song in songs]


async def test_a_folder_that_cannot_be_written_to_is_named_and_why(
    queue: JobQueue, store: FolderStore, settings: Settings, song: str, tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    running = asyncio.create_task(separate(settings, [song], wish(tmp_path), tmp_path))
    worker = Worker(queue, store)
    track = await worker.take()
    (tmp_path / "stems").write_text("in the way")
    await worker.finish(track)
    assert await asyncio.wait_for(running, 120) == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert re.search(
        r"song: I can’t write to .*/stems: File exists\. Choose another folder with --output\.",
        said.err,
    ), said.err


async def test_a_file_that_cannot_be_read_is_not_called_damaged(
    queue: JobQueue, settings: Settings, song: str, tmp_path: Path, capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    def denied(*_: object) -> None:  # the system's error for users other than root
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), song)

    monkeypatch.setattr("hashlib.file_digest", denied)
    assert await separate(settings, [song], wish(tmp_path), tmp_path) == 1
    assert capsys.readouterr().err == (
        f"{song}: I can’t read this file: Permission denied. Check its name, and who may read it.\n"
    )


async def test_a_result_that_went_before_it_was_fetched_is_a_failure(
    queue: JobQueue, settings: Settings, song: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The request is ready, but its result was removed from the store."""
    running = asyncio.create_task(separate(settings, [song], wish(tmp_path), tmp_path))
    track_queue, track = await taken(queue)
    assert await track_queue.ready(track, await track_queue.wanted(track))
    assert await asyncio.wait_for(running, 120) == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert "song: " in said.err
    assert not (tmp_path / "stems").exists()


async def test_skip_knows_a_folder_of_the_first_version_and_starts_nothing(
    settings: Settings, song: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = await identify(Path(song))
    options = replace(wish(tmp_path), clash=Clash.SKIP)
    folder = tmp_path / "stems" / "song"
    folder.mkdir(parents=True)
    mark = {"source": source.key, "track": track_id(source, options.order.model)}
    (folder / ".fl-bt.json").write_text(json.dumps(mark))
    paths = [folder / "vocals.mp3", folder / "accompaniment.mp3"]
    for path in paths:
        path.touch()
    away = settings.model_copy(update={"redis_url": SecretStr(f"unix://{tmp_path / 'nobody'}")})
    assert await separate(away, [song], options, tmp_path) == 0
    said = capsys.readouterr()
    assert said.out.splitlines() == [str(path) for path in paths]
    assert said.err == "song: already there, skipped\n"
    paths[0].unlink()
    assert await separate(away, [song], options, tmp_path) == 1, "it has to be made, and the queue is away"


async def test_a_queue_that_is_not_there_is_a_sentence(
    settings: Settings, song: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    away = settings.model_copy(update={"redis_url": SecretStr(f"unix://{tmp_path / 'nobody'}")})
    assert await separate(away, [song], wish(tmp_path), tmp_path) == 1
    said = capsys.readouterr().err
    assert said.startswith("The queue is out of reach: ")
    assert said.endswith("Start Redis, or correct FLBT_REDIS_URL.\n")


async def test_a_worker_that_cannot_run_as_it_is_set_up_ends_the_wait(
    settings: Settings,
    song: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """No other worker would take the song."""
    monkeypatch.setenv("FLBT_YOUTUBE_COOKIES", str(tmp_path / "none.txt"))
    alone = settings.model_copy(update={"redis_url": None})
    assert await asyncio.wait_for(separate(alone, [song], wish(tmp_path), tmp_path), 60) == 2
    assert "FLBT_YOUTUBE_COOKIES cannot be read" in capsys.readouterr().err.splitlines()[-1]

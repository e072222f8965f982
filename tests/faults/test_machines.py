"""Machines that share only Redis and a bucket: one dies with its disk, the bucket is away for ten seconds."""

import asyncio
import os
import shutil
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from pathlib import Path

import psutil
import pytest

from jobs.process.valkey import private_valkey
from tests.peers.botapi import BotApi, Message
from tests.peers.bucket import s3_server
from tests.peers.videos import Video
from tests.peers.youtube import YouTubeStandIn
from tests.running import PATIENCE, environment
from tests.weights import models_dir

pytestmark = pytest.mark.faults

__all__ = ["models_dir"]

SONGS = 7
AWAY = 10.0  # seconds


async def logged(log: Path, text: str) -> None:
    async with asyncio.timeout(PATIENCE):
        while text not in log.read_text():
            await asyncio.sleep(0.1)


@asynccontextmanager
async def part(
    folder: Path, settings: dict[str, str], *command: str, ready: str
) -> AsyncIterator[asyncio.subprocess.Process]:
    """A process of one machine, with a data folder of its own. Its log is beside the folder."""
    folder.mkdir()
    log = folder.with_suffix(".log")
    told = {**settings, "FLBT_DATA": str(folder), "FLBT_THREADS": "1"}
    with log.open("w") as stderr:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-P", "-m", *command, cwd=folder.parent, env=told, stderr=stderr, start_new_session=True
        )
    try:
        await logged(log, ready)
        yield process
        if process.returncode is None:
            process.terminate()
            await asyncio.wait_for(process.wait(), PATIENCE)
    finally:
        if process.returncode is None:
            os.killpg(process.pid, signal.SIGKILL)
        await process.wait()


def _answers(question: Message, message: Message) -> bool:
    return message.reply_to == question


async def test_seven_songs_arrive_once_from_two_workers_of_which_one_dies(tmp_path: Path, models_dir: Path) -> None:
    videos = [Video(f"machines{number}0A", title=f"Some Band - Song {number}", seconds=6) for number in range(SONGS)]
    async with AsyncExitStack() as stack:
        site = stack.enter_context(YouTubeStandIn())
        for video in videos:
            site.add(video)
        bucket = stack.enter_context(s3_server(tmp_path / "s3"))
        redis = stack.enter_context(private_valkey())
        server = await stack.enter_async_context(BotApi())
        shared = environment(
            server, tmp_path / "unused", models_dir, FLBT_ACCESS="open", FLBT_MAX_OPEN_PER_PERSON="20",
            FLBT_REDIS_URL=redis.get_secret_value(), FLBT_STORE="s3://band/songs", **bucket.environment,
            **site.environment,
        )  # fmt: skip
        await stack.enter_async_context(part(tmp_path / "front", shared, "bot", "bot", ready="is listening"))
        await stack.enter_async_context(part(tmp_path / "other", shared, "worker", "run", ready="is ready"))
        doomed = await stack.enter_async_context(part(tmp_path / "doomed", shared, "worker", "run", ready="is ready"))
        # Each worker keeps its first song until one is killed, so a quick one does not take the songs of both.
        site.hold()
        ana = server.private(server.person("Ana"))
        for video in videos:
            question = await ana.say(f"https://youtu.be/{video.video_id}")
            await ana.until(partial(_answers, question), PATIENCE)
        await logged(tmp_path / "doomed.log", "fetching")
        family = psutil.Process(doomed.pid).children(recursive=True)
        os.killpg(doomed.pid, signal.SIGKILL)
        await doomed.wait()
        await asyncio.to_thread(psutil.wait_procs, family, PATIENCE)  # they write into the folder
        site.release()
        shutil.rmtree(tmp_path / "doomed")
        await server.until(lambda: sum("Done in" in one.text for one in ana.from_bot()) >= 2, PATIENCE)
        bucket.stop()
        await asyncio.sleep(AWAY)
        bucket.start()
        await server.until(
            lambda: sum("Done in" in one.text for one in ana.from_bot()) == SONGS, PATIENCE, ana.transcript
        )
        sent = [one.file.title for one in ana.from_bot() if one.file is not None and not one.is_card]
        assert sorted(sent) == sorted(
            f"{stem} - Song {number}" for number in range(SONGS) for stem in ("vocals", "accompaniment")
        )
        assert server.refused == []
        logs = "".join(path.read_text() for path in tmp_path.glob("*.log"))
        assert "test-secret" not in logs
        assert "Traceback" not in logs

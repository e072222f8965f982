"""`fl-bt bot` as a process of its own: started, stopped, killed. The worker stays the test's; see `rig`.

The whole product, with the real worker beside the real bot, is tried in `tests/test_end_to_end.py`.
"""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
from pydantic import SecretStr

from jobs.progress import TrackStage
from jobs.queue.requests import JobQueue
from jobs.store.folder import FolderStore
from tests.bot.telegram.chat_fixture import SONG, Rig, cards, files
from tests.bot.telegram.chat_steps import MP3, done
from tests.peers.botapi import BotApi

Start = Callable[..., Awaitable[asyncio.subprocess.Process]]


@pytest.fixture
async def start(
    server: BotApi, queue: JobQueue, store: FolderStore, valkey_server: SecretStr, tmp_path: Path
) -> AsyncIterator[Start]:
    started: list[asyncio.subprocess.Process] = []

    async def start(**more: str) -> asyncio.subprocess.Process:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("FLBT_")}
        ours = {
            "FLBT_TELEGRAM_TOKEN": server.token, "FLBT_TELEGRAM_BASE_URL": server.base_url,
            "FLBT_TELEGRAM_FILE_URL": server.file_url, "FLBT_REDIS_URL": valkey_server.get_secret_value(),
            "FLBT_STORE": store.root.as_uri(), "FLBT_DATA": str(tmp_path / "data"), "FLBT_ACCESS": "open",
        }  # fmt: skip
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-P", "-m", "bot", "bot",
            cwd=tmp_path, env={**kept, **ours, **more}, stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip
        started.append(process)
        return process

    yield start
    for process in started:
        if process.returncode is None:
            process.kill()
        await process.communicate()


@pytest.mark.faults
async def test_killed_at_any_line_the_next_one_carries_on(rig: Rig, start: Start) -> None:
    ana = rig.ana()
    first = await start()
    await ana.say(SONG)
    card = await ana.until(lambda message: "Next in line" in message.text)
    await rig.noted(card)
    first.kill()
    await first.wait()
    second = await start()
    track = await rig.worker.take()
    await rig.worker.report(track, TrackStage.SEPARATING, 0.4)
    await ana.until(lambda message: message == card and "40 %" in message.text)
    await rig.worker.finish(track)
    await ana.until(done)
    await rig.settled()
    assert cards(ana) == [card]
    assert len(files(ana)) == 2
    second.send_signal(signal.SIGTERM)
    _, log = await asyncio.wait_for(second.communicate(), 120)
    assert second.returncode == 0, log.decode()
    assert rig.server.token not in log.decode()
    assert "Traceback" not in log.decode()


async def test_no_file_is_fetched_for_which_there_is_no_room(rig: Rig, start: Start) -> None:
    ana = rig.ana()
    await start(FLBT_MIN_FREE_MB="1e12")
    await ana.send_audio(MP3)
    await ana.until(lambda message: "I have no room left for another song" in message.text)
    await rig.settled()
    assert rig.server.calls("getFile") == []
    assert list((rig.store.root / "inbox").iterdir()) == list((rig.store.root / "work").iterdir()) == []


async def test_a_wrong_and_a_missing_token_are_one_sentence_and_an_exit(server: BotApi, start: Start) -> None:
    for token, said in (
        ("123456:" + "w" * 35, "Telegram refuses FLBT_TELEGRAM_TOKEN"),
        ("", "FLBT_TELEGRAM_TOKEN is missing"),
    ):
        process = await start(FLBT_TELEGRAM_TOKEN=token)
        _, log = await asyncio.wait_for(process.communicate(), 120)
        assert process.returncode not in (0, None)
        assert said in log.decode().splitlines()[-1]
        assert "Traceback" not in log.decode()
        assert "w" * 35 not in log.decode()

"""The chat beside a thousand status requests a second to the page's server: all are answered, and times are printed.

The page's server and the one who asks are processes of their own; the bot, with Telegram's stand-in, is in the test;
all are on one queue. The chat's answers are timed in turns, with and without the questions.
"""

import asyncio
import statistics
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest
from pydantic import SecretStr

from jobs.queue.requests import JobQueue
from jobs.store.folder import FolderStore
from tests.bot.telegram.chat_fixture import PATIENCE, Rig, Worker, settings_for
from tests.bot.web.test_process import listening, process
from tests.bot.web.web_fixture import VIDEO
from tests.bot.web.web_fixture import Rig as WebRig
from tests.bot.web.web_fixture import settings_for as web_settings
from tests.peers.botapi import BotApi, Chat
from tests.ports import free_port

pytestmark = pytest.mark.faults

A_SECOND = 1000
ROUNDS = 6
ANSWERS = 8  # of a round, with the questions and without


async def answer_time(chat: Chat) -> float:
    """Seconds from a command to its answer."""
    begun = time.monotonic()
    question = await chat.say("/status")
    await chat.until(lambda message: message.id > question.id and "in the works" in message.text.lower())
    return time.monotonic() - begun


@asynccontextmanager
async def asking(port: int, path: str, told: list[float]) -> AsyncIterator[None]:
    """Questions for the length of the context; appends how many a second were answered."""
    command = ("-m", "tests.faults.questions", str(port), path, str(A_SECOND))
    root = Path(__file__).parents[2]
    one = await asyncio.create_subprocess_exec(sys.executable, *command, cwd=root, stdout=asyncio.subprocess.PIPE)
    assert one.stdout is not None
    try:
        assert await asyncio.wait_for(one.stdout.readline(), PATIENCE) == b"begun\n"
        yield
        one.terminate()
        answered, seconds = (await asyncio.wait_for(one.stdout.readline(), PATIENCE)).split()
        told.append(int(answered) / float(seconds))
    finally:
        if one.returncode is None:
            one.kill()
        await one.communicate()


async def test_the_chat_is_answered_beside_a_thousand_questions_a_second(
    queue: JobQueue, store: FolderStore, valkey_server: SecretStr, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    port, worker = free_port(), Worker(queue, store)
    without, with_them, told = list[float](), list[float](), list[float]()
    page = WebRig(queue, store, web_settings(tmp_path), worker)
    async with BotApi() as api, process(page, valkey_server, port):
        rig = Rig(api, queue, store, settings_for(api, tmp_path, messages_per_minute=0), worker)
        ana = rig.ana()
        await listening(port)
        async with aiohttp.ClientSession(f"http://localhost:{port}") as curl, curl.post(f"/api/submit/{VIDEO}") as said:
            path = f"/api/status/{(await said.json())['task_id']}"
        async with rig.bot():
            await answer_time(ana)  # the first one opens connections
            for _ in range(ROUNDS):
                without += [await answer_time(ana) for _ in range(ANSWERS)]
                async with asking(port, path, told):
                    with_them += [await answer_time(ana) for _ in range(ANSWERS)]
    before, beside = statistics.median(without), statistics.median(with_them)
    with capsys.disabled():
        print(  # noqa: T201 - the figures of docs/web.md
            f"\n{statistics.median(told):.0f} answers a second; the chat's answers: median {before * 1000:.0f} ms"
            f" without, {beside * 1000:.0f} ms with them;"
            f" longest {max(without) * 1000:.0f} and {max(with_them) * 1000:.0f} ms"
        )
    assert len(without) == len(with_them) == ROUNDS * ANSWERS
    assert min(told) > 0

"""A thousand requests from a hundred chats to one bot: it answers, keeps Telegram's pace, and stays small."""

import asyncio
import contextlib
import random
import signal
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator
from itertools import count
from pathlib import Path

import psutil
import pytest
from pydantic import SecretStr

from jobs.progress import TrackStage
from jobs.queue import keys
from jobs.queue.connection import answer
from jobs.queue.requests import JobQueue
from jobs.store.folder import FolderStore
from tests.bot.telegram.chat_fixture import Worker
from tests.peers.botapi import BotApi, Chat, Message, Pace
from tests.running import PATIENCE, environment

CHATS, GROUPS, EACH = 100, 20, 10  # groups are among the chats
SONGS = CHATS  # made while people talk to the bot
QUESTIONS = 120  # half of them while cards are posted, half while songs are made
FIRST_WORD = "one after the other"  # of the answer to a message with several songs
MOST_MB = 100  # of the bot for a thousand requests, their cards and deliveries


@pytest.fixture
async def server() -> AsyncIterator[BotApi]:
    async with BotApi(pace=Pace()) as one:
        yield one


@contextlib.asynccontextmanager
async def bot(server: BotApi, url: SecretStr, store: FolderStore, folder: Path) -> AsyncIterator[psutil.Process]:
    """The bot's process, which must stop at the end with open requests."""
    reached = {"FLBT_REDIS_URL": url.get_secret_value(), "FLBT_STORE": store.root.as_uri()}
    told = environment(
        server, folder, folder, **reached, FLBT_ACCESS="open", FLBT_MAX_OPEN_PER_PERSON=str(EACH), FLBT_MAX_WAITING="0"
    )
    with (folder / "bot.log").open("w") as log:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-P", "-m", "bot", "bot", cwd=folder, env=told, stderr=log
        )
    try:
        await server.until(lambda: server.calls("setMyCommands"), PATIENCE)
        yield psutil.Process(process.pid)
        process.send_signal(signal.SIGTERM)
        assert await asyncio.wait_for(process.wait(), 120) == 0
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


@pytest.mark.faults
@pytest.mark.timeout(600)
async def test_a_thousand_requests_from_a_hundred_chats(
    server: BotApi,
    queue: JobQueue,
    store: FolderStore,
    valkey_server: SecretStr,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    access = [server.person(f"P{number}") for number in range(CHATS)]
    chats = [server.group(f"Band {one.name}", [one]) for one in access[:GROUPS]]
    chats += [server.private(one) for one in access[GROUPS:]]
    async with bot(server, valkey_server, store, tmp_path) as process:
        megabytes = [_megabytes(process)]
        asked, o_clock = time.monotonic(), time.time()
        numbers = count()
        for chat in chats:
            links = " ".join(f"https://youtu.be/{next(numbers):010d}A" for _ in range(EACH))
            await chat.say(f"/stems {links}")
        await _until_size(queue, CHATS * EACH)
        accepted = time.monotonic() - asked
        await server.until(lambda: all(_is_told(chat) for chat in chats), PATIENCE)
        talk = asyncio.create_task(_talk(server, chats))
        await server.until(
            lambda: all(len(_cards(chat)) == EACH for chat in chats),
            2 * PATIENCE,
            lambda: str([len(_cards(chat)) for chat in chats]) + chats[0].transcript() + chats[-1].transcript(),
        )
        shown = time.monotonic() - asked
        megabytes.append(_megabytes(process))
        waits = await talk
        turns, later = await asyncio.gather(_work(queue, store), _talk(server, chats))
        waits += later
        await _until_delivered(server, chats)
        megabytes.append(_megabytes(process))
    waits.sort()
    first = sorted(call.at - o_clock for call in server.calls("sendMessage") if FIRST_WORD in call.fields["text"])
    edits = len([call for call in server.requests if call.method == "editmessagetext" and call.code == 200])
    with capsys.disabled():
        print(  # noqa: T201 - the figures of docs/reliability.md
            f"\n{CHATS * EACH} requests from {CHATS} chats: accepted within {accepted:.1f} s, all cards after"
            f" {shown:.0f} s; {edits} edits, {len(server.refused)} refused"
            f"\n  first words to the hundred: median {_at(first, 50):.1f} s, last {first[-1]:.1f} s"
            f"\n  {len(waits)} answers: median {_at(waits, 50):.2f} s, 99th percentile {_at(waits, 99):.2f} s,"
            f" last {waits[-1]:.2f} s"
            f"\n  the bot held {', '.join(f'{one:.0f}' for one in megabytes)} MB: before, with all cards, with"
            f" {SONGS} songs delivered"
        )
    assert len(waits) == QUESTIONS, "everybody was answered"
    for number in range(0, SONGS, CHATS):
        assert set(Counter(turns[number : number + CHATS]).values()) == {1}, "chats take turns, one song each"
    # On a busy machine, messages sent in time may arrive together with earlier ones.
    assert len(server.refused) < len(server.calls("sendMessage")) / 20
    assert {one.code for one in server.refused} <= {429}
    assert max(megabytes) < megabytes[0] + MOST_MB
    for chat in chats:
        assert len(_files(chat)) == 2 * SONGS // CHATS, chat.transcript()
        assert len(_cards(chat)) == EACH


async def _until_size(queue: JobQueue, size: int) -> None:
    async with asyncio.timeout(PATIENCE):
        while await queue.size() < size:
            await asyncio.sleep(0.1)


async def _work(queue: JobQueue, store: FolderStore) -> list[str]:
    """The worker's side: makes songs at a steady pace. Returns their chats, in order."""
    worker, turns = Worker(queue, store), []
    for _ in range(SONGS):
        track = await worker.take(PATIENCE)
        turns.append(str(await answer(queue.redis.hget(keys.track(track.id), "chat"))))
        await worker.report(track, TrackStage.SEPARATING, 0.5)
        await asyncio.sleep(0.15)
        await worker.finish(track)
    return turns


async def _talk(server: BotApi, chats: list[Chat]) -> list[float]:
    """People send commands, a few each second. Returns the seconds that each waited: from the message's arrival at
    Telegram until the answer was in the chat."""
    dice = random.Random(1)
    talks = []
    for chat in (dice.choice(chats) for _ in range(QUESTIONS // 2)):
        talks.append(asyncio.create_task(_ask(server, chat, dice.choice(("/status", "/help", "cancel")))))
        await asyncio.sleep(0.2)
    return await asyncio.gather(*talks)


async def _ask(server: BotApi, chat: Chat, what: str) -> float:
    began = time.monotonic()
    if what == "cancel" and _cards(chat):  # a press on the button of a finished request
        press = await chat.press_data(_cards(chat)[-1], "cancel:0123456789abcdef")
        await press.answer(PATIENCE)
    else:
        question = await chat.say(what if what != "cancel" else "/help")
        await server.until(lambda: any(one.reply_to == question for one in chat.from_bot()), PATIENCE)
    return time.monotonic() - began


async def _until_delivered(server: BotApi, chats: list[Chat]) -> None:
    await server.until(lambda: sum(len(_files(chat)) for chat in chats) >= 2 * SONGS, PATIENCE)
    await server.until(lambda: all(_done(chat) >= SONGS // CHATS for chat in chats), PATIENCE)


def _is_told(chat: Chat) -> bool:
    """Whether the bot has answered that the songs come one after the other."""
    return any(FIRST_WORD in one.text for one in chat.from_bot())


def _cards(chat: Chat) -> list[Message]:
    """The cards of songs."""
    asked = chat.messages[0]
    answers = [one for one in chat.from_bot() if one.is_card and one.reply_to == asked]
    return [one for one in answers if FIRST_WORD not in one.text]


def _files(chat: Chat) -> list[Message]:
    return [one for one in chat.from_bot() if one.file is not None]


def _done(chat: Chat) -> int:
    return sum("Done in" in one.text for one in _cards(chat))


def _megabytes(process: psutil.Process) -> float:
    return float(process.memory_info().rss / 1e6)


def _at(waits: list[float], percent: int) -> float:
    return waits[min(len(waits) - 1, len(waits) * percent // 100)]

"""Small parts: rate limits, Telegram's errors, a local Bot API server."""

import asyncio
import time
from pathlib import Path

import httpx
import pytest
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
    TimedOut,
)

from bot.delivery.platform import (
    Away,
    CardGone,
    Later,
    Refused,
    TooLarge,
    Trouble,
    Unconfirmed,
    UnknownFile,
    Unreachable,
)
from bot.telegram.sending.errors import trouble
from bot.telegram.sending.pace import TELEGRAM
from bot.telegram.sending.rate_limiter import RateLimiter, seconds_of
from jobs.models import Upload
from jobs.queue.requests import JobQueue
from jobs.store.folder import FolderStore
from tests.bot.telegram.chat_fixture import SONG, Rig, Worker, files, settings_for
from tests.bot.telegram.chat_steps import MP3
from tests.peers.botapi import BotApi


def caused(error: TelegramError, cause: Exception) -> TelegramError:
    error.__cause__ = cause
    return error


@pytest.mark.parametrize(
    ("error", "meaning"),
    [
        (RetryAfter(7), Later),
        (Forbidden("bot was blocked by the user"), Unreachable),
        (ChatMigrated(-100), Later),
        (BadRequest("Chat not found"), Unreachable),
        (BadRequest("Message to edit not found"), CardGone),
        (BadRequest("Message can't be edited"), CardGone),
        (BadRequest("File is too big"), TooLarge),
        (BadRequest("Wrong file identifier/HTTP URL specified"), UnknownFile),
        (BadRequest("Can't use file of type Audio as Document"), UnknownFile),
        (BadRequest("Something new"), Refused),
        (NetworkError("Request Entity Too Large"), TooLarge),
        (NetworkError("Bad Gateway"), Away),
        (caused(NetworkError("x"), httpx.ConnectError("x")), Away),
        (caused(TimedOut(), httpx.ConnectTimeout("x")), Away),
        (caused(TimedOut(), httpx.PoolTimeout("x")), Away),
        (caused(TimedOut(), httpx.WriteTimeout("x")), Away),
        (caused(TimedOut(), httpx.ReadTimeout("x")), Unconfirmed),
        (caused(NetworkError("x"), httpx.ReadError("x")), Unconfirmed),
        (caused(NetworkError("x"), httpx.RemoteProtocolError("x")), Unconfirmed),
        (InvalidToken("revoked"), Later),
        (Conflict("x"), Refused),
    ],
)
def test_every_error_means_something(error: TelegramError, meaning: type[Trouble]) -> None:
    assert type(trouble(error)) is meaning


def test_being_told_to_wait_keeps_the_seconds() -> None:
    told = trouble(RetryAfter(7))
    assert isinstance(told, Later)
    assert 7 <= told.seconds < 8


class Calls:
    """Calls of a Bot API method that were let through, and when."""

    def __init__(self, *answers: Exception) -> None:
        self.answers = list(answers)
        self.at: list[float] = []

    async def __call__(self) -> bool:
        self.at.append(time.monotonic())
        if self.answers:
            raise self.answers.pop(0)
        return True

    async def through(
        self, rate_limiter: RateLimiter, chat: int, tries: int = 0, endpoint: str = "sendMessage"
    ) -> None:
        await rate_limiter.process_request(self, (), {}, endpoint, {"chat_id": chat}, tries)


async def test_a_chat_gets_a_few_at_once_then_one_a_second() -> None:
    rate_limiter, calls = RateLimiter(), Calls()
    await asyncio.gather(*(calls.through(rate_limiter, 1) for _ in range(TELEGRAM.chat_burst + 1)))
    gaps = [at - calls.at[0] for at in calls.at]
    assert gaps[TELEGRAM.chat_burst - 1] < 0.8 < gaps[TELEGRAM.chat_burst]


async def test_only_the_chat_that_was_told_waits() -> None:
    rate_limiter, calls, others = RateLimiter(), Calls(RetryAfter(1)), Calls()
    with pytest.raises(RetryAfter):
        await calls.through(rate_limiter, 1)
    with pytest.raises(RetryAfter):
        await calls.through(rate_limiter, 1)
    assert len(calls.at) == 1, "not even asked"
    await asyncio.gather(calls.through(rate_limiter, 1, tries=1), others.through(rate_limiter, 2))
    assert others.at[0] < calls.at[1]
    assert calls.at[1] - calls.at[0] >= 1


async def test_a_patient_call_waits_and_tries_again() -> None:
    rate_limiter, calls = RateLimiter(), Calls(RetryAfter(1), RetryAfter(1))
    await calls.through(rate_limiter, 1, tries=2)
    assert len(calls.at) == 3


async def test_a_penalty_of_hours_is_the_callers_to_plan() -> None:
    rate_limiter, calls = RateLimiter(), Calls(RetryAfter(10_000))
    with pytest.raises(RetryAfter):
        await calls.through(rate_limiter, 1, tries=3)
    with pytest.raises(RetryAfter) as told:
        await calls.through(rate_limiter, 1)
    assert len(calls.at) == 1
    assert seconds_of(told.value) > 9_000


async def test_calls_without_a_message_do_not_wait() -> None:
    rate_limiter, calls = RateLimiter(), Calls()
    began = time.monotonic()
    for _ in range(60):  # which would take a minute
        await calls.through(rate_limiter, 1, endpoint="getChat")
    assert time.monotonic() - began < 20


async def test_a_server_of_ones_own_lends_its_disk_and_takes_large_files(
    queue: JobQueue, store: FolderStore, tmp_path: Path
) -> None:
    async with BotApi(local=True) as server:
        rig = Rig(
            server, queue, store, settings_for(server, tmp_path, telegram_local=True), Worker(queue, store, 60_000_000)
        )
        ana = rig.ana()
        async with rig.bot():
            await ana.send_audio(MP3, size=100 << 20)
            track = await rig.worker.take()
            assert isinstance(track.source, Upload)
            assert store.inbox(track.source).read_bytes() == MP3
            await rig.worker.finish(track)
            await ana.until(lambda message: "Done in" in message.text, seconds=120)
            await ana.say(SONG)
        assert len(files(ana)) == 2
        assert len(server.calls("sendMediaGroup")) == 1, "120 MB in one album"
        assert server.refused == []

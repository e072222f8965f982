"""The small Bot API server, a bot on it, and a person who wrote to the bot."""

from collections.abc import AsyncIterator

import pytest
from telegram import Bot

from tests.peers.botapi import BotApi, Chat


@pytest.fixture(autouse=True)
def _timedeltas(monkeypatch: pytest.MonkeyPatch) -> None:
    """Durations as `timedelta`; otherwise python-telegram-bot warns."""
    monkeypatch.setenv("PTB_TIMEDELTA", "1")


@pytest.fixture
async def server() -> AsyncIterator[BotApi]:
    async with BotApi() as one:
        yield one


@pytest.fixture
async def bot(server: BotApi) -> AsyncIterator[Bot]:
    async with Bot(server.token, base_url=server.base_url, base_file_url=server.file_url) as one:
        yield one


@pytest.fixture
async def chat(server: BotApi) -> Chat:
    chat = server.private(server.person("Ana", language="pt"))
    await chat.say("hello")
    return chat

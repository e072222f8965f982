"""The bot over real HTTP, on a real queue; at the end of each test, nothing that Telegram would refuse was sent."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
import trustme

from bot.telegram.sending.pace import Pace
from jobs.queue.requests import JobQueue
from jobs.store.folder import FolderStore
from tests.bot.telegram.chat_fixture import QUICK_PACE, Rig, Worker, settings_for
from tests.peers.botapi import BotApi


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate of an authority that has signed nothing."""
    path = tmp_path_factory.mktemp("authority") / "authority.pem"
    trustme.CA().cert_pem.write_to_path(str(path))
    return path


@pytest.fixture(autouse=True)
def _trusts_few(monkeypatch: pytest.MonkeyPatch, authority: Path) -> None:
    """Reading every authority's certificate is a large part of a bot's start, and here is nothing to encrypt."""
    monkeypatch.setenv("SSL_CERT_FILE", str(authority))


@pytest.fixture
def true_pace() -> None:
    """Keeps the real pace of Telegram's limits."""


@pytest.fixture
async def server() -> AsyncIterator[BotApi]:
    async with BotApi() as one:
        yield one


@pytest.fixture
async def rig(
    server: BotApi, queue: JobQueue, store: FolderStore, tmp_path: Path, request: pytest.FixtureRequest
) -> AsyncIterator[Rig]:
    """A bot with short pauses. Tests that ask for `true_pace` keep Telegram's."""
    pace = Pace() if "true_pace" in request.fixturenames else replace(QUICK_PACE)
    one = Rig(server, queue, store, settings_for(server, tmp_path), Worker(queue, store), pace)
    yield one
    refused = [f"{each.method}: {each.description}" for each in server.refused]
    unexpected = [said for said in refused if not any(words in said for words in one.expected)]
    assert unexpected == []
    assert list((store.root / "work").iterdir()) == [], "something half-made was left"

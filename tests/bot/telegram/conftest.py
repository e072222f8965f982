"""The bot over real HTTP, on a real queue; at the end of each test, nothing that Telegram would refuse was sent."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import trustme

from jobs.queue.requests import JobQueue
from jobs.store.folder import FolderStore
from tests.bot.telegram.chat_fixture import Rig, Worker, settings_for
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


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> None:
    """Tests wait less between two looks and two edits; those that ask for `true_pace` keep it."""
    if "true_pace" not in request.fixturenames:
        monkeypatch.setattr("bot.telegram.sending.poster.PACE", 0.1)
        monkeypatch.setattr("bot.telegram.sending.poster.PACE_IN_GROUPS", 0.1)
        monkeypatch.setattr("bot.telegram.sending.send_window.CHAT_BURST", 30)
        monkeypatch.setattr("bot.telegram.sending.send_window.GROUP_PER_MINUTE", 200)
    monkeypatch.setattr("bot.playlists.follow.LOOK", 0.05)
    monkeypatch.setattr("bot.conversation.songs.batches.MOMENT", 0.2)
    monkeypatch.setattr("bot.delivery.follow.LOOK", 0.05)
    monkeypatch.setattr("bot.delivery.follow.GRACE", 0.5)
    monkeypatch.setattr("bot.delivery.status_cards.SOON", 0.2)


@pytest.fixture
def true_pace() -> None:
    """Keeps the real pace of Telegram's limits."""


@pytest.fixture
async def server() -> AsyncIterator[BotApi]:
    async with BotApi() as one:
        yield one


@pytest.fixture
async def rig(server: BotApi, queue: JobQueue, store: FolderStore, tmp_path: Path) -> AsyncIterator[Rig]:
    one = Rig(server, queue, store, settings_for(server, tmp_path), Worker(queue, store))
    yield one
    refused = [f"{each.method}: {each.description}" for each in server.refused]
    unexpected = [said for said in refused if not any(words in said for words in one.expected)]
    assert unexpected == []
    assert list((store.root / "work").iterdir()) == [], "something half-made was left"

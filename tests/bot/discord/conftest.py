"""The Discord bot over real HTTP and a real websocket; at the end of each test nothing that Discord would refuse was
sent, and every interaction was acknowledged."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from jobs.queue.requests import JobQueue
from jobs.store.folder import FolderStore
from tests.bot.discord.discord_fixture import Rig, settings_for
from tests.bot.telegram.chat_fixture import Worker
from tests.peers.discord import Discord


@pytest.fixture
async def server() -> AsyncIterator[Discord]:
    async with Discord() as one:
        yield one


@pytest.fixture
async def rig(server: Discord, queue: JobQueue, store: FolderStore, tmp_path: Path) -> AsyncIterator[Rig]:
    one = Rig(server, queue, store, settings_for(server, tmp_path), Worker(queue, store))
    yield one
    refused = [f"{each.call}: {each.code} {each.message}" for each in server.refused]
    assert [said for said in refused if not any(words in said for words in one.expected)] == []
    assert server.unacknowledged == []
    assert list((store.root / "work").iterdir()) == [], "something half-made was left"

"""A private chat on each platform."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from jobs.queue.requests import JobQueue
from jobs.store.folder import FolderStore
from tests.bot.platforms.talks import EVERYWHERE, Talk, meeting


@pytest.fixture(params=EVERYWHERE)
async def talk(
    request: pytest.FixtureRequest, queue: JobQueue, store: FolderStore, tmp_path: Path
) -> AsyncIterator[Talk]:
    async with meeting(request.param, queue, store, tmp_path, "Ana") as (ana,):
        yield ana

"""A web server, and a browser that has opened its page."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from jobs.queue.requests import JobQueue
from jobs.store.folder import FolderStore
from tests.bot.telegram.chat_fixture import Worker
from tests.bot.web.web_fixture import Browser, Rig, settings_for


@pytest.fixture
def rig(queue: JobQueue, store: FolderStore, tmp_path: Path) -> Rig:
    return Rig(queue, store, settings_for(tmp_path), Worker(queue, store))


@pytest.fixture
async def browser(rig: Rig) -> AsyncIterator[Browser]:
    async with rig.serving(), rig.browser() as one:
        yield one

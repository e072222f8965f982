"""The conversation without any platform, on a real queue and store."""

from pathlib import Path

import pytest

from bot.conversation.services import Services
from jobs.queue.requests import JobQueue
from jobs.settings import Settings
from jobs.store.folder import FolderStore
from tests.bot.conversation.chat import Chats, Person


@pytest.fixture
def chats() -> Chats:
    return Chats()


@pytest.fixture
def services(chats: Chats, queue: JobQueue, store: FolderStore, tmp_path: Path) -> Services:
    settings = Settings(_env_file=None, access="open", data=tmp_path / "data", max_open_per_person=2)
    return chats.services(queue, store, settings)


@pytest.fixture
def ana(services: Services) -> Person:
    return Person(services, "ana")

"""What every room's tests need: a real Valkey, and settings that touch nothing of the person running them."""

import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from hypothesis import settings as hypothesis_settings
from pydantic import SecretStr

from jobs.embedded import private_valkey
from jobs.queue import JobQueue
from jobs.store import ResultStore

# python-telegram-bot warns of its old way to tell times as numbers; this chooses the coming one.
os.environ.setdefault("PTB_TIMEDELTA", "1")

# A busy machine is no failure: no example has a deadline.
hypothesis_settings.register_profile("fl-bt", deadline=None)
hypothesis_settings.load_profile("fl-bt")


@pytest.fixture(scope="session")
def valkey_server() -> Iterator[SecretStr]:
    with private_valkey() as url:
        yield url


@pytest.fixture
async def queue(valkey_server: SecretStr) -> AsyncIterator[JobQueue]:
    """A queue on an empty, real Valkey."""
    queue = JobQueue.at(valkey_server)
    await queue.redis.flushall()
    yield queue
    await queue.close()


@pytest.fixture
def store(tmp_path: Path) -> ResultStore:
    return ResultStore.at((tmp_path / "store").as_uri())

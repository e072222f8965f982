"""Stopping a worker."""

import asyncio
from pathlib import Path

import pytest
from arq.worker import Worker
from pydantic import SecretStr

from jobs.queue.requests import JobQueue
from jobs.settings import Settings
from worker.main import work


async def test_a_worker_stops_although_a_library_loses_cancellations(
    queue: JobQueue, valkey_server: SecretStr, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As `asyncio.wait_for` sometimes does before Python 3.12, in the Redis client under arq's lanes."""
    run, deaf = Worker.async_run, 2

    async def hard_of_hearing(self: Worker) -> None:
        for _ in range(deaf):
            try:
                await asyncio.sleep(3600)
            except asyncio.CancelledError:
                continue
        await run(self)

    monkeypatch.setattr(Worker, "async_run", hard_of_hearing)
    settings = Settings(_env_file=None, data=tmp_path)
    working = asyncio.create_task(work(settings, valkey_server))
    await asyncio.sleep(0.2)
    assert not working.done()

    working.cancel()

    await asyncio.wait({working}, timeout=60)
    assert working.cancelled()

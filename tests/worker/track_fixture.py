"""A worker for tests: the real arq on the real queue with the real children, run until the queue is empty."""

import asyncio
import contextlib
import os
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path

from pydantic import SecretStr

from jobs.models import Order, Request, Source, Upload, request_id
from jobs.progress import View
from jobs.queue.requests import JobQueue
from jobs.settings import Settings
from jobs.store.store import ResultStore, receiving
from worker.main import work


async def work_off(settings: Settings, url: SecretStr) -> None:
    """Runs a worker in this process until the queue is empty."""
    await work(settings, url, burst=True)


@contextlib.asynccontextmanager
async def worker_process(settings: Settings, url: SecretStr, **more: str) -> AsyncIterator[asyncio.subprocess.Process]:
    """A worker process, killed at the end if it still lives."""
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("FLBT_")},
        "FLBT_REDIS_URL": url.get_secret_value(),
        "FLBT_DATA": str(settings.data),
        "FLBT_STORE": settings.store_url,
        "FLBT_MODELS": str(settings.models_dir),
        **more,
    }
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-P", "-m", "worker", "run", env=environment, start_new_session=True,
        cwd=settings.data,  # a folder without `.env`, which ours may have
    )  # fmt: skip
    try:
        yield process
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()


async def bring(store: ResultStore, path: Path, name: str = "") -> Upload:
    """Put a file into the inbox."""
    upload = Upload(upload_id=f"test-{abs(hash(path))}", name=name or path.name)
    async with receiving(store, upload) as part:
        part.write_bytes(path.read_bytes())
    return upload


def ask(source: Source, order: Order | None = None, who: str = "ana") -> Request:
    chat = f"test:{who}"
    return Request(
        id=request_id(chat, str(time.monotonic_ns()), source),
        platform="test",
        chat=chat,
        asker=chat,
        source=source,
        order=order or Order(),
        created_at=time.time(),
    )


async def seen(queue: JobQueue, request: Request) -> View:
    view = await queue.view(request.id)
    assert view is not None
    return view

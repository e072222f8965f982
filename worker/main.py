"""The worker process: arq takes tracks from the queue, one at a time; a heart beats beside it; the store is tidied."""

import asyncio
import contextlib
import logging
import os
import secrets
import socket
from typing import Any

from arq.worker import Worker, func
from pydantic import SecretStr

from jobs import keys
from jobs.connection import connect, deserialize, serialize
from jobs.desk import Desk
from jobs.queue import JOB_FUNCTION
from jobs.settings import Settings
from jobs.store import ResultStore
from worker import cleanup
from worker.pipeline import Studio, take

log = logging.getLogger(__name__)

POLL = 0.1  # seconds: how soon a new track is noticed
NEVER = 1_000_000  # arq's own count of tries is not ours: see `starts` in jobs/scripts.py


def make_worker(settings: Settings, redis_url: SecretStr, *, burst: bool = False, signals: bool = True) -> Worker:
    """The arq worker, ready to run: this process's composition root. `burst`: end when the queue is empty."""
    redis = connect(redis_url)
    studio = Studio(
        desk=Desk(redis, f"{socket.gethostname()}-{os.getpid()}-{secrets.token_hex(3)}"),
        store=ResultStore.at(settings.store_url),
        settings=settings,
    )
    background: list[asyncio.Task[None]] = []

    async def start(ctx: dict[Any, Any]) -> None:  # noqa: ARG001 - arq calls it by this name
        # Before the first job: a track whose worker was killed may be the first in the queue.
        await studio.desk.beat()
        await studio.desk.recover()
        background.append(asyncio.create_task(studio.desk.keep_alive()))
        background.append(asyncio.create_task(cleanup.keep_tidy(studio)))
        log.info("worker %s is ready", studio.desk.worker)

    async def stop(ctx: dict[Any, Any]) -> None:  # noqa: ARG001
        for task in background:
            task.cancel()
        await asyncio.gather(*background, return_exceptions=True)
        await studio.desk.leave()

    async def track(ctx: dict[Any, Any], *track_ids: str) -> None:  # noqa: ARG001
        for track_id in track_ids:
            await take(studio, track_id)

    return Worker(
        functions=[func(track, name=JOB_FUNCTION, timeout=settings.job_timeout + 60, max_tries=NEVER, keep_result=0)],
        redis_pool=redis,
        queue_name=keys.QUEUE,
        max_jobs=1,
        poll_delay=POLL,
        burst=burst,
        handle_signals=signals,
        on_startup=start,
        on_shutdown=stop,
        job_serializer=serialize,
        job_deserializer=deserialize,
        health_check_interval=30,
        log_results=False,
    )


def run(settings: Settings, redis_url: SecretStr) -> None:
    """Run a worker until it is told to stop by SIGTERM or SIGINT."""
    # arq takes the loop that is set.
    asyncio.set_event_loop(asyncio.new_event_loop())
    worker = make_worker(settings, redis_url)
    with contextlib.suppress(asyncio.CancelledError):
        worker.run()

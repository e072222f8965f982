"""Lanes of workers that take tracks from a real queue without any work, and workers that are busy."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Any

from arq.worker import func
from pydantic import SecretStr

from jobs.models import YouTube
from jobs.process.tasks import cancel_and_wait
from jobs.progress import Lane
from jobs.queue import keys
from jobs.queue.connection import connect, deserialize, serialize
from jobs.queue.requests import JOB_FUNCTION, JobQueue
from jobs.queue.tracks import TrackQueue
from tests.jobs.requests import ask
from worker.lane import LaneWorker


@contextlib.asynccontextmanager
async def lane(url: SecretStr, name: str, held: asyncio.Event | None = None) -> AsyncIterator[TrackQueue]:
    """A lane that takes tracks and settles them at once, or holds them until `held`."""
    redis = connect(url)
    track_queue = TrackQueue(redis, name)

    async def track(ctx: dict[Any, Any], track_id: str) -> None:
        if await track_queue.begin(track_id) is None:
            return
        try:
            if held is not None:
                await held.wait()
            await track_queue.ready(track_id, await track_queue.wanted(track_id))
        except asyncio.CancelledError:
            await track_queue.hand_back(track_id)
            raise

    worker = LaneWorker(
        functions=[func(track, name=JOB_FUNCTION, keep_result=0)],
        redis_pool=redis,
        queue_name=keys.queue(Lane.STUDIO),
        max_jobs=1,
        handle_signals=False,
        job_serializer=serialize,
        job_deserializer=deserialize,
        health_check_key=keys.health(name),
    )
    tasks = [asyncio.create_task(work) for work in (worker.async_run(), worker.hear())]
    try:
        yield track_queue
    finally:
        worker.allow_pick_jobs = False
        await asyncio.sleep(0.05)  # a command that is cut off leaves its connection to the garbage collection
        await cancel_and_wait(*tasks)
        await worker.close()


def song(number: int) -> YouTube:
    return YouTube(video_id=f"{number:010d}A")


async def keep_busy(queue: JobQueue, count: int) -> None:
    """As many workers, each with a track."""
    for number in range(count):
        request = ask(f"chat{number}", song(number))
        await queue.submit(request)
        assert await TrackQueue(queue.redis, f"busy-{number}").begin(request.track_id) is not None


async def commands(queue: JobQueue) -> int:
    return int((await queue.redis.info("stats"))["total_commands_processed"])

"""Steps of the tests on quotas: a request, its song, and what it counts."""

import time
from collections.abc import Awaitable
from itertools import count

import pytest

from jobs.failures import Failure
from jobs.models import Request, Upload, VideoId, YouTube, request_id
from jobs.queue import keys
from jobs.queue.connection import ask_script
from jobs.queue.quotas import USED, Limits, OverQuota
from jobs.queue.requests import JobQueue
from jobs.queue.tracks import TrackQueue

HOUR = Limits(person_seconds=3600, chat_seconds=0)
BAND = Limits(person_seconds=0, chat_seconds=3600)
DAY = 24 * 3600.0

_numbers = count()


def ask(
    seconds: float | None, who: str = "ana", chat: str = "", *, at: float | None = None, video: VideoId = ""
) -> Request:
    """A request for a file of a known or unknown length; or for a video, whose length is unknown at first."""
    number = next(_numbers)
    source = YouTube(video_id=video) if video else Upload(upload_id=f"song-{number}", seconds=seconds)
    where = f"test:{chat or who}"
    return Request(
        id=request_id(where, str(number), source), platform="test", chat=where, asker=f"test:{who}", source=source,
        created_at=time.time() if at is None else at,
    )  # fmt: skip


async def refused(work: Awaitable[object]) -> Failure:
    with pytest.raises(OverQuota) as over:
        await work
    return over.value.failure


async def took(queue: JobQueue, request: Request, seconds: float) -> None:
    """Separates the song, as a worker."""
    track_queue = TrackQueue(queue.redis, "worker-of-the-test")
    assert await track_queue.begin(request.track_id)
    await track_queue.charge(request.track_id, seconds)
    await track_queue.charge(request.track_id, seconds, whole=True)
    assert await track_queue.ready(request.track_id, await track_queue.wanted(request.track_id))


async def used(queue: JobQueue, who: str = "ana") -> float:
    """Seconds that count for a person now."""
    said = await ask_script(
        queue.redis, USED, [keys.minutes("person", f"test:{who}")], str(time.time()), keys.request("")
    )
    assert isinstance(said, bytes)
    return float(said)


async def begun(queue: JobQueue, request: Request, limits: Limits = HOUR) -> TrackQueue:
    """A worker with the request's song in work."""
    await queue.submit(request, limits)
    track_queue = TrackQueue(queue.redis, "worker-of-the-test")
    assert await track_queue.begin(request.track_id)
    return track_queue

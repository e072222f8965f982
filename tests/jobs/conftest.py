"""The worker's side of the queue."""

import pytest

from jobs.queue.requests import JobQueue
from jobs.queue.tracks import TrackQueue


@pytest.fixture
def track_queue(queue: JobQueue) -> TrackQueue:
    return TrackQueue(queue.redis, "worker-1")

"""The worker's end of the queue."""

import pytest

from jobs.desk import Desk
from jobs.queue import JobQueue


@pytest.fixture
def desk(queue: JobQueue) -> Desk:
    return Desk(queue.redis, "worker-1")

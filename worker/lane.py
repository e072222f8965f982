"""An arq worker that is told of new jobs, instead of asking ten times a second, and whose line has no job in work."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator
from typing import Any

from arq.worker import Worker
from redis.exceptions import RedisError

log = logging.getLogger(__name__)

IDLE = 3.0  # seconds between two looks without news: front ends of version 0.1.0 publish none
BURST = 0.02  # the same, for a worker that ends when the queue is empty
SOON = 0.005  # seconds from the end of a job until arq counts it as ended
AGAIN = 1.0  # seconds until the next try to subscribe
CLAIM = 60  # seconds for which arq's own claim of a job lasts; then the job is long out of the line, or its worker dead


class LaneWorker(Worker):
    """Looks into its queue when a job was queued (see `enqueue_in_turn`), when its own job has ended, and every `idle`
    seconds.
    """

    def __init__(self, *, idle: float = IDLE, **options: Any) -> None:
        super().__init__(**options, poll_delay=0)  # `_poll_iteration` waits
        self._idle = idle
        self.in_progress_timeout_s = CLAIM
        self._news = asyncio.Event()

    async def hear(self) -> None:
        """Listens for new jobs until cancelled."""
        while True:
            try:
                async with self.pool.pubsub() as channel:
                    await channel.subscribe(self.queue_name)
                    while True:
                        # The first message confirms the subscription: a job may have come before it.
                        if await channel.get_message(timeout=IDLE) is not None:
                            self._news.set()
            except (RedisError, OSError) as error:
                log.debug("cannot subscribe to new jobs: %s", error)
            await asyncio.sleep(AGAIN)

    async def run_job(self, job_id: str, score: int) -> None:
        try:
            await super().run_job(job_id, score)
        finally:
            asyncio.get_running_loop().call_later(SOON, self._news.set)

    @contextlib.asynccontextmanager
    async def out_of_line(self, ctx: dict[Any, Any]) -> AsyncIterator[None]:
        """Takes a job out of the line while it is in work, and returns it if it is cancelled. For jobs without a lease:
        tracks leave it in `TrackQueue.begin`.

        arq leaves jobs in work in the line, and reads its first hundred only.
        """
        await self.pool.zrem(self.queue_name, ctx["job_id"])
        try:
            yield
        except asyncio.CancelledError:
            await asyncio.shield(self.pool.zadd(self.queue_name, {ctx["job_id"]: ctx["score"]}))
            raise

    async def _poll_iteration(self) -> None:
        self._news.clear()
        await super()._poll_iteration()
        if self.burst and self.tasks:  # arq takes an empty line for the end
            await asyncio.wait(self.tasks.values())
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(BURST if self.burst else self._idle):
                await self._news.wait()

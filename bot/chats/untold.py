"""Batches whose message is outdated, with the time of their last change. In Redis, to survive a restart."""

import time

from jobs.queue import keys, scripts
from jobs.queue.connection import Redis, run_script
from jobs.queue.views import text


class UntoldBatches:
    """The batches of one platform, ordered by their last change (seconds since the epoch)."""

    def __init__(self, redis: Redis, platform: str) -> None:
        self._redis = redis
        self._key = keys.leftovers(platform)

    async def add(self, batch_id: str, after: float = 0.0) -> None:
        """Note a change of a batch. `after`: seconds to add to the time of the change, which delays its message."""
        await self._redis.zadd(self._key, {batch_id: time.time() + after})

    async def first(self) -> tuple[str, float] | None:
        """The batch with the oldest change, and its time."""
        for batch_id, touched in await self._redis.zrange(self._key, 0, 0, withscores=True):
            return text(batch_id), float(touched)
        return None

    async def told(self, batch_id: str, touched: float) -> None:
        """Remove a batch after its message, atomically, unless it changed since `touched`."""
        await run_script(self._redis, scripts.REMOVE_UNTOUCHED, [self._key], batch_id, repr(touched))

"""Which batches of songs are still to be told of, and when that is due. In Redis, so that a restart forgets none."""

import time

from jobs.queue import keys, scripts
from jobs.queue.connection import Redis, run_script
from jobs.queue.views import text


class UntoldBatches:
    """The batches of one platform, by when something was added last (seconds since the epoch)."""

    def __init__(self, redis: Redis, platform: str) -> None:
        self._redis = redis
        self._key = keys.leftovers(platform)

    async def add(self, batch_id: str, after: float = 0.0) -> None:
        """Something was added to a batch. `after`: seconds from now when that counts from, to tell of it later."""
        await self._redis.zadd(self._key, {batch_id: time.time() + after})

    async def first(self) -> tuple[str, float] | None:
        """The batch to which nothing was added for the longest time, and since when."""
        for batch_id, touched in await self._redis.zrange(self._key, 0, 0, withscores=True):
            return text(batch_id), float(touched)
        return None

    async def told(self, batch_id: str, touched: float) -> None:
        """Note that the batch was told of, in one step: nothing happens when something was added since `touched`."""
        await run_script(self._redis, scripts.REMOVE_UNTOUCHED, [self._key], batch_id, repr(touched))

"""Daily counts of requests' outcomes."""

import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Final

from jobs.monitoring import metrics
from jobs.progress import View
from jobs.queue import keys
from jobs.queue.connection import Redis, answer

KEPT: Final = 30  # days

_COUNTED = "counted"  # a field of the request: resending a part closes a request again


class Statistics:
    """The counts of all chats together."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis

    async def count_end(self, view: View) -> None:
        """Count a closed request, once: as `done`, `cancelled`, or by the reason of its failure."""
        if view.is_open or not await answer(self._redis.hsetnx(keys.request(view.request.id), _COUNTED, "1")):
            return
        metrics.count("requests_ended", view.failure.reason if view.failure else view.phase)
        day = keys.tally(_day(view.closed_at or time.time()))
        async with self._redis.pipeline(transaction=True) as pipe:
            pipe.hincrby(day, view.failure.reason if view.failure else view.phase, 1)
            pipe.expire(day, KEPT * 24 * 3600)
            await pipe.execute()

    async def ends(self, days: int, now: float) -> Counter[str]:
        """Outcomes in the last days, today included (UTC). `now`: seconds since the epoch."""
        async with self._redis.pipeline(transaction=False) as pipe:
            for back in range(days):
                pipe.hgetall(keys.tally(_day(now - timedelta(days=back).total_seconds())))
            counted: Counter[str] = Counter()
            for day in await pipe.execute():
                counted.update({end.decode(): int(count) for end, count in day.items()})
        return counted


def _day(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).date().isoformat()

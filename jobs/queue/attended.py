"""The requests that a platform's front end attends to: those whose card is not final. Read in pages."""

import logging
import time
from collections.abc import Sequence
from typing import Final, NamedTuple

from jobs.progress import OPEN_PHASES
from jobs.queue import keys
from jobs.queue.connection import Redis, answer
from jobs.queue.views import text, texts

log = logging.getLogger(__name__)

PAGE: Final = 500  # requests of whose fields few are read


class Place(NamedTuple):
    """A request's place among the attended ones."""

    at: float  # when it was made
    request_id: str


FIRST: Final = Place(0.0, "")


class Attended:
    """The attended requests of one platform."""

    def __init__(self, redis: Redis, platform: str) -> None:
        self._redis = redis
        self._platform = platform
        self._key = keys.attended(platform)

    async def page(self, after: Place, most: int) -> list[Place]:
        """The next requests after `after`, oldest first. The call is the front end's heartbeat."""
        first = 0 if after == FIRST else await self._rank_after(after)
        async with self._redis.pipeline(transaction=False) as pipe:
            pipe.zadd(keys.FRONTS, {self._platform: time.time()})
            pipe.zrange(self._key, first, first + most - 1, withscores=True)
            _, found = await pipe.execute()
        return [Place(at, text(request_id)) for request_id, at in found]

    async def _rank_after(self, place: Place) -> int:
        async with self._redis.pipeline(transaction=False) as pipe:
            pipe.zrank(self._key, place.request_id)
            pipe.zcount(self._key, "-inf", f"({place.at}")
            rank, older = await pipe.execute()
        return int(older) if rank is None else int(rank) + 1  # None: it was let go

    async def count(self) -> int:
        return int(await self._redis.zcard(self._key))

    async def among(self, request_ids: Sequence[str]) -> list[str]:
        """Those of `request_ids` that are attended to, oldest first."""
        if not request_ids:
            return []
        times = await answer(self._redis.zmscore(self._key, list(request_ids)))
        here = [(at, one) for at, one in zip(times, request_ids, strict=True) if at is not None]
        return [one for _, one in sorted(here)]

    async def drop(self, request_id: str) -> None:
        """Attends no more to a request without valid data."""
        if await self._redis.zrem(self._key, request_id):
            log.error("request %s: invalid data in Redis; it is no longer attended to", request_id)

    async def open_tracks(self) -> set[str]:
        """The tracks of open requests."""
        found, first = set(), 0
        while request_ids := texts(await self._redis.zrange(self._key, first, first + PAGE - 1)):
            first += len(request_ids)
            async with self._redis.pipeline(transaction=False) as pipe:
                for request_id in request_ids:
                    pipe.hmget(keys.request(request_id), ["track", "phase"])
                read = await pipe.execute()
            found |= {text(track) for track, phase in read if text(phase) in OPEN_PHASES}
        return found

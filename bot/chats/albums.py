"""Facts about whole albums, found with one of their messages. Kept for ten minutes."""

from typing import Final

from jobs.queue import keys
from jobs.queue.connection import Redis, answer
from jobs.queue.views import text

REMEMBERED: Final = 600  # seconds


class Albums:
    """Facts about albums. An album's `place` is its chat with its id there; '' means no album."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis

    async def remembered(self, place: str, what: str) -> bool | None:
        """The fact noted with an earlier message of the same album; None: not noted, or no album."""
        if not place:
            return None
        found = await answer(self._redis.hget(keys.album(place), what))
        return None if found is None else text(found) == "1"

    async def remember(self, place: str, what: str, *, true: bool) -> None:
        """Note a fact for the rest of the album, if there is one."""
        if not place:
            return
        async with self._redis.pipeline(transaction=True) as pipe:
            pipe.hset(keys.album(place), what, "1" if true else "0")
            pipe.expire(keys.album(place), REMEMBERED)
            await pipe.execute()

"""The last handled messages, for platforms that do not repeat what a stopped bot missed."""

from typing import Final

from jobs.queue import keys
from jobs.queue.connection import Redis, answer
from jobs.queue.views import text

GROUPS: Final = "groups"  # the place of all messages in groups


class Heard:
    """Ids of messages by place: a private chat, as the platform names it, or `GROUPS`."""

    def __init__(self, redis: Redis, platform: str) -> None:
        self._redis = redis
        self._key = keys.heard(platform)

    async def note(self, place: str, message: int) -> None:
        await answer(self._redis.hset(self._key, place, str(message)))

    async def last(self) -> dict[str, int]:
        """Place → its last handled message."""
        known = await answer(self._redis.hgetall(self._key))
        return {text(place): int(message) for place, message in known.items()}

    async def forget(self, place: str) -> None:
        await answer(self._redis.hdel(self._key, place))

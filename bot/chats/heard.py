"""The last handled message of each private chat, for platforms that do not repeat what a stopped bot missed."""

from jobs.queue import keys
from jobs.queue.connection import Redis, answer
from jobs.queue.views import text


class Heard:
    """Ids of messages by chat, as the platform names both."""

    def __init__(self, redis: Redis, platform: str) -> None:
        self._redis = redis
        self._key = keys.heard(platform)

    async def note(self, chat: str, message: str) -> None:
        await answer(self._redis.hset(self._key, chat, message))

    async def last(self) -> dict[str, str]:
        """Chat → its last handled message."""
        known = await answer(self._redis.hgetall(self._key))
        return {text(chat): text(message) for chat, message in known.items()}

    async def forget(self, chat: str) -> None:
        await answer(self._redis.hdel(self._key, chat))

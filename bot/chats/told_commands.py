"""The commands that a platform was told last, for platforms that count how often they are told."""

from jobs.queue import keys
from jobs.queue.connection import Redis, answer
from jobs.queue.views import text


class ToldCommands:
    """A digest of the commands of one platform."""

    def __init__(self, redis: Redis, platform: str) -> None:
        self._redis = redis
        self._key = keys.commands(platform)

    async def are(self, digest: str) -> bool:
        return text(await answer(self._redis.get(self._key))) == digest

    async def note(self, digest: str) -> None:
        await answer(self._redis.set(self._key, digest))

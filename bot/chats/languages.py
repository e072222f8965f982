"""The last known language of people, for platforms whose messages do not tell it."""

from typing import Final

from bot.texts import LANGUAGES, Language
from jobs.queue import keys
from jobs.queue.connection import Redis, answer
from jobs.queue.views import text

REMEMBERED: Final = 180 * 24 * 3600  # seconds after the last event that told it


class Languages:
    """Languages by person."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis

    async def remember(self, person: str, language: Language) -> None:
        await answer(self._redis.set(keys.language(person), language, ex=REMEMBERED))

    async def of(self, person: str) -> Language | None:
        """None: not known, or not any more."""
        known = text(await answer(self._redis.get(keys.language(person))))
        return next((one for one in LANGUAGES if one == known), None)

"""The secret of the web front end, made once and kept beside the people."""

import secrets

from jobs.queue import keys
from jobs.queue.connection import Redis, answer
from jobs.queue.views import text

_FIELD = "web-secret"


async def web_secret(redis: Redis) -> str:
    """256 random bits, the same for every process on this queue."""
    await answer(redis.hsetnx(keys.PEOPLE, _FIELD, secrets.token_urlsafe(32)))
    return text(await answer(redis.hget(keys.PEOPLE, _FIELD)))

"""One way to reach Redis, for both sides: JSON payloads, patient with a server that comes back."""

import json
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from datetime import timedelta
from typing import Any, TypeVar

from arq.connections import ArqRedis
from pydantic import SecretStr
from redis.asyncio import ConnectionPool
from redis.asyncio.retry import Retry
from redis.backoff import ExponentialBackoff
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import RedisError, ResponseError, WatchError
from redis.exceptions import TimeoutError as RedisTimeoutError

AnswerT = TypeVar("AnswerT")

#: What front ends catch when Redis is out of reach, or refuses: they do not import its library.
QueueAway = RedisError

#: The client that `connect` makes.
Redis = ArqRedis

#: What a transaction raises when a key that it watches was changed meanwhile.
Changed = WatchError

#: arq must find a queued job's payload however long it waited; its default is a day.
JOB_EXPIRES = timedelta(days=7)


def serialize(payload: dict[str, Any]) -> bytes:
    """arq's payloads as JSON. Exceptions, which arq also passes here, become their text: nothing is ever pickled."""
    return json.dumps(payload, default=str).encode()


def deserialize(payload: bytes) -> dict[str, Any]:
    value = json.loads(payload)
    if not isinstance(value, dict):
        raise TypeError("a job's payload is an object")
    return value


class _OneLevel(Retry):
    """Tries again on the outermost level alone.

    redis-py tries a command again, within it to connect, within that to ping, and for a ping it connects: with a server
    that takes every call and hangs up at once, one command would go on for minutes.
    """

    _under_way = False  # each connection has a copy of its own, and one command at a time

    async def call_with_retry(self, do: Callable[[], Awaitable[AnswerT]], fail: Callable[[RedisError], Any]) -> AnswerT:
        if self._under_way:
            try:
                return await do()
            except RedisError as error:
                await fail(error)
                raise
        self._under_way = True
        try:
            return await super().call_with_retry(do, fail)
        finally:
            self._under_way = False


def connect(url: SecretStr) -> ArqRedis:
    """A pool of connections. Opens none yet; one that is lost or refused is tried again for about two seconds."""
    pool = ConnectionPool.from_url(
        url.get_secret_value(),
        retry=_OneLevel(ExponentialBackoff(cap=0.5, base=0.05), retries=6),
        retry_on_error=[RedisConnectionError, RedisTimeoutError, OSError],  # the last one: nobody listens at the moment
        socket_connect_timeout=5,
        socket_timeout=10,
        health_check_interval=15,
    )
    return ArqRedis(
        pool,
        job_serializer=serialize,
        job_deserializer=deserialize,
    )


async def answer(reply: Awaitable[AnswerT] | AnswerT) -> AnswerT:
    """The answer to a command. redis-py types its commands for both of its clients; this one's are all awaitable."""
    assert isinstance(reply, Awaitable)
    value: AnswerT = await reply
    return value


async def rename(redis: Redis, old: str, new: str) -> None:
    """Give a key another name, over what has that name. Nothing happens when there is none (any more)."""
    with suppress(ResponseError):
        await redis.rename(old, new)


async def run_script(redis: ArqRedis, script: str, on: Sequence[str], *arguments: str) -> int:
    """Run one of `jobs.queue.scripts` on the keys `on`; nearly all answer with a number."""
    said = await ask_script(redis, script, on, *arguments)
    assert isinstance(said, int)
    return said


async def ask_script(redis: ArqRedis, script: str, on: Sequence[str], *arguments: str) -> object:
    """The same for one that may have more to say: bytes, or a list of them."""
    said: object = await answer(redis.eval(script, len(on), *on, *arguments))
    return said

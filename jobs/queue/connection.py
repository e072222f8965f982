"""The connection to Redis, for both sides: JSON payloads, retries while a server restarts."""

import json
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from datetime import timedelta
from typing import Any, Final, TypeVar

from arq.connections import ArqRedis
from pydantic import SecretStr
from redis.asyncio import ConnectionPool
from redis.asyncio.retry import Retry
from redis.asyncio.sentinel import Sentinel, SentinelConnectionPool
from redis.backoff import ExponentialBackoff
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import RedisError, ResponseError, WatchError
from redis.exceptions import TimeoutError as RedisTimeoutError

from jobs.sentinels import is_sentinel, parse_sentinels

AnswerT = TypeVar("AnswerT")

#: Base of exceptions of Redis, for front ends, which do not import its library.
QueueAway = RedisError

#: The client that `connect` makes.
Redis = ArqRedis

#: A transaction raises it when a watched key was changed.
Changed = WatchError

#: Retries behind Sentinel, half a second apart.
FAILOVER: Final = 60

#: arq must find the payload of a job after a long wait; its default is a day.
JOB_EXPIRES = timedelta(days=7)


def serialize(payload: dict[str, Any]) -> bytes:
    """arq's payloads as JSON, without pickle. Exceptions, which arq also passes here, become their text."""
    return json.dumps(payload, default=str).encode()


def deserialize(payload: bytes) -> dict[str, Any]:
    value = json.loads(payload)
    if not isinstance(value, dict):
        raise TypeError("a job's payload is an object")
    return value


class _OneLevel(Retry):
    """Retries on the outermost level only.

    redis-py retries a command, within it the connecting, within that the ping, which connects: with a server that
    accepts connections and closes them at once, one command would take minutes.
    """

    _under_way = False  # each connection has its own copy, and one command at a time

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
    """A pool of connections. Opens none yet; retries a lost or refused one for about two seconds; behind Sentinel for
    half a minute, in which another server takes over.
    """
    address = url.get_secret_value()
    behind = is_sentinel(address)
    options: dict[str, Any] = {
        "retry": _OneLevel(ExponentialBackoff(cap=0.5, base=0.05), retries=FAILOVER if behind else 6),
        "retry_on_error": [RedisConnectionError, RedisTimeoutError, OSError],  # OSError: the server is not listening
        "socket_connect_timeout": 5,
        "socket_timeout": 10,
        "health_check_interval": 15,
    }
    pool = _behind_sentinels(address, options) if behind else ConnectionPool.from_url(address, **options)
    return ArqRedis(
        pool,
        job_serializer=serialize,
        job_deserializer=deserialize,
    )


class _SentinelPool(SentinelConnectionPool):
    """A pool that closes its connections to the Sentinels as well."""

    async def disconnect(self, inuse_connections: bool = True) -> None:
        await super().disconnect(inuse_connections)
        if inuse_connections:
            for sentinel in self.sentinel_manager.sentinels:
                await sentinel.aclose(close_connection_pool=True)


def _behind_sentinels(address: str, options: dict[str, Any]) -> ConnectionPool:
    found = parse_sentinels(address)
    tls: dict[str, Any] = {"ssl": True} if found.tls else {}
    tls |= {name: value for name, value in found.options.items() if name.startswith("ssl_")}
    own = {"username": found.options.get("sentinel_username"), "password": found.options.get("sentinel_password")}
    sentinel = Sentinel(  # type: ignore[no-untyped-call]  # redis-py has no types for it
        found.hosts, sentinel_kwargs={"socket_connect_timeout": 2, "socket_timeout": 2, **own, **tls}
    )
    return _SentinelPool(  # type: ignore[no-untyped-call]
        found.service,
        sentinel,
        db=found.database,
        username=found.username,
        password=found.password,
        **tls,
        **options,
    )


async def answer(reply: Awaitable[AnswerT] | AnswerT) -> AnswerT:
    """The answer to a command. redis-py types commands for both of its clients; ours are all awaitable."""
    assert isinstance(reply, Awaitable)
    value: AnswerT = await reply
    return value


async def rename(redis: Redis, old: str, new: str) -> None:
    """Renames a key, replacing the key `new`. Does nothing when `old` does not exist."""
    with suppress(ResponseError):
        await redis.rename(old, new)


async def run_script(redis: ArqRedis, script: str, on: Sequence[str], *arguments: str) -> int:
    """Runs one of `jobs.queue.scripts` on the keys `on`; returns its number."""
    said = await ask_script(redis, script, on, *arguments)
    assert isinstance(said, int)
    return said


async def ask_script(redis: ArqRedis, script: str, on: Sequence[str], *arguments: str) -> object:
    """Runs a script that returns bytes or a list of them."""
    said: object = await answer(redis.eval(script, len(on), *on, *arguments))
    return said

"""Standings of providers in Redis: which rest because YouTube refuses them, and which changes the owner was told.

The worker writes after downloads; front ends read. When two workers write at once, one count may be lost; the next
download corrects it.
"""

from arq.connections import ArqRedis

from jobs.parsing import parse_stored
from jobs.queue import keys
from jobs.queue.connection import answer
from jobs.youtube import Provider, Standing

UP, DOWN = b"up", b"down"


async def standings(redis: ArqRedis) -> dict[Provider, Standing]:
    """The standing of every provider; up by default."""
    kept = await answer(redis.hmget(keys.PROVIDERS, list(Provider)))
    return {
        provider: parse_stored(Standing, text) or Standing(provider=provider)
        for provider, text in zip(Provider, kept, strict=True)
    }


async def keep_standing(redis: ArqRedis, standing: Standing) -> None:
    await answer(redis.hset(keys.PROVIDERS, standing.provider, standing.model_dump_json()))


async def untold(redis: ArqRedis) -> list[Standing]:
    """The providers that went down or came up since the owner was last told. Usually none."""
    told_of = await answer(redis.hgetall(keys.PROVIDERS_TOLD))
    return [
        standing
        for provider, standing in (await standings(redis)).items()
        if _word(standing) != told_of.get(provider.encode(), UP)
    ]


async def told(redis: ArqRedis, standing: Standing) -> None:
    """Notes that the owner was told of `standing`. Call it after the message was sent, so that none is lost."""
    await answer(redis.hset(keys.PROVIDERS_TOLD, standing.provider, _word(standing).decode()))


def _word(standing: Standing) -> bytes:
    return UP if standing.up else DOWN

"""How the ways to YouTube stand: which are resting because YouTube refuses them, and what the owner was told of it.

The worker writes after downloads; front ends read. Of two workers that write at once one may lose its count: the next
download sets it right.
"""

from arq.connections import ArqRedis

from jobs.parsing import parse_stored
from jobs.queue import keys
from jobs.queue.connection import answer
from jobs.youtube import Provider, Standing

UP, DOWN = b"up", b"down"


async def standings(redis: ArqRedis) -> dict[Provider, Standing]:
    """How every provider stands; one of which nothing is known is up."""
    kept = await answer(redis.hmget(keys.PROVIDERS, list(Provider)))
    return {
        provider: parse_stored(Standing, text) or Standing(provider=provider)
        for provider, text in zip(Provider, kept, strict=True)
    }


async def keep_standing(redis: ArqRedis, standing: Standing) -> None:
    await answer(redis.hset(keys.PROVIDERS, standing.provider, standing.model_dump_json()))


async def untold(redis: ArqRedis) -> list[Standing]:
    """The providers that went down or came back since the owner was told of them last. Usually none."""
    told_of = await answer(redis.hgetall(keys.PROVIDERS_TOLD))
    return [
        standing
        for provider, standing in (await standings(redis)).items()
        if _word(standing) != told_of.get(provider.encode(), UP)
    ]


async def told(redis: ArqRedis, standing: Standing) -> None:
    """The owner knows of `standing`. To be called when the message has arrived, so that none is lost."""
    await answer(redis.hset(keys.PROVIDERS_TOLD, standing.provider, _word(standing).decode()))


def _word(standing: Standing) -> bytes:
    return UP if standing.up else DOWN

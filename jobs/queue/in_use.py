"""What the store must keep: tracks and uploads that requests wait for, or are sent."""

from collections.abc import AsyncIterator

from arq.connections import ArqRedis

from jobs.models import Request, Upload
from jobs.parsing import parse_source, parse_stored
from jobs.queue import keys
from jobs.queue.connection import answer
from jobs.queue.views import texts

PAGE = 500  # tracks or requests read together


async def in_use(redis: ArqRedis) -> frozenset[str]:
    """Ids of tracks and uploads that requests wait for or are sent, which the store must keep."""
    names = set(texts(await answer(redis.smembers(keys.AWAITED))))
    sources = []
    async for stored in _read(redis, [keys.track(name) for name in names], "source"):  # without requests, too
        sources.append(parse_source(stored))
    for platform in texts(await redis.zrange(keys.FRONTS, 0, -1)):
        attended = texts(await redis.zrange(keys.attended(platform), 0, -1))
        async for stored in _read(redis, [keys.request(request_id) for request_id in attended], "request"):
            if request := parse_stored(Request, stored):
                names.add(request.track_id)
                sources.append(request.source)
    return frozenset(names) | {source.upload_id for source in sources if isinstance(source, Upload)}


async def _read(redis: ArqRedis, hashes: list[str], field: str) -> AsyncIterator[bytes]:
    """One field of many hashes, in pages."""
    for first in range(0, len(hashes), PAGE):
        async with redis.pipeline(transaction=False) as pipe:
            for name in hashes[first : first + PAGE]:
                pipe.hget(name, field)
            for stored in await pipe.execute():
                if stored:
                    yield stored

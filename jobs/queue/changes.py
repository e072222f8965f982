"""Changes of requests, as front ends are told of them: by a stream for each shard of a platform's chats.

The scripts that change a request append its id (`scripts/tell.lua`). A front end reads the streams of its shards in one
waiting command, as the one consumer of their group, and confirms an entry when it has attended to the request. The
entries of a dead front end stay pending, and the next one reads them first.

An entry is a hint, and the request the truth: streams are cut, and versions before write none. A slow look at all
requests finds what no stream tells (`JobQueue.page`).
"""

import hashlib
import logging
from collections.abc import Collection, Iterable
from contextlib import suppress
from typing import Final, NamedTuple

from redis.exceptions import ResponseError

from jobs.queue import keys, scripts
from jobs.queue.connection import Redis, answer, run_script
from jobs.queue.views import text, texts

log = logging.getLogger(__name__)

GROUP: Final = "front"
#: One consumer for every process: the owner of a shard takes over the pending entries of the one before.
CONSUMER: Final = "owner"
AT_ONCE: Final = 500  # entries of each stream in one answer
ALL_SHARDS: Final = frozenset(range(keys.SHARDS))


def shard_of(chat: str) -> int:
    """The shard of a chat, as `tell.lua` computes it."""
    return int(hashlib.sha1(chat.encode(), usedforsecurity=False).hexdigest()[:4], 16) % keys.SHARDS


class Entry(NamedTuple):
    """An entry of a stream."""

    stream: str
    id: str
    request_id: str


class Changes:
    """The changes of one platform's requests."""

    def __init__(self, redis: Redis, platform: str) -> None:
        self._redis = redis
        self._platform = platform

    async def open(self, shards: Collection[int]) -> list[Entry]:
        """Makes the groups of shards, and returns their pending entries. Changes from now on are told."""
        for shard in shards:
            with suppress(ResponseError):  # there already
                await self._redis.xgroup_create(keys.changes(self._platform, shard), GROUP, id="$", mkstream=True)
        pending: list[Entry] = []
        for shard in shards:
            last = "0"
            while found := await self._read({shard: last}, None):
                pending += found
                last = found[-1].id
        return pending

    async def read(self, shards: Collection[int], seconds: float) -> list[Entry] | None:
        """The next entries of shards, after at most `seconds`. None when a stream is gone: open again, look at all."""
        try:
            return await self._read(dict.fromkeys(shards, ">"), round(seconds * 1000))
        except ResponseError as error:  # NOGROUP; UNBLOCKED while it waits
            log.debug("no stream of changes: %s", error)
            return None

    async def _read(self, after: dict[int, str], wait_ms: int | None) -> list[Entry]:
        if not after:
            return []
        streams = {keys.changes(self._platform, shard): id_ for shard, id_ in after.items()}
        found = await self._redis.xreadgroup(GROUP, CONSUMER, streams, count=AT_ONCE, block=wait_ms)  # type: ignore[arg-type]
        return [
            Entry(text(stream), text(id_), text((fields or {}).get(b"request")))
            for stream, entries in found or ()
            for id_, fields in entries  # without fields: pending, and cut since
        ]

    async def confirm(self, entries: Iterable[Entry]) -> None:
        """Ends entries: their requests were attended to."""
        by_stream: dict[str, list[str]] = {}
        for entry in entries:
            by_stream.setdefault(entry.stream, []).append(entry.id)
        if by_stream:
            async with self._redis.pipeline(transaction=False) as pipe:
                for stream, ids in by_stream.items():
                    pipe.xack(stream, GROUP, *ids)
                await pipe.execute(raise_on_error=False)  # a stream that is gone needs no confirmation


async def retell(redis: Redis, request_ids: Iterable[str]) -> None:
    """Tells front ends of requests that changed by other means than a script."""
    await run_script(redis, scripts.RETELL, [keys.request(request_id) for request_id in request_ids])


async def retell_followers(redis: Redis, track_id: str) -> None:
    """The same for the requests that follow a track."""
    await retell(redis, texts(await answer(redis.smembers(keys.followers(track_id)))))

"""Notes in Redis of the store's files, so that cards and plans need not read the store.

The store's manifests are the truth. Workers write a track's note when they take the track and when they publish files;
a reader without a note reads the store once and writes it. So the loss of Redis loses no data. A note may list removed
files, as after a worker died while it removed old results: opening one fails, and the note is written again. It may
lack files until the next worker takes the track, or the next person requests it.
"""

import logging
from collections.abc import Sequence
from contextlib import suppress
from typing import Final

from jobs.models import TrackId
from jobs.parsing import parse_stored
from jobs.progress import View
from jobs.queue import keys
from jobs.queue.connection import Changed, Redis
from jobs.results import Made
from jobs.store.store import ResultStore

log = logging.getLogger(__name__)

#: Seconds before a note expires and the store is read again, as files may have been removed by other means.
KEEP: Final = 24 * 3600


class Catalogue:
    """The store's files of each track, by notes."""

    def __init__(self, redis: Redis, store: ResultStore) -> None:
        self.store = store
        self._redis = redis

    async def read(self, track_id: TrackId) -> Made:
        """The store's files of a track, by its note, or by the store without a note. An analysis lacks its notes."""
        noted = parse_stored(Made, await self._redis.get(keys.made(track_id)))
        return noted if noted is not None else await self.refresh(track_id)

    async def refresh(self, track_id: TrackId) -> Made:
        """The store's files of a track, by the store. Writes the note."""
        key = keys.made(track_id)
        async with self._redis.pipeline(transaction=True) as pipe:
            while True:
                await pipe.watch(key)
                made = await self.store.read(track_id)
                pipe.multi()  # type: ignore[no-untyped-call]  # redis-py has no types for it
                pipe.set(key, _noted(made).model_dump_json(), ex=KEEP)
                with suppress(Changed):  # another note, written since the store was read, may be newer
                    await pipe.execute()
                    return made

    async def complete(self, views: Sequence[View]) -> list[View]:
        """The same views, with the store's files for those without a note, usually none. Raises `RedisError`."""
        return [view if view.made is not None else await self._complete(view) for view in views]

    async def _complete(self, view: View) -> View:
        try:
            return view.model_copy(update={"made": await self.read(view.request.track_id)})
        except OSError as error:  # for example a card without titles is better than none
            log.warning("track %s: cannot read the store: %s", view.request.track_id, error)
            return view

    async def forget(self, track_id: TrackId) -> None:
        """Removes a track from the store, and its note."""
        await self.store.forget(track_id)
        await self.drop(track_id)

    async def age(self, keep_seconds: float, quota_bytes: float, busy: frozenset[str]) -> list[str]:
        """Removes old tracks and uploads, as the store's `age`, and their notes."""
        removed = await self.store.age(keep_seconds, quota_bytes, busy)
        await self.drop(*removed)
        return removed

    async def drop(self, *names: str) -> None:
        """Removes the notes of tracks. Names of uploads, which have none, are ignored."""
        if names:
            await self._redis.delete(*(keys.made(name) for name in names))


def _noted(made: Made) -> Made:
    """Without the notes of bass and voice: thousands of numbers that no card shows, and each look reads its notes."""
    if made.analysis is None:
        return made
    return made.model_copy(update={"analysis": made.analysis.model_copy(update={"bass": (), "vocals": ()})})

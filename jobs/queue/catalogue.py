"""The store, and notes in Redis of what it has, so that cards and plans need not ask it.

The store's own manifest is the truth. A note stands beside its track: workers write it when they take the track and
when they have published something; a reader that finds none asks the store once and writes it. So nothing is lost with
Redis. A note may say too much, as after a worker died while it removed old results: then a file cannot be opened, and
the note is made anew. It may say too little until the next worker takes the track, or the next person asks for it.
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

#: Seconds that a note counts; then the store is asked again, as files may have been removed by other means.
KEEP: Final = 24 * 3600


class Catalogue:
    """What the store has of each track, as noted."""

    def __init__(self, redis: Redis, store: ResultStore) -> None:
        self.store = store
        self._redis = redis

    async def read(self, track_id: TrackId) -> Made:
        """What the store has of a track, by its note; by the store, where there is no note."""
        noted = parse_stored(Made, await self._redis.get(keys.made(track_id)))
        return noted if noted is not None else await self.refresh(track_id)

    async def refresh(self, track_id: TrackId) -> Made:
        """What the store has of a track, by the store. The note says the same from now on."""
        key = keys.made(track_id)
        async with self._redis.pipeline(transaction=True) as pipe:
            while True:
                await pipe.watch(key)
                made = await self.store.read(track_id)
                pipe.multi()  # type: ignore[no-untyped-call]  # redis-py has no types for it
                pipe.set(key, made.model_dump_json(), ex=KEEP)
                with suppress(Changed):  # what others noted since the store was asked may be newer
                    await pipe.execute()
                    return made

    async def complete(self, views: Sequence[View]) -> list[View]:
        """The same views, with what the store has where no note said so; mostly all have one. Raises `RedisError`."""
        return [view if view.made is not None else await self._complete(view) for view in views]

    async def _complete(self, view: View) -> View:
        try:
            return view.model_copy(update={"made": await self.read(view.request.track_id)})
        except OSError as error:  # a card without names, say, is better than none
            log.warning("track %s: the store cannot be read: %s", view.request.track_id, error)
            return view

    async def forget(self, track_id: TrackId) -> None:
        """Remove a track from the store, and the note of it."""
        await self.store.forget(track_id)
        await self.drop(track_id)

    async def age(self, keep_seconds: float, quota_bytes: float, busy: frozenset[str]) -> list[str]:
        """Remove what is old from the store, as its `age` does, and the notes of it."""
        removed = await self.store.age(keep_seconds, quota_bytes, busy)
        await self.drop(*removed)
        return removed

    async def drop(self, *names: str) -> None:
        """Forget the notes of tracks. Names of uploads, which have none, do no harm."""
        if names:
            await self._redis.delete(*(keys.made(name) for name in names))

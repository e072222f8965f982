"""Storage of one platform's searches in Redis. Each expires after a day, and the taps on its list with it."""

from bot.searches.search import Search
from jobs.parsing import parse_stored
from jobs.queue import keys
from jobs.queue.connection import answer
from jobs.queue.requests import JobQueue
from jobs.queue.views import texts


class SearchStore:
    """Reads and writes the searches of one platform. All methods raise `QueueAway`.

    Besides, the ids of those that are attended to: their answer is awaited, or their message is not final.
    """

    def __init__(self, queue: JobQueue, platform: str) -> None:
        self._redis = queue.redis
        self._attended = keys.searches(platform)

    async def get(self, search_id: str) -> Search | None:
        return parse_stored(Search, await answer(self._redis.get(keys.found(search_id))))

    async def attended(self) -> list[Search]:
        """Those that are attended to, in the order of asking."""
        ids = texts(await answer(self._redis.zrange(self._attended, 0, -1)))
        if not ids:
            return []
        stored = await answer(self._redis.mget([keys.found(id_) for id_ in ids]))
        searches = [parse_stored(Search, one) for one in stored]
        for id_, search in zip(ids, searches, strict=True):
            if search is None:  # expired, or of another version
                await self.let_go(id_)
        return [search for search in searches if search is not None]

    async def add(self, search: Search) -> None:
        """Store and attend to a search, unless its id is already stored."""
        async with self._redis.pipeline(transaction=True) as pipe:  # `attended` lets go of an id without a search
            pipe.zadd(self._attended, {search.id: search.created_at})
            pipe.set(keys.found(search.id), search.model_dump_json(), ex=keys.KEEP_SEARCH, nx=True)
            await pipe.execute()

    async def attend(self, search: Search) -> None:
        await answer(self._redis.zadd(self._attended, {search.id: search.created_at}))

    async def keep(self, search: Search) -> None:
        """Store the new state of a search, until the end of its day."""
        await answer(self._redis.set(keys.found(search.id), search.model_dump_json(), keepttl=True, xx=True))

    async def let_go(self, search_id: str) -> None:
        """Attend to a search no longer; its hits can be taken until it expires."""
        await answer(self._redis.zrem(self._attended, search_id))

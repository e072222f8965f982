"""Storage of one platform's playlists in Redis."""

from collections.abc import Callable

from bot.playlists.run import Run
from jobs.parsing import parse_stored
from jobs.queue import keys
from jobs.queue.connection import answer
from jobs.queue.requests import JobQueue


class RunStore:
    """Reads and writes the runs of one platform. All methods raise `QueueAway`."""

    def __init__(self, queue: JobQueue, platform: str) -> None:
        self._redis = queue.redis
        self._key = keys.playlists(platform)

    async def get(self, run_id: str) -> Run | None:
        return parse_stored(Run, await answer(self._redis.hget(self._key, run_id)))

    async def all(self) -> list[Run]:
        """All runs, in the order of asking."""
        stored = await answer(self._redis.hvals(self._key))
        runs = [run for one in stored if (run := parse_stored(Run, one))]
        return sorted(runs, key=lambda run: run.created_at)

    async def add(self, run: Run) -> None:
        """Store a run unless its id is already stored."""
        await answer(self._redis.hsetnx(self._key, run.id, run.model_dump_json()))

    async def keep(self, run: Run) -> None:
        await answer(self._redis.hset(self._key, run.id, run.model_dump_json()))

    async def forget(self, run_id: str) -> None:
        await answer(self._redis.hdel(self._key, run_id))

    async def move(self, old: str, new: str, address: Callable[[str], str]) -> None:
        """Move a chat's runs to its new name. `address`: an old address → the new one."""
        for run in await self.all():
            if run.chat == old:
                await self.keep(run.model_copy(update={"chat": new, "address": address(run.address)}))

"""Reads that all who ask share for a moment, so that frequent questions cost the queue little."""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from typing import Final, Generic, TypeVar

Read = TypeVar("Read")

MOST: Final = 2000


class Shared(Generic[Read]):
    """Reads by key: one at a time for each, `at_once` for all. A read answers everybody for `fresh` seconds."""

    def __init__(self, read: Callable[[str], Awaitable[Read]], fresh: float, at_once: int = 8) -> None:
        self._read = read
        self._fresh = fresh
        self._kept: OrderedDict[str, tuple[float, asyncio.Future[Read]]] = OrderedDict()
        self._room = asyncio.Semaphore(at_once)

    async def get(self, key: str) -> Read:
        """What was read less than a moment ago, or now. Raises as the read does."""
        kept = self._kept.get(key)
        if kept is None or self._is_old(*kept):
            kept = self._keep(key, asyncio.ensure_future(self._one(key)))
        return await asyncio.shield(kept[1])

    def put(self, key: str, read: Read) -> None:
        """What was just read in another way."""
        future: asyncio.Future[Read] = asyncio.get_running_loop().create_future()
        future.set_result(read)
        self._keep(key, future)

    def drop(self, key: str) -> None:
        """Read anew, since something changed."""
        self._kept.pop(key, None)

    def _keep(self, key: str, read: "asyncio.Future[Read]") -> "tuple[float, asyncio.Future[Read]]":
        kept = self._kept[key] = (time.monotonic(), read)
        self._kept.move_to_end(key)
        if len(self._kept) > MOST:
            self._kept.popitem(last=False)
        return kept

    def _is_old(self, at: float, read: "asyncio.Future[Read]") -> bool:
        if not read.done():
            return False
        return read.cancelled() or read.exception() is not None or time.monotonic() - at > self._fresh

    async def _one(self, key: str) -> Read:
        async with self._room:
            return await self._read(key)

"""Which open requests the follower looks at, and when.

It looks at a request when a change of it is told (`jobs/queue/changes.py`), again and again while its next step waits
for a time, and when the sweep comes by: a page of all requests at a time, so that its cost does not grow with their
number. The sweep finds changes of which no stream tells: places further back in the line, requests of earlier versions,
lost entries. Its first round, at the start, makes no pauses.
"""

import asyncio
import logging
import time
from collections import Counter
from collections.abc import Callable, Sequence
from itertools import islice
from typing import Final

from bot.delivery.timing import Timing
from jobs.process.tasks import wait_for_event
from jobs.progress import View
from jobs.queue.attended import FIRST, Attended
from jobs.queue.changes import ALL_SHARDS, Changes, Entry
from jobs.queue.connection import QueueAway
from jobs.queue.requests import JobQueue

log = logging.getLogger(__name__)

PAGE: Final = 25  # requests in a page of the sweep
FIRST_PAGE: Final = 100  # the same in its first round
MOST: Final = 200  # requests told of in one look
FULL: Final = 2000  # requests told of and not yet looked at, from which on the streams are read more slowly
WAIT: Final = 5.0  # seconds in which Redis waits for a change before it answers


class Agenda:
    """The attended requests of one platform. `forget` is called with each that is attended to no more, and its chat if
    that was the last one there."""

    def __init__(
        self, queue: JobQueue, platform: str, timing: Timing, forget: Callable[[str, str | None], None]
    ) -> None:
        self._queue = queue
        self._timing = timing
        self._forget = forget
        self._attended = Attended(queue.redis, platform)
        self._changes = Changes(queue.redis, platform)
        self._woken = asyncio.Event()
        self._told: dict[str, None] = {}  # requests, in the order of their changes
        self._entries: dict[str, list[Entry]] = {}  # by request: what told of it, unconfirmed
        self._pending: set[str] = set()  # requests whose next step waits for a time
        self._pending_at = 0.0  # when they were looked at: time.monotonic()
        self._hurry = False  # look at them at once
        self._chats: dict[str, str] = {}  # by request: its chat
        self._crowds: Counter[str] = Counter()  # by chat: its requests
        self._sweep_from = FIRST
        self._sweep_at = 0.0  # the next page: time.monotonic()
        self._is_first_round = True
        self._seen: set[str] = set()  # requests looked at in this round of the sweep

    def tell(self, request_id: str) -> None:
        """Look at a request now."""
        self._told[request_id] = None
        self._woken.set()

    def wake(self) -> None:
        """Look now at the requests that wait for a time, as it may have come."""
        self._hurry = True
        self._woken.set()

    def crowd(self, chat: str) -> int:
        """The number of attended requests of a chat."""
        return self._crowds[chat]

    async def wait(self) -> None:
        """Return when there is something to look at."""
        at = min(self._sweep_at, self._pending_next) if self._pending else self._sweep_at
        await wait_for_event(self._woken, 0.0 if self._told else max(0.0, at - time.monotonic()))

    @property
    def _pending_next(self) -> float:
        # With many of them the looks are rarer: each reads all of them.
        return self._pending_at + (0.0 if self._hurry else self._timing.look) + len(self._pending) / 1000

    # --- a look ------------------------------------------------------------------------------------------------

    async def next(self) -> list[View]:
        """The requests to look at now, oldest first. Each is `looked` at, or `dropped`. Raises `QueueAway`."""
        self._woken.clear()
        told = list(islice(self._told, MOST))
        for request_id in told:
            del self._told[request_id]
        try:
            return await self._read(told)
        except QueueAway:
            self._told |= dict.fromkeys(told)
            raise

    async def _read(self, told: Sequence[str]) -> list[View]:
        wanted, now = dict.fromkeys(told), time.monotonic()
        if self._pending and now >= self._pending_next:
            wanted |= dict.fromkeys(self._pending)
            self._pending_at, self._hurry = now, False
        here = await self._attended.among(list(wanted))
        for request_id in wanted.keys() - set(here):
            self.dropped(request_id)
        if now >= self._sweep_at:
            here += [one for one in await self._sweep() if one not in wanted]
        views = await self._queue.views(here)
        for request_id in set(here) - {view.request.id for view in views}:
            await self._attended.drop(request_id)
            self.dropped(request_id)
        for view in views:
            self._follow(view.request.id, view.request.chat)
        return sorted(views, key=lambda view: view.request.created_at)

    def looked(self, request_id: str, *, is_pending: bool) -> None:
        """A request was looked at. `is_pending`: its next step waits for a time."""
        if is_pending:
            self._pending.add(request_id)
        else:
            self._pending.discard(request_id)

    def dropped(self, request_id: str) -> None:
        """A request is attended to no more."""
        self._pending.discard(request_id)
        chat = self._chats.pop(request_id, None)
        if chat is None:  # dropped before, and looked at again: the errand that began in between has ended
            self._forget(request_id, None)
            return
        self._crowds[chat] -= 1
        if is_last := not self._crowds[chat]:
            del self._crowds[chat]
        self._forget(request_id, chat if is_last else None)

    async def confirm(self) -> None:
        """The requests of the last look were attended to."""
        done = [one for one in self._entries if one not in self._told]
        await self._changes.confirm([entry for request_id in done for entry in self._entries.pop(request_id)])

    def _follow(self, request_id: str, chat: str) -> None:
        self._seen.add(request_id)
        before = self._chats.get(request_id)
        if before == chat:
            return
        if before is not None:  # the chat has moved
            self.dropped(request_id)
        self._chats[request_id] = chat
        self._crowds[chat] += 1

    async def _sweep(self) -> list[str]:
        """The next page of all attended requests."""
        most = FIRST_PAGE if self._is_first_round else PAGE
        page = await self._attended.page(self._sweep_from, most)
        self._seen |= {place.request_id for place in page}
        if len(page) == most:
            self._sweep_from = page[-1]
            self._sweep_at = time.monotonic() + (0.0 if self._is_first_round else self._timing.sweep)
        else:
            await self._end_round()
        return [place.request_id for place in page]

    async def _end_round(self) -> None:
        unseen = list(self._chats.keys() - self._seen)
        for request_id in set(unseen) - set(await self._attended.among(unseen)):
            self.dropped(request_id)
        self._begin_round()
        self._is_first_round = False
        self._sweep_at = time.monotonic() + (self._timing.sweep if self._chats else self._timing.rest)

    def _begin_round(self) -> None:
        self._sweep_from, self._sweep_at = FIRST, 0.0
        self._seen.clear()

    # --- the streams -------------------------------------------------------------------------------------------

    async def listen(self) -> None:
        """Take in changes until cancelled. Never raises otherwise."""
        is_open = False
        while True:
            try:
                if is_open:
                    found = await self._changes.read(ALL_SHARDS, WAIT)
                else:
                    found = await self._changes.open(ALL_SHARDS)
                    self._begin_round()
                    self._is_first_round = is_open = True
                    self._woken.set()
                self._take_in(found or ())
                is_open = found is not None
                await asyncio.sleep(
                    self._timing.look if len(self._told) > FULL else 0 if is_open else self._timing.rest
                )
            except QueueAway as error:
                log.warning("cannot read the streams of changes: %s", error)
                await asyncio.sleep(self._timing.rest)

    def _take_in(self, found: Sequence[Entry]) -> None:
        for entry in found:
            self._entries.setdefault(entry.request_id, []).append(entry)
            self._told[entry.request_id] = None
        if found:
            self._woken.set()

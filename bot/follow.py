"""Open requests, followed until their cards are final: files brought in, cards edited, results delivered.

Everything it needs to know is in Redis, so it goes on after a restart where it was; what it keeps in memory is only
when it last did what. Nothing that goes wrong with one request holds up another.
"""

import asyncio
import contextlib
import logging
import time
from collections.abc import Awaitable, Callable
from typing import Final

from redis.exceptions import RedisError

from bot.faces import Faces
from bot.ledger import Ledger
from bot.platform import Away, Later, Platform, TooLarge, Trouble, Unconfirmed, Unreachable
from jobs.ends import end
from jobs.failures import Failed, Failure, Reason
from jobs.models import Phase, Upload, View
from jobs.queue import JobQueue
from jobs.store import ResultStore

log = logging.getLogger(__name__)

LOOK: Final = 0.5  # seconds between two looks at all open requests
FETCHES: Final = 4  # uploads brought in at the same time
DELIVERIES: Final = 6  # chats delivered to at the same time
GRACE: Final = 5.0  # seconds an upload gets to end when the process is told to stop
LONGEST_PAUSE: Final = 60.0  # seconds between two tries
FETCH_TRIES: Final = 7  # about a minute
DELIVERY_TRIES: Final = 60  # about an hour

Errand = Callable[[View], Awaitable[None]]


class Follower:
    """Follows every open request of one platform."""

    def __init__(self, queue: JobQueue, store: ResultStore, platform: Platform) -> None:
        self.ledger = Ledger(queue, store, platform)
        self._queue = queue
        self._store = store
        self._platform = platform
        self._faces = Faces(queue, store, platform, self.ledger)
        self._woken = asyncio.Event()
        self._errands: dict[str, asyncio.Task[None]] = {}  # by request
        self._not_before: dict[str, float] = {}  # by request, time.monotonic()
        self._tries: dict[str, int] = {}  # by request: failed ones in a row
        self._turns: dict[str, asyncio.Lock] = {}  # by chat: one delivery after the other
        self._fetching = asyncio.Semaphore(FETCHES)
        self._delivering = asyncio.Semaphore(DELIVERIES)

    def wake(self) -> None:
        """Something changed: look now."""
        self._woken.set()

    async def run(self) -> None:
        """Follow until cancelled. Nothing else ends it."""
        task = asyncio.current_task()
        assert task is not None
        try:
            # Asked, and not only awaited: before Python 3.12 `asyncio.wait_for`, through which the Redis client sends,
            # now and then swallows a cancellation.
            while not task.cancelling():
                self._woken.clear()
                views = await self._look()
                with contextlib.suppress(TimeoutError):
                    # Many open requests are looked at less often: each look reads them all.
                    async with asyncio.timeout(0 if task.cancelling() else LOOK + len(views) / 1000):
                        await self._woken.wait()
        finally:
            await self._end()

    async def _look(self) -> list[View]:
        """Do, or begin, whatever is to be done about each open request. Returns them."""
        try:
            views = await self._queue.attended(self._platform.name)
            for view in views:
                self._attend(view)
                await self._faces.attend(view)
        except RedisError as error:
            log.warning("the queue is out of reach: %s", error)
            return []
        except Exception:
            log.exception("a look at the open requests failed")
            return []
        self._forget_all_but(views)
        return views

    def _attend(self, view: View) -> None:
        match view.phase:
            case Phase.RECEIVING:
                self._begin(view, self._fetch, FETCH_TRIES, Reason.UPLOAD_GONE)
            case Phase.READY | Phase.SENDING:
                self._begin(view, self._deliver, DELIVERY_TRIES, Reason.INTERNAL)
            case Phase.CANCELLED | Phase.FAILED if view.request.id in self._errands:
                self._errands[view.request.id].cancel()
            case _:
                pass

    def _forget_all_but(self, views: list[View]) -> None:
        requests = {view.request.id for view in views}
        chats = {view.request.chat for view in views}
        for memory in (self._not_before, self._tries):
            for request_id in memory.keys() - requests:
                memory.pop(request_id)
        for chat in self._turns.keys() - chats:
            if not self._turns[chat].locked():
                self._turns.pop(chat)
        self._faces.forget_all_but(requests, chats)

    async def _end(self) -> None:
        """Told to stop: what is on its way may arrive, if it is quick."""
        if self._errands:
            await asyncio.wait(self._errands.values(), timeout=GRACE)
        await end(*self._errands.values())
        await self._faces.end()

    # --- errands: a file to bring, a result to deliver -------------------------------------------------------------

    def _begin(self, view: View, errand: Errand, tries: int, reason: Reason) -> None:
        request_id = view.request.id
        if request_id in self._errands or time.monotonic() < self._not_before.get(request_id, 0.0):
            return
        task = asyncio.create_task(self._run(view, errand, tries, reason))
        self._errands[request_id] = task

        def ended(_: asyncio.Task[None]) -> None:
            self._errands.pop(request_id)
            self.wake()

        task.add_done_callback(ended)

    async def _run(self, view: View, errand: Errand, tries: int, reason: Reason) -> None:
        """One errand. What goes wrong is tried again later, or fails the request. `reason`: after so many `tries`."""
        request_id = view.request.id
        try:
            await errand(view)
            self._tries.pop(request_id, None)
        except Failed as known:
            await self._fail(view, known.failure)
        except Unreachable as why:
            await self._fail(view, Failure(reason=Reason.CANCELLED, detail=f"nobody is there: {why}"))
        except Later as why:
            log.info("request %s: %s", request_id, why)
            self._not_before[request_id] = time.monotonic() + why.seconds
        except (Away, Unconfirmed, RedisError) as why:
            failures = self._tries[request_id] = self._tries.get(request_id, 0) + 1
            if failures >= tries:
                await self._fail(view, Failure(reason=reason, detail=f"given up after {failures} tries: {why}"))
                return
            log.info("request %s: try %d: %s", request_id, failures, why)
            self._not_before[request_id] = time.monotonic() + min(2.0 ** (failures - 1), LONGEST_PAUSE)
        except Trouble as why:
            await self._fail(view, Failure(reason=reason, detail=f"{type(why).__name__}: {why}"))
        except Exception as error:
            log.exception("request %s: a bug", request_id)
            await self._fail(view, Failure(reason=Reason.INTERNAL, detail=repr(error)))

    async def _fail(self, view: View, failure: Failure) -> None:
        log.warning("request %s: failed, %s: %s", view.request.id, failure.reason, failure.detail)
        try:
            await self._queue.fail(view.request.id, failure)
        except RedisError as error:  # it is still open, and its errand begins again
            log.warning("request %s: could not be closed: %s", view.request.id, error)
            self._not_before[view.request.id] = time.monotonic() + LONGEST_PAUSE / 10

    async def _fetch(self, view: View) -> None:
        """Bring an upload's file into the inbox, then queue the request."""
        upload = view.request.source
        if isinstance(upload, Upload) and not self._store.inbox(upload).exists():
            async with self._fetching:
                try:
                    with self._store.receiving(upload) as path:
                        await self._platform.fetch(upload, path)
                except TooLarge as why:
                    raise Failed(Failure(reason=Reason.TOO_LARGE, detail=str(why))) from why
                except OSError as error:
                    raise Failed(Failure(reason=Reason.NO_DISK, detail=repr(error))) from error
        quick = self._store.manifest(view.request.track_id) is not None
        await self._queue.release(view.request, quick=quick)

    async def _deliver(self, view: View) -> None:
        """Deliver, when it is this request's turn in its chat."""
        async with self._turns.setdefault(view.request.chat, asyncio.Lock()), self._delivering:
            await self.ledger.deliver(view.request)

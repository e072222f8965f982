"""Following of open requests until their cards are final: fetches files, edits cards, delivers results.

Its state is in Redis, so it continues after a restart; memory holds only times and counters. A failure of one request
does not delay another.
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Coroutine
from enum import Enum, auto, unique
from typing import Final

from bot.cards.cards import Card
from bot.delivery.agenda import Agenda
from bot.delivery.cards.late_lines import LateLines
from bot.delivery.cards.open_pages import OpenPages
from bot.delivery.cards.request_cards import RequestCards, note_of, on_which
from bot.delivery.cards.status_cards import CardNote, Shown, StatusCards
from bot.delivery.delayed import Delayed
from bot.delivery.files.inbox import bring
from bot.delivery.ledger import Ledger
from bot.delivery.platform import Away, Forbidden, Later, Platform, Trouble, Unconfirmed, Unreachable
from bot.delivery.timing import USUAL, Timing
from jobs.failures import Failed, Failure, Reason, model_missing
from jobs.models import Request, TrackId, Upload
from jobs.process.tasks import cancel_and_wait
from jobs.progress import RequestPhase, View
from jobs.queue.catalogue import Catalogue
from jobs.queue.connection import QueueAway
from jobs.queue.quotas import Limits
from jobs.queue.recipe import current_recipe, is_out_of_reach
from jobs.queue.repertoires import Repertoires
from jobs.queue.requests import JobQueue

log = logging.getLogger(__name__)

FETCHES: Final = 4  # uploads fetched at the same time
DELIVERIES: Final = 6  # simultaneous deliveries, each to another chat
BREATH: Final = 10  # requests per look before a pause for other tasks
LONGEST_PAUSE: Final = 60.0  # seconds between two tries
GIVEN_UP: Final = (RequestPhase.CANCELLED, RequestPhase.FAILED)
ERRANDS: Final = (RequestPhase.RECEIVING, RequestPhase.READY, RequestPhase.SENDING)  # phases with an errand of ours


Errand = Callable[[View], Awaitable[None]]


@unique
class Way(Enum):
    """The way to a request's result, the shortest first."""

    SENT_BEFORE = auto()  # the platform has its files
    RENDER = auto()  # the stems are in the store
    SEPARATE = auto()


class Follower:
    """Follows every open request of one platform.

    `repertoires`: where deliveries are noted for sharing. `watch` is called with each view that is looked at: at every
    change, and now and then. It must not raise.
    """

    def __init__(
        self,
        queue: JobQueue,
        catalogue: Catalogue,
        platform: Platform,
        timing: Timing = USUAL,
        repertoires: Repertoires | None = None,
        watch: Callable[[View], None] | None = None,
    ) -> None:
        self._timing = timing
        self._watch = watch
        self.ledger = Ledger(queue, catalogue, platform, repertoires)
        self._queue = queue
        self._catalogue = catalogue
        self._platform = platform
        self.late_lines = LateLines(platform, catalogue, self.card, timing.late_line)
        self.pages = OpenPages()
        self._request_cards = RequestCards(queue, catalogue, self.ledger, self.late_lines, self.pages)
        self._status_cards = StatusCards(platform, self.wake, timing)
        self._agenda = Agenda(queue, platform.name, timing, self._forget)
        self._errands: dict[str, asyncio.Task[None]] = {}  # by request
        self._not_before: dict[str, float] = {}  # by request, or by chat for deliveries: time.monotonic()
        self._tries: dict[str, int] = {}  # by request: consecutive failures
        self._delayed = Delayed()
        self._foreseen: set[str] = set()  # requests
        self._turns: dict[str, asyncio.Lock] = {}  # by chat: one delivery at a time
        self._asides: dict[str, asyncio.Task[None]] = {}
        self._accepting: set[str] = set()  # requests in a running `accept`
        self._accepted: set[str] = set()  # accepted since the last look began: its views may be older
        self._fetching = asyncio.Semaphore(FETCHES)
        self._delivering = asyncio.Semaphore(DELIVERIES)

    def wake(self) -> None:
        """Look now at the requests whose next step waits for a time."""
        self._agenda.wake()

    async def card(self, view: View) -> Card:
        """The current card of a request, to send it again. Raises `QueueAway`."""
        (view,) = await self._catalogue.complete([view])
        return await self._request_cards.card(view)

    def aside(self, name: str, work: Coroutine[None, None, None]) -> None:
        """Run `work` in the background; cancels earlier work of the same name. `work` must not raise."""
        if before := self._asides.get(name):
            before.cancel()
        task = self._asides[name] = asyncio.create_task(work)
        task.add_done_callback(lambda _: self._asides.pop(name) if self._asides.get(name) is task else None)

    async def way(self, request: Request) -> Way:
        """The current way to a request's result."""
        if await self.ledger.instant.find(request) is not None:
            return Way.SENT_BEFORE
        return Way.RENDER if await self.has_stems(request.track_id) else Way.SEPARATE

    async def has_stems(self, track_id: TrackId) -> bool:
        """Whether a track's stems are in the store, made by the current recipe. Asks the store itself.

        False when the store is out of reach: the worker looks again when it takes the track.
        """
        try:
            manifest = (await self._catalogue.refresh(track_id)).manifest
        except OSError as error:
            log.warning("track %s: the store cannot be read: %s", track_id, error)
            return False
        recipe = await current_recipe(self._queue.redis)
        return manifest is not None and (recipe is None or recipe.would_make(manifest))

    async def accept(
        self, request: Request, limits: Limits, way: Way | None = None, card: CardNote | None = None
    ) -> bool:
        """Accept a request, and queue it according to its `way`. False if the same request was accepted before.

        `card`: the note of a message that becomes its card. Raises `TooManyOpen` and `OverQuota`.
        """
        noted = card.model_dump_json() if card is not None else ""
        self._accepting.add(request.id)
        try:
            new = await self._accept(request, limits, way or await self.way(request), noted)
        finally:
            self._accepting.discard(request.id)
            self._accepted.add(request.id)
        self._agenda.tell(request.id)
        return new

    async def _accept(self, request: Request, limits: Limits, way: Way, card: str) -> bool:
        match way:
            case Way.SENT_BEFORE:
                return await self._queue.hold(request, limits, RequestPhase.READY, card=card)
            case Way.RENDER:
                needs = await self.ledger.needs(request)
                return await self._queue.submit(request, limits, quick=True, renditions=needs, card=card)
            case Way.SEPARATE if await is_out_of_reach(self._queue.redis, request.order.model.name):
                new = await self._queue.hold(request, limits, free=True, card=card)
                await self._queue.fail(request.id, model_missing(request.order.model.name))
                return new
            case Way.SEPARATE if isinstance(request.source, Upload):
                return await self._queue.hold(request, limits, card=card)  # the file has to be fetched first
            case Way.SEPARATE:
                return await self._queue.submit(request, limits, card=card)

    async def run(self) -> None:
        """Follow until cancelled. Never raises otherwise."""
        task = asyncio.current_task()
        assert task is not None
        listening = asyncio.create_task(self._agenda.listen())
        try:
            # The loop checks `cancelling`, since before Python 3.12 `asyncio.wait_for`, which the Redis client uses,
            # can swallow a cancellation.
            while not task.cancelling():
                if await self._look():
                    await self._agenda.wait()
                else:
                    await asyncio.sleep(self._timing.rest)
        finally:
            listening.cancel()
            await self._end()
            await cancel_and_wait(listening)

    async def _look(self) -> bool:
        """Do or begin the next step of the requests on the agenda. False when the queue is away."""
        try:
            self._accepted.clear()
            views = await self._catalogue.complete(await self._agenda.next())
            now = time.monotonic()  # one time for all, so that deliveries keep their order
            # Last edits of cards first: a chat shows one card at a time, and these are what people wait for.
            for number, view in enumerate(sorted(views, key=lambda view: view.is_open or note_of(view) is None), 1):
                if number % BREATH == 0:
                    await asyncio.sleep(BREATH / 2000)  # leaves half of the time to handlers of messages
                try:
                    await self._step(view, now)
                except QueueAway:
                    raise
                except Exception as error:
                    log.exception("request %s: unhandled exception in its step", view.request.id)
                    await self._give_up(view, error)
            await self._agenda.confirm()
        except QueueAway as error:
            log.warning("queue unreachable: %s", error)
            return False
        except Exception:
            log.exception("look at the open requests failed")
            return False
        return True

    async def _step(self, view: View, now: float) -> None:
        if self._watch is not None:
            self._watch(view)
        await self._foresee(view)
        self._attend(view, now)
        one = await self._request_cards.one_card(view)
        subject = await self._request_cards.subject(one, self._agenda.crowd(view.request.chat))
        shown = await self._status_cards.attend(subject)
        if shown is Shown.FINAL:
            for ended in one.attended:
                if self._watch is not None:  # it may have ended since it was looked at
                    self._watch(ended)
                self._agenda.dropped(ended.request.id)
            self._status_cards.forget(one.view.request.id)
        else:
            waits = view.phase in ERRANDS and view.request.id not in self._errands  # the end of an errand tells
            is_pending = waits or shown is Shown.PENDING or one.gets_a_line(time.time())
            self._agenda.looked(view.request.id, is_pending=is_pending)

    async def _give_up(self, view: View, error: Exception) -> None:
        """End a request whose step raises, e.g. for unreadable notes, so that it does not delay the others again."""
        if view.is_open:
            await self._queue.fail(view.request.id, Failure(reason=Reason.INTERNAL, detail=repr(error)))
        else:
            await self._queue.let_go(view.request.id, self._platform.name)

    async def _foresee(self, view: View) -> None:
        known = view.phase is RequestPhase.WAITING and view.progress is not None and view.progress.seconds is not None
        if known and view.request.id not in self._foreseen:
            await self.ledger.foresee(view)
            self._foreseen.add(view.request.id)

    def _attend(self, view: View, now: float) -> None:
        match view.phase:
            case RequestPhase.RECEIVING if view.request.id in self._accepting | self._accepted:
                pass  # `accept` queues it; a second time here could add other renditions, which are never sent
            case RequestPhase.RECEIVING:
                self._begin(view, self._fetch, self._timing.fetch_tries, Reason.UPLOAD_GONE)
            case RequestPhase.READY if (
                note_of(view) is None and time.time() - view.request.created_at < self._timing.card_first
            ):
                pass
            case RequestPhase.READY | RequestPhase.SENDING:
                is_time = now >= self._not_before.get(view.request.chat, 0.0)
                if is_time and self._delayed.is_turn(view.request):
                    self._begin(view, self._deliver, self._timing.delivery_tries, Reason.INTERNAL)
            case _:
                self._delayed.drop(view.request.id)
                if view.phase in GIVEN_UP and view.request.id in self._errands:
                    self._errands[view.request.id].cancel()

    def _forget(self, request_id: str, chat: str | None) -> None:
        """Drop the memory of a request that is attended to no more; `chat`: and of its chat."""
        self._tries.pop(request_id, None)
        self._not_before.pop(request_id, None)
        self._foreseen.discard(request_id)
        self._delayed.drop(request_id)
        self._status_cards.forget(request_id)
        if chat is not None:
            self._not_before.pop(chat, None)
            self._status_cards.forget_chat(chat)
            if chat in self._turns and not self._turns[chat].locked():
                self._turns.pop(chat)

    async def _end(self) -> None:
        """Stop: wait the time of grace for uploads and cards under way, then cancel them."""
        if under_way := [*self._errands.values(), *self._status_cards.showing]:
            await asyncio.wait(under_way, timeout=self._timing.grace)
        await cancel_and_wait(*self._errands.values(), *self._asides.values())
        await self._status_cards.end()
        await self.late_lines.end()

    # --- errands: fetch a file, deliver a result -------------------------------------------------------------------

    def _begin(self, view: View, errand: Errand, tries: int, reason: Reason) -> None:
        request_id = view.request.id
        if request_id in self._errands or time.monotonic() < self._not_before.get(request_id, 0.0):
            return
        self._delayed.drop(view.request.id)
        task = asyncio.create_task(self._run(view, errand, tries, reason))
        self._errands[request_id] = task

        def ended(_: asyncio.Task[None]) -> None:
            self._errands.pop(request_id)
            self._agenda.tell(request_id)

        task.add_done_callback(ended)

    async def _run(self, view: View, errand: Errand, tries: int, reason: Reason) -> None:
        """Run one errand. A failure is retried later or fails the request; after `tries` failures, with `reason`."""
        request_id = view.request.id
        try:
            await errand(view)
            self._tries.pop(request_id, None)
        except Failed as known:
            await self._fail(view, known.failure)
        except Unreachable as why:
            await self._fail(view, Failure(reason=Reason.CANCELLED, detail=f"the chat is gone: {why}"))
        except Forbidden as why:
            await self._fail(view, Failure(reason=Reason.MISSING_RIGHT, detail=str(why)))
        except Later as why:
            log.info("request %s: %s", request_id, why)
            # The whole chat waits, so that no later delivery overtakes this one.
            if errand == self._deliver:
                self._delayed.add(view.request)
            who = view.request.chat if errand == self._deliver else request_id
            self._not_before[who] = time.monotonic() + why.seconds
        except (Away, Unconfirmed, QueueAway) as why:
            failures = self._tries[request_id] = self._tries.get(request_id, 0) + 1
            if failures >= tries:
                await self._fail(view, Failure(reason=reason, detail=f"given up after {failures} tries: {why}"))
                return
            log.info("request %s: try %d: %s", request_id, failures, why)
            self._not_before[request_id] = time.monotonic() + min(2.0 ** (failures - 1), LONGEST_PAUSE)
        except Trouble as why:
            await self._fail(view, Failure(reason=reason, detail=f"{type(why).__name__}: {why}"))
        except Exception as error:
            log.exception("request %s: unhandled exception", request_id)
            await self._fail(view, Failure(reason=Reason.INTERNAL, detail=repr(error)))

    async def _fail(self, view: View, failure: Failure) -> None:
        try:
            await self._queue.fail(view.request.id, failure)
        except QueueAway as error:  # it stays open, and its errand begins again
            log.warning("request %s: not closed, will retry: %s", view.request.id, error)
            self._not_before[view.request.id] = time.monotonic() + LONGEST_PAUSE / 10

    async def _fetch(self, view: View) -> None:
        """Fetch an upload's file into the inbox, then queue the request."""
        if isinstance(view.request.source, Upload):
            async with self._fetching:
                await bring(self._catalogue.store, self._platform, view.request.source)
        quick = await self.has_stems(view.request.track_id)
        needs = await self.ledger.needs(view.request) if quick else None
        await self._queue.release(view.request, quick=quick, renditions=needs)

    async def _deliver(self, view: View) -> None:
        """Deliver a request, one at a time per chat."""
        async with self._turns.setdefault(view.request.chat, asyncio.Lock()), self._delivering:
            wait = self._not_before.get(view.request.chat, 0.0) - time.monotonic()
            if wait > 0:  # an earlier delivery of the chat was told to wait while this one stood behind it
                raise Later(wait, "its chat waits")
            await self.ledger.deliver(view.request, is_listed=bool(on_which(view)))

"""The playlists in the works: moved on, and their cards shown, until each is at its end."""

import asyncio
import contextlib
import hashlib
import logging
import time
from collections.abc import Callable
from typing import Final

from bot.chats.access import Access
from bot.delivery import follow
from bot.delivery.follow import Follower
from bot.delivery.platform import Away, CardGone, Later, Trouble, Unconfirmed, Unreachable
from bot.delivery.poster import Poster
from bot.playlists.run import PlaylistStep, Run, ended, listed, paused, run_card
from jobs.failures import Failure, Reason
from jobs.outcomes import RequestPhase, View
from jobs.parsing import parse_stored
from jobs.process.tasks import cancel_and_wait
from jobs.queue import keys
from jobs.queue.connection import QueueAway, answer
from jobs.queue.listings import ask_listing, listing
from jobs.queue.quotas import OverQuota, TooManyOpen
from jobs.queue.requests import JobQueue
from jobs.settings import Settings

log = logging.getLogger(__name__)

LOOK: Final = 1.0  # seconds between two looks at all playlists
#: Seconds after which nobody is to be expected to tell what is in a playlist.
LONGEST_LISTING: Final = 240.0
#: Seconds for which an offer stands.
LONGEST_OFFER: Final = 24 * 3600.0


class Playlists:
    """Every playlist that is asked for on one platform. One song of each is in the works at a time."""

    def __init__(self, queue: JobQueue, poster: Poster, settings: Settings, follower: Follower) -> None:
        self._queue = queue
        self._poster = poster
        self._key = keys.playlists(poster.name)
        self._settings = settings
        self._follower = follower
        self._access = Access(queue.redis, settings.access)
        self._woken = asyncio.Event()
        self._turn = asyncio.Lock()  # who changes what is known of playlists
        self._edited_at: dict[str, float] = {}  # by run, time.monotonic()
        self._not_before: dict[str, float] = {}  # by chat, for its cards: time.monotonic()
        self._showing: dict[str, asyncio.Task[None]] = {}  # by chat

    # --- asked for, started, stopped -------------------------------------------------------------------------------

    async def begin(self, run: Run) -> None:
        """Find out what is in a playlist, and offer it. Beginning it again does no harm.

        As many may be open for a person, and in a chat, as songs may. Raises `TooManyOpen` and `QueueAway`.
        """
        async with self._turn:
            runs = [one for one in await self._all() if one.is_open]
            if run.id not in {one.id for one in runs}:
                if sum(one.asker == run.asker for one in runs) >= self._settings.max_open_per_person:
                    raise TooManyOpen(self._settings.max_open_per_person, "person")
                if sum(one.chat == run.chat for one in runs) >= self._settings.max_open_per_chat:
                    raise TooManyOpen(self._settings.max_open_per_chat, "chat")
            await answer(self._queue.redis.hsetnx(self._key, run.id, run.model_dump_json()))
        await ask_listing(self._queue, run.playlist_id, run.chat, run.asker)
        self._woken.set()

    async def start(self, run_id: str) -> bool:
        """Somebody wants what was offered. False when that is no longer the question."""
        return await self._to(run_id, PlaylistStep.RUNNING, {PlaylistStep.OFFERED}) is not None

    async def stop(self, run_id: str) -> bool:
        """No more songs of this one, and not the one in the works either. False when it was at its end."""
        run = await self._to(
            run_id, PlaylistStep.STOPPED, {PlaylistStep.LISTING, PlaylistStep.OFFERED, PlaylistStep.RUNNING}
        )
        if run is None:
            return False
        if run.request_id and await self._queue.cancel(run.request_id):
            self._follower.wake()
        return True

    async def _to(self, run_id: str, step: PlaylistStep, allowed: set[PlaylistStep]) -> Run | None:
        """Take a step, if it is allowed now. Returns the run as it was in that moment: no song slips through."""
        async with self._turn:
            run = await self.run_of(run_id)
            if run is None or run.step not in allowed:
                return None
            await self._keep(run.model_copy(update={"step": step}))
        self._woken.set()
        return run

    async def run_of(self, run_id: str) -> Run | None:
        stored = await answer(self._queue.redis.hget(self._key, run_id))
        return parse_stored(Run, stored)

    async def in_chat(self, chat: str) -> list[Run]:
        """The chat's playlists in the works, in the order of asking."""
        return [run for run in await self._all() if run.chat == chat and run.is_open]

    async def _all(self) -> list[Run]:
        stored = await answer(self._queue.redis.hvals(self._key))
        runs = [run for one in stored if (run := parse_stored(Run, one))]
        return sorted(runs, key=lambda run: run.created_at)

    async def _keep(self, run: Run) -> None:
        await answer(self._queue.redis.hset(self._key, run.id, run.model_dump_json()))

    async def moved(self, old: str, new: str, move: Callable[[str], str]) -> None:
        """A group has another name now. `move`: an address there → the same in the new one."""
        async with self._turn:
            for run in await self._all():
                if run.chat == old:
                    await self._keep(run.model_copy(update={"chat": new, "address": move(run.address)}))

    # --- moved on --------------------------------------------------------------------------------------------------

    async def attend(self) -> None:
        """Look after all of them until cancelled. Nothing else ends it."""
        try:
            while True:
                self._woken.clear()
                await self._look()
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(LOOK):
                        await self._woken.wait()
        finally:  # cut off between an edit and its note, the next bot would edit for nothing
            if under_way := [*self._showing.values()]:
                await asyncio.wait(under_way, timeout=follow.GRACE)
            await cancel_and_wait(*self._showing.values())

    async def _look(self) -> None:
        """Move each one on, and have the cards shown: of one chat one after the other, chats side by side."""
        try:
            chats: dict[str, list[Run]] = {}
            for run in await self._all():
                if (moved := await self._attend(run)) is not None:
                    chats.setdefault(moved.chat, []).append(moved)
        except QueueAway as error:
            log.warning("the playlists are out of reach: %s", error)
            return
        except Exception:
            log.exception("a look at the playlists failed")
            return
        for chat, runs in chats.items():
            if chat not in self._showing:
                task = self._showing[chat] = asyncio.create_task(self._show_all(chat, runs))
                task.add_done_callback(lambda _, chat=chat: self._showing.pop(chat))  # type: ignore[misc]  # a default
        known = {run.id for runs in chats.values() for run in runs}
        for memory, here in ((self._edited_at, known), (self._not_before, chats.keys())):
            for gone in memory.keys() - here:
                memory.pop(gone)

    async def _attend(self, seen: Run) -> Run | None:
        """Move one on. What goes wrong with it holds up no other. Raises `QueueAway`."""
        try:
            async with self._turn:
                run = await self.run_of(seen.id)
                if run is None:
                    return None
                moved = await self._moved_on(run)
                if moved != run:
                    await self._keep(moved)
                return moved
        except QueueAway:
            raise
        except Exception as error:
            await self._give_up(seen.id, error)
            return None

    async def _give_up(self, run_id: str, error: Exception) -> None:
        log.error("playlist %s: nobody can attend to it", run_id, exc_info=error)
        bug = Failure(reason=Reason.INTERNAL, detail=repr(error))
        async with self._turn:
            run = await self.run_of(run_id)
            if run is not None and run.is_open:
                await self._keep(run.model_copy(update={"step": PlaylistStep.REFUSED, "failure": bug}))
            elif run is not None:  # not even its end can be shown
                await self._forget(run)

    async def _moved_on(self, run: Run) -> Run:
        age = time.time() - run.created_at
        match run.step:
            case PlaylistStep.LISTING:
                found = await listing(self._queue, run.playlist_id)
                if found is not None:
                    return listed(run, found, self._settings.max_seconds)
                if age > LONGEST_LISTING:
                    late = Failure(reason=Reason.NETWORK, detail="nobody lists it")
                    return run.model_copy(update={"step": PlaylistStep.REFUSED, "failure": late})
                await ask_listing(self._queue, run.playlist_id, run.chat, run.asker)  # asks anew what is overdue
            case PlaylistStep.OFFERED if age > LONGEST_OFFER:
                return run.model_copy(update={"step": PlaylistStep.STOPPED})
            case PlaylistStep.RUNNING:
                return await self._next_song(run)
            case _:
                pass
        return run

    async def _next_song(self, run: Run) -> Run:
        while run.step is PlaylistStep.RUNNING:
            view = await self._queue.view(run.request_id)
            if view is None:
                return await self._ask_for_song(run)
            if view.is_open:
                return run
            why = _why(view)
            run = paused(run, view.failure) if why is Reason.OVER_QUOTA and view.failure else ended(run, why)
        return run

    async def _ask_for_song(self, run: Run) -> Run:
        request = run.request(time.time())
        if request is not None:
            try:
                await self._follower.accept(request, await self._access.limits(run.asker, self._settings))
            except TooManyOpen as full:
                log.debug("playlist %s: its next song waits, %d are open", run.id, full.limit)  # at each look
            except OverQuota as over:
                return paused(run, over.failure)
        return run

    # --- shown -----------------------------------------------------------------------------------------------------

    async def _show_all(self, chat: str, runs: list[Run]) -> None:
        """The cards of one chat. Never raises."""
        for run in runs:
            if time.monotonic() < self._not_before.get(chat, 0.0):
                return
            try:
                await self._show(run)
            except QueueAway as error:
                log.warning("the playlists are out of reach: %s", error)
            except Exception as error:
                try:
                    await self._give_up(run.id, error)
                except QueueAway as again:
                    log.warning("playlist %s: it could not be given up: %s", run.id, again)

    async def _show(self, run: Run) -> None:
        """Post or edit the card when it changed and the pace allows; forget a playlist whose card is final."""
        view = await self._queue.view(run.request_id) if run.request_id else None
        card = run_card(run, run.language, longest=self._settings.max_seconds, view=view)
        face = hashlib.sha256(f"{run.address}{card.model_dump_json()}".encode()).hexdigest()[:12]
        if run.face != face:
            pace = self._poster.pace(run.address)
            if time.monotonic() < self._edited_at.get(run.id, 0.0) + pace:
                return
            self._edited_at[run.id] = time.monotonic()
            reference = run.card if run.shown_at == run.address else ""
            try:
                if reference:
                    await self._poster.edit(run.address, reference, card)
                else:
                    reference = await self._poster.post(run.address, card)
            except CardGone:
                pass  # somebody deleted it; the songs come all the same
            except Unreachable as why:
                log.info("playlist %s: nobody is there: %s", run.id, why)
                await self.stop(run.id)
                await self._forget(run)
                return
            except Later as why:
                log.info("playlist %s: its card waits: %s", run.id, why)
                self._not_before[run.chat] = time.monotonic() + why.seconds
                return
            except (Away, Unconfirmed) as why:
                log.info("playlist %s: its card is shown again: %s", run.id, why)
                return
            except Trouble as why:  # the platform will not take this one; the next change may be taken
                log.warning("playlist %s: its card was refused: %s", run.id, why)
            await self._note(run, reference, face)
        if not run.is_open:
            await self._forget(run)

    async def _note(self, run: Run, reference: str, face: str) -> None:
        async with self._turn:
            latest = await self.run_of(run.id)
            if latest is not None:
                note = {"card": reference, "shown_at": run.address, "face": face}
                await self._keep(latest.model_copy(update=note))

    async def _forget(self, run: Run) -> None:
        await answer(self._queue.redis.hdel(self._key, run.id))


def _why(view: View) -> Reason | None:
    """Why a song did not come, None when it did."""
    match view.phase:
        case RequestPhase.DONE:
            return None
        case RequestPhase.CANCELLED:
            return Reason.CANCELLED
        case _:
            return view.failure.reason if view.failure else Reason.INTERNAL

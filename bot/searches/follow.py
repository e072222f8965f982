"""Following of searches: asks the worker, shows what it found, and lets one hit be taken."""

import asyncio
import contextlib
import logging
import time
from typing import Final

from bot.delivery.poster import Poster
from bot.delivery.status_cards import CardNote, StatusCards
from bot.delivery.timing import USUAL, Timing
from bot.searches.cards import search_card
from bot.searches.search import Search, SearchStep, again, failed, found, late
from bot.searches.store import SearchStore
from bot.searches.subject import SearchSubject
from jobs.failures import Failure, Reason
from jobs.queue.connection import QueueAway
from jobs.queue.quotas import TooManyOpen
from jobs.queue.requests import JobQueue
from jobs.queue.searches import ask_search, hits
from jobs.settings import Settings

log = logging.getLogger(__name__)

#: Seconds to wait for a worker's answer.
LONGEST: Final = 90.0


class Searches:
    """The searches of one platform."""

    def __init__(self, queue: JobQueue, poster: Poster, settings: Settings, timing: Timing = USUAL) -> None:
        self._timing = timing
        self._queue = queue
        self._settings = settings
        self._store = SearchStore(queue, poster.name)
        self._woken = asyncio.Event()
        self._status_cards = StatusCards(poster, self._woken.set, timing)
        self._turn = asyncio.Lock()  # held during each change of a stored search

    async def begin(self, search: Search) -> None:
        """Search, and show the hits. Idempotent.

        The limits on open searches per person and chat equal those on songs. Raises `TooManyOpen` and `QueueAway`.
        """
        async with self._turn:
            others = [one for one in await self._store.attended() if one.is_open and one.id != search.id]
            if sum(one.asker == search.asker for one in others) >= self._settings.max_open_per_person:
                raise TooManyOpen(self._settings.max_open_per_person, "person")
            if sum(one.chat == search.chat for one in others) >= self._settings.max_open_per_chat:
                raise TooManyOpen(self._settings.max_open_per_chat, "chat")
            # Asked first: else a failure that is kept, of the same words before, would be read as the answer.
            await ask_search(self._queue, search.words, search.chat, search.asker, anew=True)
            await self._store.add(search)
        self._woken.set()

    async def search_of(self, search_id: str) -> Search | None:
        """A search of the last day."""
        return await self._store.get(search_id)

    async def again(self, search_id: str) -> bool:
        """Try a failed search again. False if it did not fail."""
        async with self._turn:
            search = await self._store.get(search_id)
            if search is None or search.step is not SearchStep.FAILED:
                return False
            await ask_search(self._queue, search.words, search.chat, search.asker, anew=True)
            await self._store.keep(again(search, time.time()))
            await self._store.attend(search)
        self._woken.set()
        return True

    async def stop(self, search_id: str) -> bool:
        """End a search whose hits are not wanted. False if it had ended."""
        open_ = {SearchStep.LOOKING, SearchStep.FOUND, SearchStep.FAILED}
        return await self._to(search_id, SearchStep.STOPPED, open_)

    async def take(self, search_id: str) -> bool:
        """Note that the message of a search is the card of a request now. False if it was not there to be taken."""
        return await self._to(search_id, SearchStep.TAKEN, {SearchStep.FOUND})

    async def _to(self, search_id: str, step: SearchStep, allowed: set[SearchStep]) -> bool:
        """Set the step, if the present one is `allowed`."""
        async with self._turn:
            search = await self._store.get(search_id)
            if search is None or search.step not in allowed:
                return False
            await self._store.keep(search.model_copy(update={"step": step}))
            await self._store.attend(search)
        self._woken.set()
        return True

    # --- follow ----------------------------------------------------------------------------------------------------

    async def attend(self) -> None:
        """Follow the searches until cancelled. Never raises otherwise."""
        try:
            while True:
                self._woken.clear()
                busy = await self._look()
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(self._timing.look if busy else self._timing.rest):
                        await self._woken.wait()
        finally:  # else an edit without its note would be repeated after the restart
            if under_way := self._status_cards.showing:
                await asyncio.wait(under_way, timeout=self._timing.grace)
            await self._status_cards.end()

    async def _look(self) -> bool:
        """Advance each search and its message. True when there may be any."""
        try:
            self._status_cards.look()
            searches = await self._store.attended()
            for search in searches:
                await self._attend(search.id)
        except QueueAway as error:
            log.warning("searches unreachable: %s", error)
            return True
        except Exception:
            log.exception("look at the searches failed")
            return True
        self._status_cards.forget_all_but({one.id for one in searches}, {one.chat for one in searches})
        return bool(searches)

    async def _attend(self, search_id: str) -> None:
        """Advance one search and its message. Its errors do not affect the others. Raises `QueueAway`."""
        try:
            search = await self._moved_on(search_id)
            if search is None or search.step is SearchStep.TAKEN:
                await self._store.let_go(search_id)
                return
            card = search_card(search, longest=self._settings.max_seconds)
            await self._status_cards.attend(SearchSubject(search, card, self._note, self.stop, self._let_go))
        except QueueAway:
            raise
        except Exception as error:
            await self._give_up(search_id, error)

    async def _moved_on(self, search_id: str) -> Search | None:
        async with self._turn:
            search = await self._store.get(search_id)
            if search is None or not search.is_open:
                return search
            result = await hits(self._queue, search.words)
            if result is not None:
                moved = found(search, result, self._settings.max_seconds)
            elif time.time() - search.asked_at > LONGEST:
                moved = late(search)
            else:
                await ask_search(self._queue, search.words, search.chat, search.asker)  # repeats an overdue request
                return search
            await self._store.keep(moved)
            return moved

    async def _give_up(self, search_id: str, error: Exception) -> None:
        log.error("search %s: unhandled exception", search_id, exc_info=error)
        async with self._turn:
            search = await self._store.get(search_id)
            if search is not None and search.is_open:
                await self._store.keep(failed(search, Failure(reason=Reason.INTERNAL, detail=repr(error))))
            else:  # its final message failed, too
                await self._store.let_go(search_id)

    async def _let_go(self, search: Search) -> None:
        """Attend to a search no longer, unless a press changed it meanwhile."""
        async with self._turn:
            latest = await self._store.get(search.id)
            if latest is None or latest.step is search.step:
                await self._store.let_go(search.id)

    async def _note(self, search_id: str, note: CardNote) -> None:
        async with self._turn:
            latest = await self._store.get(search_id)
            if latest is not None:
                shown = {"card": note.reference, "shown_at": note.at, "face": note.face, "gone": note.gone}
                await self._store.keep(latest.model_copy(update=shown))

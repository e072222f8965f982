"""Following of searches: asks the worker, shows what it found, and lets one hit be taken."""

import asyncio
import time
from typing import Final

from bot.delivery.cards.card_rounds import CardRounds, check_room, fields_of
from bot.delivery.cards.status_cards import CardNote
from bot.delivery.poster import Poster
from bot.delivery.timing import USUAL, Timing
from bot.searches.cards import search_card
from bot.searches.search import Search, SearchStep, again, failed, found, late
from bot.searches.store import SearchStore
from bot.searches.subject import SearchSubject
from jobs.failures import Failure, Reason
from jobs.queue.requests import JobQueue
from jobs.queue.searches import ask_search, hits
from jobs.settings import Settings

#: Seconds to wait for a worker's answer.
LONGEST: Final = 90.0


class Searches:
    """The searches of one platform."""

    def __init__(self, queue: JobQueue, poster: Poster, settings: Settings, timing: Timing = USUAL) -> None:
        self._queue = queue
        self._settings = settings
        self._store = SearchStore(queue, poster.name)
        self._rounds = CardRounds("search", poster, timing, timing.look)
        self._turn = asyncio.Lock()  # held during each change of a stored search

    async def begin(self, search: Search) -> None:
        """Search, and show the hits. Idempotent.

        The limits on open searches per person and chat equal those on songs. Raises `TooManyOpen` and `QueueAway`.
        """
        async with self._turn:
            others = [one for one in await self._store.attended() if one.is_open and one.id != search.id]
            check_room(search, others, self._settings)
            # Asked first: else a failure that is kept, of the same words before, would be read as the answer.
            await ask_search(self._queue, search.words, search.chat, search.asker, anew=True)
            await self._store.add(search)
        self._rounds.wake()

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
        self._rounds.wake()
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
        self._rounds.wake()
        return True

    # --- follow ----------------------------------------------------------------------------------------------------

    async def attend(self) -> None:
        """Follow the searches until cancelled. Never raises otherwise."""
        await self._rounds.run(self._store.attended, self._attend, self._give_up)

    async def _attend(self, search_id: str) -> None:
        search = await self._moved_on(search_id)
        if search is None or search.step is SearchStep.TAKEN:
            await self._store.let_go(search_id)
            return
        card = search_card(search, longest=self._settings.max_seconds)
        await self._rounds.cards.attend(SearchSubject(search, card, self._note, self.stop, self._let_go))

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
                await self._store.keep(latest.model_copy(update=fields_of(note)))

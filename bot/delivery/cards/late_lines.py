"""The line of a song's analysis on final cards that were made before the analysis.

The stems are delivered first, and the analysis takes some seconds more. So the last edit of a card often lacks key and
tempo, and one later edit adds them. It is left out once a person pressed a button of the card: the page of buttons that
the person opened stays. Nothing is stored: after a restart of the bot, a card stays as it is.
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Final

from bot.cards.cards import Card
from bot.delivery.platform import Later, Trouble
from bot.delivery.poster import Poster
from jobs.process.tasks import cancel_and_wait
from jobs.progress import RequestPhase, View
from jobs.queue.catalogue import Catalogue
from jobs.queue.connection import QueueAway

log = logging.getLogger(__name__)

PAUSE: Final = 1.0  # seconds between two looks for an analysis


class LateLines:
    """Waits for the analyses of songs whose cards are final, for at most `seconds` each. 0: for none."""

    def __init__(
        self, poster: Poster, catalogue: Catalogue, compose: Callable[[View], Awaitable[Card]], seconds: float
    ) -> None:
        """`compose` gives the card of a request as it is now."""
        self._poster = poster
        self._catalogue = catalogue
        self._compose = compose
        self._seconds = seconds
        self._waiting: dict[str, asyncio.Task[None]] = {}  # by request
        self._editing: set[asyncio.Task[None]] = set()

    def want(self, view: View, reference: str, shown: Card) -> None:
        """Begin to wait for the analysis of a request's song. `reference`: of its card, which shows `shown`."""
        is_late = view.phase is RequestPhase.DONE and (view.made is None or view.made.analysis is None)
        if is_late and reference and self._seconds and view.request.id not in self._waiting:
            task = asyncio.create_task(self._add(view, reference, shown))
            self._waiting[view.request.id] = task

    def pressed(self, request_id: str) -> None:
        """Leave a card as it is: a person pressed a button of it. An edit that has begun is made."""
        if (task := self._waiting.pop(request_id, None)) is not None:
            task.cancel()

    async def end(self) -> None:
        """Wait for no analysis any more."""
        await cancel_and_wait(*self._waiting.values(), *self._editing)

    async def _add(self, view: View, reference: str, shown: Card) -> None:
        """Edit the card once, when the analysis is there. Never raises but `CancelledError`."""
        try:
            made = await self._made(view)
            if made is None:
                return
            card = (await self._compose(made)).model_copy(update={"picture": None, "is_final": True})
            if card.text == shown.text:
                return
            self._waiting.pop(view.request.id, None)
            await self._edit(view.request.address, reference, card)
        except QueueAway as error:
            log.info("card of %s: without its song's analysis: %s", view.request.id, error)
        except Exception:
            log.exception("card of %s: unhandled exception", view.request.id)
        finally:
            if self._waiting.get(view.request.id) is asyncio.current_task():
                self._waiting.pop(view.request.id)

    async def _made(self, view: View) -> View | None:
        """The view with the song's analysis; None if it does not come in time."""
        end = time.monotonic() + self._seconds
        while time.monotonic() < end:
            await asyncio.sleep(min(PAUSE, self._seconds / 10))
            with suppress(OSError):  # the store is out of reach
                made = await self._catalogue.read(view.request.track_id)
                if made.analysis is not None:
                    return view.model_copy(update={"made": made})
        return None

    async def _edit(self, address: str, reference: str, card: Card) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._editing.add(task)
        task.add_done_callback(self._editing.discard)
        try:
            await self._poster.edit(address, reference, card)
        except Later as why:
            await asyncio.sleep(why.seconds)
            with suppress(Trouble):
                await self._poster.edit(address, reference, card)
        except Trouble as why:
            log.info("a card stays without its song's analysis: %s", why)

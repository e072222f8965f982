"""Rounds over kept subjects of one kind: each is advanced, and its card shown, again and again."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from typing import Protocol

from bot.delivery.cards.status_cards import CardNote, StatusCards
from bot.delivery.poster import Poster
from bot.delivery.timing import Timing
from jobs.process.tasks import wait_for_event
from jobs.queue.connection import QueueAway
from jobs.queue.quotas import TooManyOpen
from jobs.settings import Settings

log = logging.getLogger(__name__)


class Kept(Protocol):
    """A playlist or a search, as it is stored."""

    @property
    def id(self) -> str: ...

    @property
    def chat(self) -> str: ...

    @property
    def asker(self) -> str: ...


class CardRounds:
    """The rounds of one kind on one platform. `kind`: its name in the log. `busy`: seconds between two rounds while
    there are any.
    """

    def __init__(self, kind: str, poster: Poster, timing: Timing, busy: float) -> None:
        self._kind = kind
        self._timing = timing
        self._busy = busy
        self._woken = asyncio.Event()
        self.cards = StatusCards(poster, self.wake, timing)

    def wake(self) -> None:
        """Begin a round now."""
        self._woken.set()

    async def run(
        self,
        all_: Callable[[], Awaitable[Sequence[Kept]]],
        attend: Callable[[str], Awaitable[None]],
        give_up: Callable[[str, Exception], Awaitable[None]],
    ) -> None:
        """Make rounds until cancelled. Never raises otherwise.

        `all_` reads the subjects. `attend` advances one, by its id, and its card. `give_up` ends one whose `attend`
        raised, so that it does not disturb the others again.
        """
        try:
            while True:
                self._woken.clear()
                any_ = await self._round(all_, attend, give_up)
                await wait_for_event(self._woken, self._busy if any_ else self._timing.rest)
        finally:  # else an edit without its note would be repeated after the restart
            if under_way := self.cards.showing:
                await asyncio.wait(under_way, timeout=self._timing.grace)
            await self.cards.end()

    async def _round(
        self,
        all_: Callable[[], Awaitable[Sequence[Kept]]],
        attend: Callable[[str], Awaitable[None]],
        give_up: Callable[[str, Exception], Awaitable[None]],
    ) -> bool:
        """Attend to each subject. True when there may be any."""
        try:
            subjects = await all_()
            for one in subjects:
                try:
                    await attend(one.id)
                except QueueAway:
                    raise
                except Exception as error:
                    log.exception("%s %s: unhandled exception", self._kind, one.id)
                    await give_up(one.id, error)
        except QueueAway as error:
            log.warning("%s: the queue is out of reach: %s", self._kind, error)
            return True
        except Exception:
            log.exception("%s: a round failed", self._kind)
            return True
        self.cards.forget_all_but({one.id for one in subjects}, {one.chat for one in subjects})
        return bool(subjects)


def check_room(asked: Kept, others: Sequence[Kept], settings: Settings) -> None:
    """Raises `TooManyOpen` when the person or the chat has as many open ones as songs may be."""
    if sum(one.asker == asked.asker for one in others) >= settings.max_open_per_person:
        raise TooManyOpen(settings.max_open_per_person, "person")
    if sum(one.chat == asked.chat for one in others) >= settings.max_open_per_chat:
        raise TooManyOpen(settings.max_open_per_chat, "chat")


def fields_of(note: CardNote) -> dict[str, str]:
    """The note of a card as fields of a stored subject."""
    return {"card": note.reference, "shown_at": note.at, "face": note.face, "gone": note.gone}

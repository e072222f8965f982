"""The cards of requests as subjects of `StatusCards`."""

import time
from dataclasses import dataclass
from typing import Final

from bot.cards.better import song_seconds
from bot.cards.cards import PASSING, Card, card
from bot.cards.result_buttons import Rows, first_page
from bot.chats.statistics import Statistics
from bot.delivery.cards.late_lines import LateLines
from bot.delivery.cards.status_cards import CardNote, First, note_at
from bot.delivery.ledger import Ledger
from bot.delivery.planning.noted import Noted
from bot.delivery.planning.plan import note_text
from jobs.failures import Failure, Reason
from jobs.models import Upload
from jobs.parsing import parse_stored
from jobs.progress import RequestPhase, View
from jobs.queue.recipe import models_here
from jobs.queue.requests import JobQueue

SETTLING: Final = 1.0  # seconds that a first card waits for the request's place in the queue


def note_of(view: View) -> CardNote | None:
    """The note of a request's card, None when it has none yet. A quiet request gets no card until it is done."""
    unseen = CardNote(gone="card") if view.request.quiet and view.phase is not RequestPhase.DONE else None
    # An unreadable note of another version counts as none: then the request gets a new card.
    return note_at(view.request.address, parse_stored(CardNote, view.card)) or unseen


class RequestCards:
    """Composes the cards of one platform's requests."""

    def __init__(self, queue: JobQueue, ledger: Ledger, late: LateLines) -> None:
        self._queue = queue
        self._ledger = ledger
        self._late = late

    async def card(self, view: View) -> Card:
        """The card of a request, posted or not. Raises `QueueAway`."""
        return await self._card(view, await self._ledger.read(view.request.id))

    async def subject(self, view: View, crowd: int = 1) -> "RequestSubject":
        """A request, for `StatusCards`. Raises `QueueAway`.

        `crowd`: the number of attended cards of this chat, which share the pace of one.
        """
        ends = view.phase in (RequestPhase.SENDING, RequestPhase.DONE)
        noted = await self._ledger.read(view.request.id) if ends else Noted()
        return RequestSubject(
            self._queue,
            view,
            await self._card(view, noted),
            is_uncertain=bool(noted.uncertain),
            crowd=crowd,
            late=self._late,
        )

    async def _card(self, view: View, noted: Noted) -> Card:
        language = view.request.language
        offers: Rows = ()
        if view.phase is RequestPhase.DONE:
            offers = first_page(view.request, language, await models_here(self._queue.redis), song_seconds(view))
        return card(
            view,
            language,
            manifest=view.manifest or noted.memo.manifest,
            notes=[note_text(note, language) for note in noted.memo.notes],
            uncertain=noted.uncertain,
            offers=offers,
            picture=noted.memo.picture,
            analysis=view.made.analysis if view.made else None,
        )


@dataclass(frozen=True)
class RequestSubject:
    """A request's state and its card. `is_uncertain`: a part of it is uncertain."""

    queue: JobQueue
    view: View
    card: Card
    is_uncertain: bool
    crowd: int
    late: LateLines

    @property
    def id(self) -> str:
        return self.view.request.id

    @property
    def chat(self) -> str:
        return self.view.request.chat

    @property
    def address(self) -> str:
        return self.view.request.address

    @property
    def note(self) -> CardNote | None:
        return note_of(self.view)

    @property
    def is_open(self) -> bool:
        return self.view.is_open

    @property
    def first(self) -> First:
        if self.view.phase is RequestPhase.CANCELLED:
            return First.NEVER
        return First.LATER if _is_settling(self.view) else First.NOW

    @property
    def must_be_seen(self) -> bool:
        return (self.view.phase is RequestPhase.FAILED and not self._is_told_elsewhere) or self.is_uncertain

    @property
    def _is_told_elsewhere(self) -> bool:
        """Whether the failure is in a playlist's card, without a button that tries again."""
        reason = self.view.failure.reason if self.view.failure is not None else Reason.INTERNAL
        return self.view.request.quiet and reason not in PASSING

    @property
    def slowed(self) -> float:
        """Places in the queue all change at once, so their cards share a chat's few edits. A delivery has mostly ended
        before an edit that says "sending", which would take room from the files.
        """
        if self.view.phase in (RequestPhase.READY, RequestPhase.SENDING):
            return 2.0
        in_line = self.view.phase is RequestPhase.WAITING and self.view.ahead is not None
        return 2.0 * self.crowd if self.crowd > 1 and in_line else 1.0

    async def keep(self, note: CardNote) -> None:
        await self.queue.set_card(self.id, note.model_dump_json())

    async def chat_gone(self) -> None:
        await self.queue.fail(self.id, Failure(reason=Reason.CANCELLED, detail="nobody is there"))

    async def let_go(self) -> None:
        await Statistics(self.queue.redis).count_end(self.view)
        await self.queue.let_go(self.id, self.view.request.platform)
        self.late.want(self.view, self.note.reference if self.note else "", self.card)


def _is_settling(view: View) -> bool:
    """Whether a new request has no place in the queue yet; its first card waits for that."""
    placed = view.progress is not None or view.ahead is not None
    between = view.phase is RequestPhase.RECEIVING and not isinstance(view.request.source, Upload)
    between = between or (view.phase is RequestPhase.WAITING and not placed)
    return between and time.time() - view.request.created_at < SETTLING

"""The cards of requests as subjects of `StatusCards`."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from bot.cards.better import song_seconds
from bot.cards.cards import PASSING, Card, card
from bot.cards.result_buttons import first_page
from bot.cards.result_lines import UNSEEN, Listed, file_card, result_lines, result_rows, seen
from bot.cards.rows import Rows
from bot.chats.statistics import Statistics
from bot.delivery.cards.late_lines import LateLines
from bot.delivery.cards.open_pages import OpenPages
from bot.delivery.cards.status_cards import CardNote, First, face_of, note_at
from bot.delivery.ledger import Ledger
from bot.delivery.planning.noted import Noted
from bot.delivery.planning.plan import note_text
from jobs.failures import Failure, Reason
from jobs.models import Upload
from jobs.parsing import parse_stored
from jobs.progress import RequestPhase, View
from jobs.queue.catalogue import Catalogue
from jobs.queue.recipe import models_here
from jobs.queue.requests import JobQueue

SETTLING: Final = 1.0  # seconds that a first card waits for the request's place in the queue


def note_of(view: View) -> CardNote | None:
    """The note of a request's card, None when it has none yet. A quiet request gets no card until it is done."""
    unseen = CardNote(gone="card") if view.request.quiet and view.phase is not RequestPhase.DONE else None
    # An unreadable note of another version counts as none: then the request gets a new card.
    return note_at(view.request.address, parse_stored(CardNote, view.card)) or unseen


def on_which(view: View) -> str:
    """The request whose card shows a request's result in a line; '' for one with a card of its own."""
    note = note_of(view)
    return note.on if note is not None else ""


def has_card(view: View) -> bool:
    """Whether a request has a card of its own that is posted and, as far as is known, not deleted."""
    note = note_of(view)
    return note is not None and note.reference != "" and not note.gone and not note.on


@dataclass(frozen=True)
class OneCard:
    """The requests of one card: the one whose card it is, and those whose results are lines on it, the oldest first.

    `attended`: those of them whose last edit is to come.
    """

    view: View
    listed: tuple[View, ...] = ()
    attended: tuple[View, ...] = ()

    @property
    def is_open(self) -> bool:
        return any(view.is_open for view in self.attended)

    def gets_a_line(self, now: float) -> bool:
        """Whether a result is so new that its line is yet to come. `now`: seconds since the epoch."""
        return any(view.is_open and now - view.request.created_at < UNSEEN for view in self.listed)


class RequestCards:
    """Composes the cards of one platform's requests. `pages`: the pages of buttons that they show."""

    def __init__(
        self, queue: JobQueue, catalogue: Catalogue, ledger: Ledger, late: LateLines, pages: OpenPages
    ) -> None:
        self._queue = queue
        self._catalogue = catalogue
        self._ledger = ledger
        self._late = late
        self._pages = pages
        self._on_cards: dict[str, set[str]] = {}  # by request: those whose results are lines on its card

    async def card(self, view: View) -> Card:
        """The card of a request, posted or not. Raises `QueueAway`."""
        return await self._card(view, await self._ledger.read(view.request.id))

    async def one_card(self, view: View) -> OneCard:
        """The card that shows an attended request, with all requests that it shows. Raises `QueueAway`.

        A result whose card is gone gets one of its own.
        """
        on = on_which(view)
        if not on:
            here = await self._on(view.request.id)
            return OneCard(view, await self._kept(view, here), (view, *here))
        self._on_cards.setdefault(on, set()).add(view.request.id)
        others = await self._catalogue.complete(await self._queue.views([on]))
        if not others or not has_card(others[0]):
            self._on_cards[on].discard(view.request.id)
            note = "" if view.is_open else CardNote(gone="card").model_dump_json()
            await self._queue.set_card(view.request.id, note)
            alone = view.model_copy(update={"card": note})
            return OneCard(alone, attended=(alone,))
        (card,) = others
        here = await self._on(on)
        return OneCard(card, await self._kept(card, here), (*((card,) if card.is_open else ()), *here))

    async def _on(self, request_id: str) -> tuple[View, ...]:
        """The attended requests whose results are lines on a request's card, as far as seen since the start."""
        ids = self._on_cards.get(request_id, set())
        found = await self._catalogue.complete(await self._queue.views(sorted(ids))) if ids else []
        return tuple(sorted((view for view in found if on_which(view)), key=lambda view: view.request.created_at))

    async def _kept(self, view: View, results: Sequence[View]) -> tuple[View, ...]:
        """With the results that ended earlier, and still have a line."""
        note = note_of(view)
        here = {one.request.id for one in results}
        ended = [one for one in note.kept if one not in here] if note is not None else []
        return (*(await self._queue.views(ended) if ended else ()), *results)

    async def subject(self, shown: OneCard, crowd: int = 1) -> "RequestSubject":
        """A card, for `StatusCards`. Raises `QueueAway`.

        `crowd`: the number of attended cards of this chat, which share the pace of one.
        """
        view = shown.view
        ends = view.phase in (RequestPhase.SENDING, RequestPhase.DONE)
        noted = await self._ledger.read(view.request.id) if ends else Noted()
        results = seen([await self._listed(one) for one in shown.listed], time.time())
        return RequestSubject(
            self._queue,
            shown,
            await (self._with_results(shown, noted, results) if shown.listed else self._card(view, noted)),
            is_uncertain=bool(noted.uncertain),
            crowd=crowd,
            late=self._late,
            cards=self,
            kept=tuple(one.view.request.id for one in results if one.stays),
        )

    async def _listed(self, view: View) -> Listed:
        ends = view.phase in (RequestPhase.SENDING, RequestPhase.DONE)
        return Listed(view, (await self._ledger.read(view.request.id)).uncertain if ends else ())

    async def _with_results(self, shown: OneCard, noted: Noted, results: Sequence[Listed]) -> Card:
        """A final card with lines of results, and the page of buttons that it shows. That page changes no `face`."""
        view = shown.view
        note, language, order = note_of(view), view.request.language, view.request.order
        page = self._pages.of(view.request.chat, note.reference) if note is not None else None
        lines = result_lines(results, order, language)
        rows = result_rows(results, order, language)
        first = await self._card(view, noted, lines, rows)
        turned = first if page is None else await self._card(view, noted, lines, rows, page)
        picture = turned.picture if view in shown.attended else None  # the message keeps the one that it has
        return turned.model_copy(update={"face": face_of(first), "picture": picture})

    async def _card(
        self, view: View, noted: Noted, lines: Sequence[str] = (), rows: Rows = (), page: Rows | None = None
    ) -> Card:
        language, note = view.request.language, note_of(view)
        manifest = view.manifest or noted.memo.manifest
        notes = [note_text(one, language) for one in noted.memo.notes]
        if note is not None and note.is_file:
            return file_card(view.request, manifest, language, notes=notes, lines=lines, rows=rows, page=page)
        offers: Rows = page or ()
        if page is None and view.phase is RequestPhase.DONE:
            offers = first_page(view.request, language, await models_here(self._queue.redis), song_seconds(view))
        return card(
            view,
            language,
            manifest=manifest,
            notes=notes,
            uncertain=noted.uncertain,
            offers=(*rows, *offers),
            picture=noted.memo.picture,
            analysis=view.made.analysis if view.made else None,
            results=lines,
        )

    async def let_go(self, view: View) -> None:
        """Attend to a request no longer. The message of a result's file becomes its card."""
        on = on_which(view)
        if on in self._on_cards:
            self._on_cards[on].discard(view.request.id)
            if not self._on_cards[on]:
                self._on_cards.pop(on)
        await Statistics(self._queue.redis).count_end(view)
        if on and view.phase is RequestPhase.DONE:
            noted = await self._ledger.read(view.request.id)
            reference = next((part.sent.card for part in noted.parts.values() if part.sent and part.sent.card), "")
            if reference:
                note = CardNote(reference=reference, at=view.request.address, is_file=True)
                under = await self._card(view.model_copy(update={"card": note.model_dump_json()}), noted)
                note = note.model_copy(update={"face": face_of(under)})
                await self._queue.set_card(view.request.id, note.model_dump_json())
        await self._queue.let_go(view.request.id, view.request.platform)


@dataclass(frozen=True)
class RequestSubject:
    """A card and the state of its requests. `is_uncertain`: a part of its own request is uncertain.

    `kept`: requests whose results have ended, and a line on it.
    """

    queue: JobQueue
    shown: OneCard
    card: Card
    is_uncertain: bool
    crowd: int
    late: LateLines
    cards: RequestCards
    kept: tuple[str, ...] = ()

    @property
    def view(self) -> View:
        return self.shown.view

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
        return self.shown.is_open

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
        waited_for = [view for view in self.shown.attended if view.is_open]
        if waited_for and all(view.phase in (RequestPhase.READY, RequestPhase.SENDING) for view in waited_for):
            return 2.0
        in_line = all(view.phase is RequestPhase.WAITING and view.ahead is not None for view in waited_for)
        return 2.0 * self.crowd if self.crowd > 1 and waited_for and in_line else 1.0

    async def keep(self, note: CardNote) -> None:
        is_file = self.note is not None and self.note.is_file
        note = note.model_copy(update={"is_file": is_file, "kept": self.kept})
        await self.queue.set_card(self.id, note.model_dump_json())

    async def chat_gone(self) -> None:
        gone = Failure(reason=Reason.CANCELLED, detail="the chat is gone")
        for view in self.shown.attended:
            await self.queue.fail(view.request.id, gone)

    async def let_go(self) -> None:
        for view in self.shown.attended:
            await self.cards.let_go(view)
        if not self.shown.listed:
            self.late.want(self.view, self.note.reference if self.note else "", self.card)


def _is_settling(view: View) -> bool:
    """Whether a new request has no place in the queue yet; its first card waits for that."""
    placed = view.progress is not None or view.ahead is not None
    between = view.phase is RequestPhase.RECEIVING and not isinstance(view.request.source, Upload)
    between = between or (view.phase is RequestPhase.WAITING and not placed)
    return between and time.time() - view.request.created_at < SETTLING

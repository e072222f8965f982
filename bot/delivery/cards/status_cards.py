"""Status cards: posted once, edited on changes at the chat's pace, until the final state.

One loop for all kinds of cards. The `Subject` of a kind gives the card and stores its note.
"""

import asyncio
import hashlib
import logging
import time
from collections.abc import Callable
from enum import Enum, auto, unique
from itertools import count
from typing import Any, Literal, Protocol

from bot.cards.cards import Card
from bot.delivery.platform import Away, CardGone, Later, Trouble, Unconfirmed, Unreachable
from bot.delivery.poster import Poster
from bot.delivery.timing import USUAL, Timing
from jobs.models import Value
from jobs.process.tasks import cancel_and_wait
from jobs.queue.connection import QueueAway

log = logging.getLogger(__name__)


class CardNote(Value):
    """The stored note of a card: the platform's `reference` to it, and `face`, a digest of its content.

    `gone`: the deleted card, or the closed chat. `at`: the subject's address when the card was posted; a card at an old
    address, from before its chat moved, counts as none.

    `on`: the request whose card it is, which shows this one's result in a line. `is_file`: the card is the message of
    the result's file. `kept`: requests whose results have ended, and a line on this card.
    """

    reference: str = ""
    at: str = ""
    face: str = ""
    gone: Literal["", "card", "chat"] = ""
    on: str = ""
    is_file: bool = False
    kept: tuple[str, ...] = ()


def note_at(address: str, note: CardNote | None) -> CardNote | None:
    """The note, None if its card is at another address."""
    return note if note is not None and note.at in ("", address) else None


@unique
class First(Enum):
    """When a subject without a card gets one."""

    NOW = auto()
    LATER = auto()  # the next cards of its chat wait for it
    NEVER = auto()


@unique
class Shown(Enum):
    """How far the card of a subject is, after a look at it."""

    CURRENT = auto()  # until the subject changes
    PENDING = auto()  # to be looked at again: an edit is under way, or has to wait
    FINAL = auto()  # the subject was let go


class Subject(Protocol):
    """The owner of a card: a request, a playlist. The methods raise `QueueAway`."""

    @property
    def id(self) -> str: ...

    @property
    def chat(self) -> str: ...

    @property
    def address(self) -> str:
        """The platform's address for its card."""
        ...

    @property
    def card(self) -> Card:
        """The current card."""
        ...

    @property
    def note(self) -> CardNote | None:
        """The stored note of its card, None before the first."""
        ...

    @property
    def is_open(self) -> bool:
        """False if `card` is the final one."""
        ...

    @property
    def first(self) -> First: ...

    @property
    def must_be_seen(self) -> bool:
        """Whether a deleted card is posted again."""
        ...

    @property
    def slowed(self) -> float:
        """Factor on the platform's pace between two edits."""
        ...

    async def keep(self, note: CardNote) -> None:
        """Store the note of its card."""
        ...

    async def chat_gone(self) -> None:
        """End the subject, whose chat is closed to the bot. Idempotent."""
        ...

    async def let_go(self) -> None:
        """Stop attending to the subject: its final card is posted, or cannot be."""
        ...


class StatusCards:
    """The cards of one platform, posted or edited one at a time per chat."""

    def __init__(self, poster: Poster, shown: Callable[[], None], timing: Timing = USUAL) -> None:
        """`shown` is called after each post or edit of a card."""
        self._poster = poster
        self._soon = timing.soon
        self._shown = shown
        self._notes: dict[str, CardNote] = {}  # by subject; newer than the stored notes just read
        self._edited_at: dict[str, float] = {}  # by subject, time.monotonic()
        self._not_before: dict[str, float] = {}  # by chat, time.monotonic()
        self._no_progress_before: dict[str, float] = {}  # the same for cards that are not final
        self._showing: dict[str, asyncio.Task[None]] = {}  # by chat
        self._known: dict[str, tuple[int, str]] = {}  # by subject: which one it was, and its chat
        self._numbers = count()
        self._postponed: dict[str, set[str]] = {}  # by chat: subjects without a card yet, for which later ones wait

    async def attend(self, subject: Subject) -> Shown:
        """Begin to post or edit a changed card; release a subject whose card is final. Raises `QueueAway`.

        A chat's subjects first come in the order of their first cards.
        """
        self._known.setdefault(subject.id, (next(self._numbers), subject.chat))
        note = note_at(subject.address, self._notes.get(subject.id)) or note_at(subject.address, subject.note)
        if note is not None and note.gone == "card" and subject.must_be_seen:
            note = None
        if note is None and subject.first is First.NEVER:
            await subject.let_go()
            return Shown.FINAL
        if note is not None:
            self._postpone_no_more(subject.id)
        else:  # later cards of the chat must not overtake it
            self._postponed.setdefault(subject.chat, set()).add(subject.id)
            if subject.first is First.LATER:
                return Shown.PENDING
        if note is not None and (note.gone or note.face == face_of(subject.card)):
            if not subject.is_open:
                await subject.let_go()
                return Shown.FINAL
            if note.gone == "chat":
                await subject.chat_gone()
            return Shown.CURRENT
        if self._has_turn(subject, note) and self._is_due(subject):
            task = asyncio.create_task(self._show(subject, note))
            self._showing[subject.chat] = task
            task.add_done_callback(lambda _: self._showing.pop(subject.chat))
        return Shown.PENDING

    def _postpone_no_more(self, subject_id: str) -> None:
        _, chat = self._known.get(subject_id, (0, ""))
        waiting = self._postponed.get(chat, set())
        waiting.discard(subject_id)
        if not waiting:
            self._postponed.pop(chat, None)

    def _has_turn(self, subject: Subject, note: CardNote | None) -> bool:
        """Whether nothing else of its chat goes first. The last edit of a card waits for no postponed first card."""
        is_last_edit = note is not None and not subject.is_open
        return subject.chat not in self._showing and (is_last_edit or not self._is_behind(subject))

    def _is_behind(self, subject: Subject) -> bool:
        """Whether an earlier subject of its chat waits for its first card."""
        waiting = self._postponed.get(subject.chat, set())
        return any(self._known[one] < self._known[subject.id] for one in waiting)

    def _is_due(self, subject: Subject) -> bool:
        """Whether the chat's limits and the pace of edits allow it now. The last edit of a card is due at once."""
        now, not_before = time.monotonic(), self._not_before.get(subject.chat, 0.0)
        if not subject.is_open:
            return now >= not_before
        due_at = self._edited_at.get(subject.id, 0.0) + self._poster.pace(subject.address) * subject.slowed
        return now >= max(due_at, not_before, self._no_progress_before.get(subject.chat, 0.0))

    async def _show(self, subject: Subject, note: CardNote | None) -> None:
        """Post or edit one card, and store the note of it. Never raises."""
        try:
            shown = (await self._put(subject, note)).model_copy(update={"at": subject.address})
            self._notes[subject.id] = shown
            await subject.keep(shown)
            self._shown()
            if shown.gone == "chat" and subject.is_open:
                await subject.chat_gone()
        except Later as why:
            log.info("card of %s: postponed: %s", subject.id, why)
            waits = self._no_progress_before if subject.is_open and note is not None else self._not_before
            waits[subject.chat] = time.monotonic() + why.seconds
        except (Away, Unconfirmed, QueueAway) as why:
            log.info("card of %s: not confirmed, will retry: %s", subject.id, why)
            self._not_before[subject.chat] = time.monotonic() + self._soon
        except Exception:
            log.exception("card of %s: unhandled exception", subject.id)
            # A card that was the last one is not tried again, or it would be tried for ever.
            given_up = note or CardNote(gone="card" if subject.is_open else "chat")
            self._notes[subject.id] = given_up.model_copy(update={"face": face_of(subject.card)})
        finally:
            # A card that was not posted stays first in its chat when the chat's wait ends.
            if note is not None or subject.id in self._notes:
                self._postpone_no_more(subject.id)
                self._edited_at[subject.id] = time.monotonic()

    async def _put(self, subject: Subject, note: CardNote | None) -> CardNote:
        """Post or edit the card. Returns the new note. Raises `Later`, `Away` and `Unconfirmed`."""
        reference = note.reference if note else ""
        card = subject.card.model_copy(update={"is_final": not subject.is_open})
        try:
            if reference:
                await self._poster.edit(subject.address, reference, card)
            else:  # none yet, or the platform refused the first one; an edit adds the picture
                card = card.model_copy(update={"picture": None})
                reference = await self._poster.post(subject.address, card)
        except CardGone:
            return CardNote(reference=reference, gone="card")
        except Unreachable:
            return CardNote(reference=reference, gone="chat")
        except (Later, Away, Unconfirmed):
            raise
        except Trouble as why:  # a later change of the card may be accepted
            log.warning("card of %s: refused: %s", subject.id, why)
        return CardNote(reference=reference, face=face_of(card))

    def forget(self, subject_id: str) -> None:
        """Drop the memory of a subject that is no longer attended to."""
        self._postpone_no_more(subject_id)
        self._known.pop(subject_id, None)
        self._notes.pop(subject_id, None)
        self._edited_at.pop(subject_id, None)

    def forget_chat(self, chat: str) -> None:
        """Drop the memory of a chat without subjects."""
        self._not_before.pop(chat, None)
        self._no_progress_before.pop(chat, None)

    def forget_all_but(self, subjects: set[str], chats: set[str]) -> None:
        """Drop the memory of subjects that are no longer attended to."""
        for gone in self._known.keys() - subjects:
            self.forget(gone)
        for gone in (self._not_before.keys() | self._no_progress_before.keys()) - chats:
            self.forget_chat(gone)

    @property
    def showing(self) -> list[asyncio.Task[None]]:
        """Posts and edits under way. A cancelled post would be repeated."""
        return list(self._showing.values())

    async def end(self) -> None:
        """Cancel posts and edits under way."""
        await cancel_and_wait(*self._showing.values())


def face_of(shown: Card) -> str:
    """A digest of a card's content, or of what it is compared by."""
    if shown.face:
        return shown.face
    # Without a picture and links the digest is that of version 0.1.0, whose cards are not edited again.
    left_out: dict[str, Any] = {"is_final": True, "face": True}
    if not shown.picture:
        left_out["picture"] = True
    if not any(button.url for row in shown.buttons for button in row):
        left_out["buttons"] = {"__all__": {"__all__": {"url", "as_app"}}}
    return hashlib.sha256(shown.model_dump_json(exclude=left_out).encode()).hexdigest()[:12]

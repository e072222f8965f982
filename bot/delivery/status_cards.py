"""What cards show: posted once, edited when something changed and the chat's pace allows, until the final state.

One loop for all kinds of cards. A kind says by its `Subject` what its card shows and where the note of it is kept.
"""

import asyncio
import hashlib
import logging
import time
from collections.abc import Callable
from enum import Enum, auto, unique
from typing import Final, Literal, Protocol

from bot.cards.cards import Card
from bot.delivery.platform import Away, CardGone, Later, Trouble, Unconfirmed, Unreachable
from bot.delivery.poster import Poster
from jobs.models import Value
from jobs.process.tasks import cancel_and_wait
from jobs.queue.connection import QueueAway

log = logging.getLogger(__name__)

SOON: Final = 2.0  # seconds before a card is tried again that could not be shown


class CardNote(Value):
    """What is stored of a card: the platform's `reference` to it, and a digest of what it shows.

    `gone` is what is there no more: the card, since somebody deleted it, or the whole chat. `at`: the subject's address
    when the card was shown; a card that was left behind when its chat moved is none.
    """

    reference: str = ""
    at: str = ""
    face: str = ""
    gone: Literal["", "card", "chat"] = ""


def note_at(address: str, note: CardNote | None) -> CardNote | None:
    """The note, None when its card is at another address."""
    return note if note is not None and note.at in ("", address) else None


@unique
class First(Enum):
    """Whether a subject that has no card yet gets one."""

    NOW = auto()
    LATER = auto()  # the next cards of its chat wait for it
    NEVER = auto()


class Subject(Protocol):
    """Something that has a card: a request, a playlist. The methods raise `QueueAway`."""

    @property
    def id(self) -> str: ...

    @property
    def chat(self) -> str: ...

    @property
    def address(self) -> str:
        """Where its card belongs, in the platform's own words."""
        ...

    @property
    def card(self) -> Card:
        """What its card is to show now."""
        ...

    @property
    def note(self) -> CardNote | None:
        """The stored note of its card, None when it has none yet."""
        ...

    @property
    def is_open(self) -> bool:
        """False when `card` is the last one."""
        ...

    @property
    def first(self) -> First: ...

    @property
    def must_be_seen(self) -> bool:
        """Whether a new card is posted when somebody deleted the one before."""
        ...

    @property
    def slowed(self) -> float:
        """How many times the platform's pace lies between two edits."""
        ...

    async def keep(self, note: CardNote) -> None:
        """Store the note of its card."""
        ...

    async def chat_gone(self) -> None:
        """End it: its chat is gone. Repeating it does no harm."""
        ...

    async def let_go(self) -> None:
        """Stop attending to it: its last card is shown, or cannot be."""
        ...


class StatusCards:
    """The cards of one platform. In each chat one is shown at a time."""

    def __init__(self, poster: Poster, shown: Callable[[], None]) -> None:
        """`shown` is called whenever a card was put into a chat or changed there."""
        self._poster = poster
        self._shown = shown
        self._notes: dict[str, CardNote] = {}  # by subject; newer than what has just been read of it
        self._edited_at: dict[str, float] = {}  # by subject, time.monotonic()
        self._not_before: dict[str, float] = {}  # by chat, time.monotonic()
        self._showing: dict[str, asyncio.Task[None]] = {}  # by chat
        self._passed: set[str] = set()  # chats of which a first card was passed over in this look: none overtakes it

    def look(self) -> None:
        """All cards are about to be attended to once more, in their order."""
        self._passed.clear()

    async def attend(self, subject: Subject) -> None:
        """Begin to show what changed, or let a subject go whose card is final. Raises `QueueAway`."""
        note = note_at(subject.address, self._notes.get(subject.id)) or note_at(subject.address, subject.note)
        if note is not None and note.gone == "card" and subject.must_be_seen:
            note = None
        if note is None and subject.first is First.LATER:
            self._passed.add(subject.chat)
        elif note is None and subject.first is First.NEVER:
            await subject.let_go()
        elif note is not None and (note.gone or note.face == _face(subject.card)):
            if not subject.is_open:
                await subject.let_go()
            elif note.gone == "chat":
                await subject.chat_gone()
        elif subject.chat not in {*self._showing, *self._passed} and self._is_due(subject):
            task = asyncio.create_task(self._show(subject, note))
            self._showing[subject.chat] = task
            task.add_done_callback(lambda _: self._showing.pop(subject.chat))
        elif note is None:  # its chat may be free, or its time have come, before the next one is looked at
            self._passed.add(subject.chat)

    def _is_due(self, subject: Subject) -> bool:
        due_at = self._edited_at.get(subject.id, 0.0) + self._poster.pace(subject.address) * subject.slowed
        return time.monotonic() >= max(due_at, self._not_before.get(subject.chat, 0.0))

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
            log.info("card of %s: it waits: %s", subject.id, why)
            self._not_before[subject.chat] = time.monotonic() + why.seconds
        except (Away, Unconfirmed, QueueAway) as why:
            log.info("card of %s: it is shown again: %s", subject.id, why)
            self._not_before[subject.chat] = time.monotonic() + SOON
        except Exception:
            log.exception("card of %s: it cannot be shown", subject.id)
            self._notes[subject.id] = (note or CardNote(gone="card")).model_copy(update={"face": _face(subject.card)})
        finally:
            # One that could not be posted is still the first in its chat when the chat may be spoken to again.
            if note is not None or subject.id in self._notes:
                self._edited_at[subject.id] = time.monotonic()

    async def _put(self, subject: Subject, note: CardNote | None) -> CardNote:
        """Show the card. Returns the new note. Raises `Later`, `Away` and `Unconfirmed`."""
        reference = note.reference if note else ""
        try:
            if reference:
                await self._poster.edit(subject.address, reference, subject.card)
            else:  # none yet, or the platform refused the first one
                reference = await self._poster.post(subject.address, subject.card)
        except CardGone:
            return CardNote(reference=reference, gone="card")
        except Unreachable:
            return CardNote(reference=reference, gone="chat")
        except (Later, Away, Unconfirmed):
            raise
        except Trouble as why:  # it will not take this one; the next change may be taken
            log.warning("card of %s: refused: %s", subject.id, why)
        return CardNote(reference=reference, face=_face(subject.card))

    def forget_all_but(self, subjects: set[str], chats: set[str]) -> None:
        """Drop what is in memory of subjects that are no longer attended to."""
        for memory, here in ((self._notes, subjects), (self._edited_at, subjects), (self._not_before, chats)):
            for gone in memory.keys() - here:
                memory.pop(gone)

    @property
    def showing(self) -> list[asyncio.Task[None]]:
        """What is on its way to the platform. Cut off there, it would be posted again, or edited for nothing."""
        return list(self._showing.values())

    async def end(self) -> None:
        """Nothing more is shown."""
        await cancel_and_wait(*self._showing.values())


def _face(shown: Card) -> str:
    """A digest of all that a card shows."""
    return hashlib.sha256(shown.model_dump_json().encode()).hexdigest()[:12]

"""What cards show: posted once, edited when something changed and the chat's pace allows, until the final state."""

import asyncio
import hashlib
import logging
import time
from collections.abc import Callable
from typing import Final, Literal

from redis.exceptions import RedisError

from bot.cards.cards import Card, card
from bot.cards.result_buttons import first_page
from bot.chats.statistics import count_end
from bot.delivery.ledger import Ledger
from bot.delivery.noted import Noted
from bot.delivery.plan import note_text
from bot.delivery.platform import Away, CardGone, Later, Platform, Trouble, Unconfirmed, Unreachable
from jobs.failures import Failure, Reason
from jobs.models import Upload, Value
from jobs.outcomes import RequestPhase, View
from jobs.parsing import parse_stored
from jobs.process.tasks import cancel_and_wait
from jobs.queue.requests import JobQueue
from jobs.store.store import ResultStore

log = logging.getLogger(__name__)

SETTLING: Final = 1.0  # seconds that a first card waits for a place in the line
SOON: Final = 2.0  # seconds before a card is tried again that could not be shown


class CardNote(Value):
    """What the queue remembers of a card: the platform's `reference` to it, and a digest of what it shows.

    `gone` is what is there no more: the card, since somebody deleted it, or the whole chat. `at`: the request's address
    when the card was shown; a card that was left behind when its chat moved is none.
    """

    reference: str = ""
    at: str = ""
    face: str = ""
    gone: Literal["", "card", "chat"] = ""


def note_of(view: View) -> CardNote | None:
    """The note of a request's card, None when it has none yet. A quiet request's is not missed before it is done."""
    unseen = CardNote(gone="card") if view.request.quiet and view.phase is not RequestPhase.DONE else None
    return (
        _here(parse_stored(CardNote, view.card), view) or unseen
    )  # of another version: a new card is better than none


def _here(note: CardNote | None, view: View) -> CardNote | None:
    return note if note is not None and note.at in ("", view.request.address) else None


class StatusCards:
    """The cards of one platform. In each chat one is shown at a time."""

    def __init__(
        self, queue: JobQueue, store: ResultStore, platform: Platform, ledger: Ledger, shown: Callable[[], None]
    ) -> None:
        """`shown` is called whenever a card was put into a chat or changed there."""
        self._shown = shown
        self._queue = queue
        self._store = store
        self._platform = platform
        self._ledger = ledger
        self._notes: dict[str, CardNote] = {}  # by request; newer than what a look at the queue has just read
        self._edited_at: dict[str, float] = {}  # by request, time.monotonic()
        self._not_before: dict[str, float] = {}  # by chat, time.monotonic()
        self._showing: dict[str, asyncio.Task[None]] = {}  # by chat
        self._passed: set[str] = set()  # chats of which a first card was passed over in this look: none overtakes it

    def look(self) -> None:
        """All cards are about to be attended to once more, in their order."""
        self._passed.clear()

    async def attend(self, view: View, crowd: int = 1) -> None:
        """Begin to show what changed, or let a request go whose card is final. Raises `RedisError`.

        `crowd`: so many cards of this chat change meanwhile, and share the pace of one.
        """
        request = view.request
        note = _here(self._notes.get(request.id), view) or note_of(view)
        noted = (
            await self._ledger.read(request.id) if view.phase in (RequestPhase.SENDING, RequestPhase.DONE) else Noted()
        )
        new = self._card(view, noted)
        if note is not None and note.gone == "card" and (view.phase is RequestPhase.FAILED or noted.uncertain):
            note = None  # there is something to say that a person must not miss
        if note is None and _is_settling(view):
            self._passed.add(request.chat)
            return
        if note is None and view.phase is RequestPhase.CANCELLED:
            await self._let_go(view)
        elif note is not None and (note.gone or note.face == _face(new)):
            if not view.is_open:
                await self._let_go(view)
        elif request.chat not in {*self._showing, *self._passed} and self._is_due(view, crowd):
            task = asyncio.create_task(self._show(view, note, new))
            self._showing[request.chat] = task
            task.add_done_callback(lambda _: self._showing.pop(request.chat))
        elif note is None:  # its chat may be free, or its time have come, before the next one is looked at
            self._passed.add(request.chat)

    async def card(self, view: View) -> Card:
        """What a request's card shows, or would. Raises `RedisError`."""
        return self._card(view, await self._ledger.read(view.request.id))

    def _card(self, view: View, noted: Noted) -> Card:
        language = view.request.language
        return card(
            view,
            language,
            manifest=self._store.manifest(view.request.track_id) or noted.memo.manifest,
            notes=[note_text(note, language) for note in noted.memo.notes],
            uncertain=noted.uncertain,
            offers=first_page(view.request, language) if view.phase is RequestPhase.DONE else (),
        )

    def _is_due(self, view: View, crowd: int) -> bool:
        now = time.monotonic()
        pace = self._platform.pace(view.request)
        if crowd > 1 and view.phase is RequestPhase.WAITING and view.ahead is not None:
            pace *= 2 * crowd  # places in a line change all at once, and are not what a chat's few edits are for
        due_at = self._edited_at.get(view.request.id, 0.0) + pace
        return now >= max(due_at, self._not_before.get(view.request.chat, 0.0))

    async def _let_go(self, view: View) -> None:
        await count_end(self._queue.redis, view)
        await self._queue.let_go(view.request.id, self._platform.name)

    async def _show(self, view: View, note: CardNote | None, new: Card) -> None:
        """Post or edit one card, and remember it. Never raises."""
        request = view.request
        try:
            shown = (await self._put(view, note, new)).model_copy(update={"at": request.address})
            self._notes[request.id] = shown
            await self._queue.set_card(request.id, shown.model_dump_json())
            self._shown()
            if shown.gone == "chat" and view.is_open:
                await self._queue.fail(request.id, Failure(reason=Reason.CANCELLED, detail="nobody is there"))
        except Later as why:
            log.info("request %s: its card waits: %s", request.id, why)
            self._not_before[request.chat] = time.monotonic() + why.seconds
        except (Away, Unconfirmed, RedisError) as why:
            log.info("request %s: its card is shown again: %s", request.id, why)
            self._not_before[request.chat] = time.monotonic() + SOON
        except Exception:
            log.exception("request %s: its card cannot be shown", request.id)
            self._notes[request.id] = (note or CardNote(gone="card")).model_copy(update={"face": _face(new)})
        finally:
            # One that could not be posted is still the first in its chat when the chat may be spoken to again.
            if note is not None or request.id in self._notes:
                self._edited_at[request.id] = time.monotonic()

    async def _put(self, view: View, note: CardNote | None, new: Card) -> CardNote:
        """Show `new`. Returns what is to be remembered. Raises `Later`, `Away` and `Unconfirmed`."""
        reference = note.reference if note else ""
        try:
            if note is None:
                reference = await self._platform.post(view.request, new)
            else:
                await self._platform.edit(view.request, reference, new)
        except CardGone:
            return CardNote(reference=reference, gone="card")
        except Unreachable:
            return CardNote(reference=reference, gone="chat")
        except (Later, Away, Unconfirmed):
            raise
        except Trouble as why:  # it will not take this one; the next change may be taken
            log.warning("request %s: its card was refused: %s", view.request.id, why)
        return CardNote(reference=reference, face=_face(new))

    def forget_all_but(self, requests: set[str], chats: set[str]) -> None:
        """What is remembered in memory of requests that are no longer attended to."""
        for request_id in self._notes.keys() - requests:
            self._notes.pop(request_id)
        for request_id in self._edited_at.keys() - requests:
            self._edited_at.pop(request_id)
        for chat in self._not_before.keys() - chats:
            self._not_before.pop(chat)

    @property
    def showing(self) -> list[asyncio.Task[None]]:
        """What is on its way to the platform. Cut off there, it would be posted again, or edited for nothing."""
        return list(self._showing.values())

    async def end(self) -> None:
        """Nothing more is shown."""
        await cancel_and_wait(*self._showing.values())


def _is_settling(view: View) -> bool:
    """Whether a request is just being put into the line: in the next moment its place is known, and worth showing."""
    placed = view.progress is not None or view.ahead is not None
    between = view.phase is RequestPhase.RECEIVING and not isinstance(view.request.source, Upload)
    between = between or (view.phase is RequestPhase.WAITING and not placed)
    return between and time.time() - view.request.created_at < SETTLING


def _face(shown: Card) -> str:
    """A digest of all that a card shows."""
    return hashlib.sha256(shown.model_dump_json().encode()).hexdigest()[:12]

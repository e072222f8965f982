"""Batches of files or links: one message counts the queued ones, and offers to start the others later.

Each file of an album is a separate message. The bot collects a batch for a moment before it posts the message;
later files edit it. Redis also holds the list of batches without an up-to-date message.
"""

import asyncio
import hashlib
import logging
import time
from collections.abc import Callable
from typing import Final

from bot.cards.cards import Card
from bot.chats.leftovers import (
    Batch,
    LeftOut,
    Leftover,
    Leftovers,
    batch_id,
    leftover_card,
)
from bot.chats.untold import UntoldBatches
from bot.conversation.values import Incoming
from bot.delivery.platform import Away, CardGone, Later, Trouble, Unconfirmed
from bot.delivery.poster import Poster
from bot.delivery.timing import USUAL, Timing
from bot.texts import Language, negotiate
from jobs.models import Request
from jobs.process.tasks import cancel_and_wait, wait_for_event
from jobs.queue.connection import QueueAway
from jobs.queue.requests import JobQueue

log = logging.getLogger(__name__)

#: Longest time between two files of one batch that a person sends one by one, in seconds.
TOGETHER: Final = 4.0


class Batches:
    """The batches of one platform."""

    def __init__(
        self, queue: JobQueue, poster: Poster, limit: Callable[[Language], str], timing: Timing = USUAL
    ) -> None:
        """`limit`: the largest accepted file, in words."""
        self._timing = timing
        self.leftovers = Leftovers(queue.redis)
        self._poster = poster
        self._limit = limit
        self._untold = UntoldBatches(queue.redis, poster.name)
        self._woken = asyncio.Event()
        self._lately: dict[tuple[str, str], tuple[str, float]] = {}  # (chat, asker) → batch, time

    def batch(self, incoming: Incoming, *, alone: bool = False) -> Batch:
        """The batch of a message: of its album, of itself if `alone`, or of the sender's files just before."""
        asker, together = incoming.asker, incoming.place.message
        if incoming.album and not alone:
            together = f"album {incoming.album}"
        elif not alone:
            who, now = (asker.chat, asker.person), time.monotonic()
            self._lately = {one: said for one, said in self._lately.items() if now - said[1] < TOGETHER}
            together = self._lately.get(who, (together, now))[0]
            self._lately[who] = together, now
        return Batch(
            id=batch_id(asker.chat, asker.person, together),
            chat=asker.chat,
            asker=asker.person,
            address=incoming.place.address,
            language=asker.language,
        )

    async def started(self, batch: Batch, request: Request) -> None:
        """Note that a file of an album is queued."""
        await self.leftovers.started(batch, request)
        await self._touch(batch)

    async def hold(self, batch: Batch, request: Request, why: str) -> None:
        """Keep a file that does not fit now. `why`: a sentence."""
        await self.leftovers.hold_back(batch, request, why=why)
        await self._touch(batch)

    async def leave_out(self, batch: Batch, message: str, away: LeftOut) -> None:
        """Note that a file of an album is refused. `message`: the id of its message."""
        await self.leftovers.leave_out(batch, message, away)
        await self._touch(batch)

    async def _touch(self, batch: Batch) -> None:
        await self._untold.add(batch.id)
        self._woken.set()

    # --- messages --------------------------------------------------------------------------------------------------

    async def attend(self) -> None:
        """Post the messages of batches until cancelled. Never raises otherwise."""
        while True:
            self._woken.clear()
            wait = self._timing.batch_again
            try:
                wait = await self._look()
            except QueueAway as error:
                log.warning("batches unreachable: %s", error)
            except Exception:
                log.exception("batch message failed, will retry")
            await wait_for_event(self._woken, wait)

    async def _look(self) -> float:
        """Post the message of a batch unchanged for a moment. Returns seconds until the next look."""
        first = await self._untold.first()
        if first is None:
            return self._timing.batch_again
        id_, touched = first
        if (left := touched + self._timing.batch - time.time()) > 0:
            return left
        telling = asyncio.create_task(self._tell(id_))
        try:
            told = await asyncio.shield(telling)
        except asyncio.CancelledError:  # else a message without its note would be sent twice
            await asyncio.wait({telling}, timeout=self._timing.grace)
            await cancel_and_wait(telling)
            raise
        if told:
            await self._untold.told(id_, touched)
        else:  # try again, after the others
            await self._untold.add(id_, after=self._timing.batch_again)
        return 0.0

    async def _tell(self, id_: str) -> bool:
        """Post or edit the message of a batch. False if that has to be tried again."""
        known = await self.leftovers.read(id_)
        if known is None or not known.is_worth_telling:
            return True
        try:
            await self._say(known)
        except (Later, Away, Unconfirmed) as why:
            log.info("batch %s: message not sent, will retry: %s", id_, why)
            return False
        except Trouble as why:  # the chat no longer exists, or the platform refuses the message
            log.info("batch %s: message not sent: %s", id_, why)
        return True

    async def _say(self, known: Leftover) -> None:
        """Raises `Trouble`."""
        batch = known.batch
        shown = leftover_card(known, limit=self._limit(negotiate(batch.language)))
        face = hashlib.sha256(shown.model_dump_json().encode()).hexdigest()[:12]
        if face == known.face:
            return
        card = known.card if known.card and await self._edited(batch, known.card, shown) else ""
        card = card or await self._poster.post(batch.address, shown)
        await self.leftovers.note_card(batch, card, face)

    async def _edited(self, batch: Batch, card: str, shown: Card) -> bool:
        """Edit the message. False if it no longer exists: deleted, or the group got a new id."""
        try:
            await self._poster.edit(batch.address, card, shown)
        except CardGone:
            return False
        return True

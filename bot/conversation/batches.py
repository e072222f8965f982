"""Several files or links at once: one message says how many are in line, and offers to start the others later.

Files of an album come as messages of their own. Their batch is collected for a moment before anything is said of it;
what comes later changes the message. Which batches are still to be told of is in Redis too.
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
from bot.delivery import follow
from bot.delivery.platform import Away, CardGone, Later, Trouble, Unconfirmed
from bot.delivery.poster import Poster
from bot.texts import Language, negotiate
from jobs.models import Request
from jobs.process.tasks import cancel_and_wait
from jobs.queue.connection import QueueAway
from jobs.queue.requests import JobQueue

log = logging.getLogger(__name__)

#: Seconds without another file of a batch, after which it is told of.
MOMENT: Final = 1.2
#: Seconds between two looks where there is nothing new, and until somebody is told who could not be.
PAUSE: Final = 5.0
#: Seconds between two files that somebody sends one by one, and that still count as sent together.
TOGETHER: Final = 4.0


class Batches:
    """The batches of one platform."""

    def __init__(self, queue: JobQueue, poster: Poster, limit: Callable[[Language], str]) -> None:
        """`limit`: the largest file that we take, in words."""
        self.leftovers = Leftovers(queue.redis)
        self._poster = poster
        self._limit = limit
        self._untold = UntoldBatches(queue.redis, poster.name)
        self._woken = asyncio.Event()
        self._lately: dict[tuple[str, str], tuple[str, float]] = {}  # by chat and asker: what together, and when

    def batch(self, incoming: Incoming, *, alone: bool = False) -> Batch:
        """The batch of a message: its album, itself when it is `alone`, or what its sender sent just before."""
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
        """A file of an album is in line."""
        await self.leftovers.started(batch, request)
        await self._touch(batch)

    async def hold(self, batch: Batch, request: Request, why: str) -> None:
        """A file does not fit now. `why`: in a sentence."""
        await self.leftovers.hold_back(batch, request, why=why)
        await self._touch(batch)

    async def leave_out(self, batch: Batch, message: str, away: LeftOut) -> None:
        """A file of an album will not be taken. `message`: the id of its message."""
        await self.leftovers.leave_out(batch, message, away)
        await self._touch(batch)

    async def _touch(self, batch: Batch) -> None:
        await self._untold.add(batch.id)
        self._woken.set()

    # --- told of ---------------------------------------------------------------------------------------------------

    async def attend(self) -> None:
        """Tell of batches until cancelled. Nothing else ends it."""
        while True:
            self._woken.clear()
            wait = PAUSE
            try:
                wait = await self._look()
            except QueueAway as error:
                log.warning("what did not fit is out of reach: %s", error)
            except Exception:
                log.exception("a look at what did not fit failed")
            try:
                async with asyncio.timeout(wait):
                    await self._woken.wait()
            except TimeoutError:
                pass

    async def _look(self) -> float:
        """Tell of a batch that nothing was added to for a moment. Returns seconds until the next look."""
        first = await self._untold.first()
        if first is None:
            return PAUSE
        id_, touched = first
        if (left := touched + MOMENT - time.time()) > 0:
            return left
        telling = asyncio.create_task(self._tell(id_))
        try:
            told = await asyncio.shield(telling)
        except asyncio.CancelledError:  # cut off between a message and its note, the next bot would say it again
            await asyncio.wait({telling}, timeout=follow.GRACE)
            await cancel_and_wait(telling)
            raise
        if told:
            await self._untold.told(id_, touched)
        else:  # behind the others, and once more
            await self._untold.add(id_, after=PAUSE)
        return 0.0

    async def _tell(self, id_: str) -> bool:
        """Say, or say anew, how a batch stands. False when that has to be tried again."""
        known = await self.leftovers.read(id_)
        if known is None or not known.is_worth_telling:
            return True
        try:
            await self._say(known)
        except (Later, Away, Unconfirmed) as why:
            log.info("batch %s: told later: %s", id_, why)
            return False
        except Trouble as why:  # the chat is gone, or the platform refuses this message
            log.info("batch %s: not told: %s", id_, why)
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
        """Change the message. False when it is gone: deleted, or in a group that has another id now."""
        try:
            await self._poster.edit(batch.address, card, shown)
        except CardGone:
            return False
        return True

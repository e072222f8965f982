"""Delivery, once: each part is noted before it is sent and when the platform confirmed it.

A part found half-way, after a restart or because the platform's answer got lost, may have arrived: it is *uncertain*,
never resent blindly, and offered by a button. Everything noted lies in the queue, under the request.
"""

import logging
from collections.abc import Sequence
from enum import StrEnum, unique
from typing import Final

from pydantic import Field

from bot.delivery.inbox import bring
from bot.delivery.instant import Before, InstantDelivery
from bot.delivery.plan import Kind, Limits, Note, Part, Plan, foreseen, plan
from bot.delivery.platform import Away, Platform, Refused, Sent, TooLarge, Trouble, Unconfirmed, UnknownFile
from bot.delivery.sizes import USUAL_RATE
from jobs.failures import Reason, failed
from jobs.models import Rendition, Request, Upload, Value
from jobs.outcomes import Manifest, Rendered, View
from jobs.parsing import parse_stored
from jobs.queue import sent_files
from jobs.queue.recipe import Recipe, current_recipe
from jobs.queue.requests import JobQueue
from jobs.store.store import ResultStore

log = logging.getLogger(__name__)

#: How often one request goes back to the worker from here. Each smaller encoding is one; then something is wrong.
RETURNS: Final = 16

_MEMO: Final = "~memo"  # beside the parts; no part is called so


@unique
class PartState(StrEnum):
    DUE = "due"  # to be sent, or sent again
    SENDING = "sending"
    SENT = "sent"
    UNCERTAIN = "uncertain"


class PartNote(Value):
    """What is known of one part."""

    state: PartState
    sent: Sent | None = None


class Memo(Value):
    """What is known of the delivery as a whole: limits learnt from the platform's refusals, and the plan's notes.

    `manifest` is kept of a track that is delivered though the store has it no more.
    """

    limits: Limits | None = None
    notes: tuple[Note, ...] = ()
    returns: int = 0
    manifest: Manifest | None = None


class Noted(Value):
    """A delivery as noted so far."""

    memo: Memo = Memo()
    parts: dict[str, PartNote] = Field(default_factory=dict)

    @property
    def is_untouched(self) -> bool:
        """Nothing was sent, and nothing asked for once more."""
        return self.memo.returns == 0 and all(note.state is PartState.DUE for note in self.parts.values())

    @property
    def uncertain(self) -> tuple[str, ...]:
        """Parts that a button offers to send again."""
        return tuple(part for part, note in self.parts.items() if note.state is PartState.UNCERTAIN)


class Ledger:
    """Runs delivery plans on one platform."""

    def __init__(self, queue: JobQueue, store: ResultStore, platform: Platform) -> None:
        self._queue = queue
        self._store = store
        self._platform = platform
        self.instant = InstantDelivery(queue, platform.name, platform.limits)

    async def read(self, request_id: str) -> Noted:
        noted = await self._queue.parts(request_id)
        memo = parse_stored(Memo, noted.pop(_MEMO, "")) or Memo()
        lost = PartNote(state=PartState.UNCERTAIN)  # it may have been sent
        return Noted(memo=memo, parts={part: parse_stored(PartNote, note) or lost for part, note in noted.items()})

    async def needs(self, request: Request) -> tuple[Rendition, ...]:
        """What has to be rendered of the stems in the store before a request can be delivered."""
        manifest = self._store.manifest(request.track_id)
        if manifest is None:
            return request.wish.renditions
        return (await self._plan(manifest, request, self._platform.limits)).needs

    async def foresee(self, view: View) -> None:
        """The length of a song is known now: have made what will fit, instead of more than that first."""
        request, seconds = view.request, view.progress.seconds if view.progress else None
        if not seconds or self._store.manifest(request.track_id) is not None:  # then more than that is known
            return
        recipe = await current_recipe(self._queue.redis)
        fitting = foreseen(request.source, seconds, request.wish, self._platform.limits, _usual(recipe))
        if fitting != request.wish.renditions and not (await self.read(request.id)).memo.returns:
            log.info("request %s: %.0f s long, so %s", request.id, seconds, ", ".join(one.key for one in fitting))
            await self._queue.revise(request, fitting)

    async def deliver(self, request: Request) -> None:
        """Send what is not sent yet; close the request when nothing is left, or send it back for what is missing.

        Raises `Trouble`, and `Failed` when there is no way to deliver it.
        """
        while not await self._deliver_as_planned(request):
            pass

    async def _deliver_as_planned(self, request: Request) -> bool:
        """False when there is another plan now: the platform refused a part's size, or lost a file it once had."""
        noted = await self.read(request.id)
        stored = self._store.manifest(request.track_id)
        limits = noted.memo.limits or self._platform.limits
        before = await self.instant.find(request) if noted.memo.limits is None else None
        if before is None:
            # Its time in the store is over; or it is another engine's, as after a change of settings.
            if stored is None or (noted.is_untouched and not await self._would_be_made(stored)):
                await self._return(request, noted.memo, request.wish.renditions, quick=False)
                return True
            before = Before(manifest=stored, plan=await self._plan(stored, request, limits))
        planned = before.plan
        if planned.needs:
            await self._return(request, noted.memo, planned.needs)
            return True
        about = {"notes": planned.notes, "manifest": before.manifest if stored is None else None}
        memo = noted.memo.model_copy(update=about)
        if memo != noted.memo:
            await self._queue.note_part(request.id, _MEMO, memo.model_dump_json())
        if not planned.parts:
            sizes = {"bytes": planned.smallest, "limit_bytes": limits.file_bytes}
            raise failed(Reason.UNSENDABLE, f"nothing fits into {limits}", **sizes)
        if not await self._queue.sending(request.id):
            return True  # cancelled meanwhile
        await sent_files.hold(self._queue.redis, request.track_id, request.chat)
        known = await sent_files.known_files(
            self._queue.redis, self._platform.name, [piece.key for part in planned.parts for piece in part.pieces]
        )
        for part in planned.parts:
            try:
                await self._send_once(request, part, known, noted.parts.get(part.id))
            except TooLarge as why:
                tighter = _tighter(limits, part)
                log.warning("request %s: %s refused at %d bytes: %s", request.id, part.id, part.bytes_, why)
                memo = memo.model_copy(update={"limits": tighter})
                await self._queue.note_part(request.id, _MEMO, memo.model_dump_json())
                return False
            except UnknownFile as why:
                log.info("request %s: %s has to be uploaded again: %s", request.id, part.id, why)
                files = [piece.key for piece in part.pieces]
                await sent_files.forget_files(self._queue.redis, self._platform.name, files)
                return False
        await self.instant.remember(request, before.manifest, planned)
        await self._queue.done(request.id)
        return True

    async def _would_be_made(self, manifest: Manifest) -> bool:
        recipe = await current_recipe(self._queue.redis)
        return recipe is None or recipe.would_make(manifest)

    async def _plan(self, manifest: Manifest, request: Request, limits: Limits) -> Plan:
        """The plan from what is in the store, needing only what is not there as it would be made now."""
        recipe = await current_recipe(self._queue.redis)
        rendered: list[Rendered] = []
        while True:
            planned = plan(manifest, rendered, request.wish, limits, _usual(recipe))
            stored = [self._store.rendered(manifest.track_id, need) for need in planned.needs]
            here = [one for one in stored if one is not None and (recipe is None or recipe.would_render(one))]
            if not here:
                return planned
            rendered += here

    async def _return(
        self, request: Request, memo: Memo, renditions: Sequence[Rendition], *, quick: bool = True
    ) -> None:
        """Back to the worker, for what is missing in the store."""
        if memo.returns >= RETURNS:
            raise failed(Reason.INTERNAL, "the worker's results are not in the store: do both use the same one?")
        if not quick and isinstance(request.source, Upload):
            await bring(self._store, self._platform, request.source)
        log.info("request %s: back for %s", request.id, ", ".join(one.key for one in renditions))
        memo = memo.model_copy(update={"returns": memo.returns + 1})
        await self._queue.note_part(request.id, _MEMO, memo.model_dump_json())
        await self._queue.want(request, renditions, quick=quick)

    async def _send_once(self, request: Request, part: Part, known: dict[str, str], note: PartNote | None) -> None:
        match note.state if note else PartState.DUE:
            case PartState.SENT | PartState.UNCERTAIN:
                return
            case PartState.SENDING:  # by a process that died, or could not write down how it ended
                await self._note(request, part.id, PartState.UNCERTAIN)
                return
            case PartState.DUE:
                await self._note(request, part.id, PartState.SENDING)
        try:
            sent = await self._platform.send(request, part, known)
        except Unconfirmed as why:
            log.warning("request %s: %s may have arrived: %s", request.id, part.id, why)
            await self._note(request, part.id, PartState.UNCERTAIN)
        except (Trouble, OSError) as why:
            if part.kind is Kind.PHOTO and isinstance(why, Refused | TooLarge | OSError):
                log.warning("request %s: it goes without its picture: %r", request.id, why)
                await self._note(request, part.id, PartState.SENT)
                return
            await self._note(request, part.id, PartState.DUE)  # nothing arrived
            if isinstance(why, OSError):  # a file left the store under our hands: the next plan knows
                raise Away(repr(why)) from why
            raise
        else:
            await self._note(request, part.id, PartState.SENT, sent)
            files = {piece.key: file for piece, file in zip(part.pieces, sent.files, strict=True)}
            await sent_files.remember_files(self._queue.redis, self._platform.name, files)

    async def resend(self, request: Request, part: str) -> bool:
        """Somebody says that an uncertain part did not arrive: send it again. False when there is nothing to send."""
        note = (await self.read(request.id)).parts.get(part)
        if note is None or note.state not in (PartState.UNCERTAIN, PartState.DUE):
            return False
        await self._note(request, part, PartState.DUE)
        return await self._queue.reopen(request)

    async def _note(self, request: Request, part: str, state: PartState, sent: Sent | None = None) -> None:
        await self._queue.note_part(request.id, part, PartNote(state=state, sent=sent).model_dump_json())


def _usual(recipe: Recipe | None) -> int:
    """The bit rate that MP3 and M4A have unless a lower one is asked for, in kbit/s."""
    return recipe.kbps if recipe else USUAL_RATE


def _tighter(limits: Limits, part: Part) -> Limits:
    """Limits under which a part that was refused for its size is planned differently."""
    if len(part.pieces) > 1:
        return limits.model_copy(update={"request_bytes": part.bytes_ - 1})
    smaller = part.bytes_ - 1
    return limits.model_copy(update={"file_bytes": smaller, "request_bytes": min(smaller, limits.request_bytes)})

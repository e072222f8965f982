"""Delivery, once: each part is noted before it is sent and when the platform confirmed it.

A part found half-way, after a restart or because the platform's answer got lost, may have arrived: it is *uncertain*,
never resent blindly, and offered by a button. Everything noted lies in the queue, under the request.

A delivery gathers facts, has `bot/delivery/decide.py` decide on one step, applies it, and starts over.
"""

import logging
from typing import Final

from bot.delivery.decide import (
    Begin,
    Facts,
    Finish,
    GiveUp,
    MarkUncertain,
    NoteMemo,
    Send,
    SendBack,
    Step,
    Stop,
    decide,
    stored_plan,
    usual_rate,
)
from bot.delivery.inbox import bring
from bot.delivery.instant import InstantDelivery
from bot.delivery.noted import Memo, Noted, PartNote, PartState
from bot.delivery.plan import Kind, Part, foreseen
from bot.delivery.platform import Away, Platform, Refused, Sent, TooLarge, Trouble, Unconfirmed, UnknownFile
from jobs.failures import Failed
from jobs.models import Rendition, Request, Upload
from jobs.outcomes import View
from jobs.parsing import parse_stored
from jobs.queue.recipe import current_recipe
from jobs.queue.requests import JobQueue
from jobs.store.store import ResultStore

log = logging.getLogger(__name__)

_MEMO: Final = "~memo"  # beside the parts; no part is called so


class Ledger:
    """Runs deliveries on one platform."""

    def __init__(self, queue: JobQueue, store: ResultStore, platform: Platform) -> None:
        self._queue = queue
        self._store = store
        self._platform = platform
        self.instant = InstantDelivery(queue, platform.name, platform.limits)
        self._sent_files = self.instant.sent_files

    async def read(self, request_id: str) -> Noted:
        noted = await self._queue.parts(request_id)
        memo = parse_stored(Memo, noted.pop(_MEMO, "")) or Memo()
        lost = PartNote(state=PartState.UNCERTAIN)  # it may have been sent
        return Noted(memo=memo, parts={part: parse_stored(PartNote, note) or lost for part, note in noted.items()})

    async def needs(self, request: Request) -> tuple[Rendition, ...]:
        """What has to be rendered of the stems in the store before a request can be delivered."""
        manifest = self._store.manifest(request.track_id)
        if manifest is None:
            return request.order.renditions
        rendered, recipe = self._store.renditions(request.track_id), await current_recipe(self._queue.redis)
        return stored_plan(manifest, rendered, request.order, self._platform.limits, recipe).needs

    async def foresee(self, view: View) -> None:
        """The length of a song is known now: have made what will fit, instead of more than that first."""
        request, seconds = view.request, view.progress.seconds if view.progress else None
        if not seconds or self._store.manifest(request.track_id) is not None:  # then more than that is known
            return
        recipe = await current_recipe(self._queue.redis)
        fitting = foreseen(request.source, seconds, request.order, self._platform.limits, usual_rate(recipe))
        if fitting != request.order.renditions and not (await self.read(request.id)).memo.returns:
            log.info("request %s: %.0f s long, so %s", request.id, seconds, ", ".join(one.key for one in fitting))
            await self._queue.revise(request, fitting)

    async def deliver(self, request: Request) -> None:
        """Send what is not sent yet; close the request when nothing is left, or send it back for what is missing.

        Raises `Trouble`, and `Failed` when there is no way to deliver it.
        """
        while await self._apply(request, decide(await self._gather(request))):
            pass

    async def resend(self, request: Request, part: str) -> bool:
        """Somebody says that an uncertain part did not arrive: send it again. False when there is nothing to send."""
        note = (await self.read(request.id)).parts.get(part)
        if note is None or note.state not in (PartState.UNCERTAIN, PartState.DUE):
            return False
        await self._note(request, part, PartState.DUE)
        return await self._queue.reopen(request)

    async def _gather(self, request: Request) -> Facts:
        return Facts(
            request=request,
            phase=await self._queue.phase(request.id),
            noted=await self.read(request.id),
            limits=self._platform.limits,
            recipe=await current_recipe(self._queue.redis),
            before=await self.instant.find(request),
            manifest=self._store.manifest(request.track_id),
            rendered=self._store.renditions(request.track_id),
        )

    async def _apply(self, request: Request, step: Step) -> bool:
        """Do one step. False when it was the last one. Raises `Trouble` and `Failed`."""
        match step:
            case Stop():
                return False
            case GiveUp(failure):
                raise Failed(failure)
            case SendBack(renditions, memo, quick):
                if not quick and isinstance(request.source, Upload):
                    await bring(self._store, self._platform, request.source)
                log.info("request %s: back for %s", request.id, ", ".join(one.key for one in renditions))
                await self._note_memo(request, memo)
                await self._queue.want(request, renditions, quick=quick)
                return False
            case NoteMemo(memo):
                await self._note_memo(request, memo)
            case Begin():
                await self._queue.sending(request.id)
            case MarkUncertain(part):
                await self._note(request, part, PartState.UNCERTAIN)
            case Send(part, if_too_large):
                await self._send(request, part, if_too_large)
            case Finish(manifest, plan):
                await self.instant.remember(request, manifest, plan)
                await self._queue.done(request.id)
                return False
        return True

    async def _send(self, request: Request, part: Part, if_too_large: Memo) -> None:
        """Send a part, noted before and after. Raises `Trouble` unless the next plan or step takes account of it."""
        files = [piece.key for piece in part.pieces]
        await self._sent_files.hold(request.track_id, request.chat)
        known = await self._sent_files.known(files)
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
            match why:
                case OSError():  # a file left the store meanwhile: the next plan knows
                    raise Away(repr(why)) from why
                case TooLarge():
                    log.warning("request %s: %s refused at %d bytes: %s", request.id, part.id, part.bytes_, why)
                    await self._note_memo(request, if_too_large)
                case UnknownFile():
                    log.info("request %s: %s has to be uploaded again: %s", request.id, part.id, why)
                    await self._sent_files.forget(files)
                case _:
                    raise
        else:
            await self._note(request, part.id, PartState.SENT, sent)
            ids = dict(zip(files, sent.files, strict=True))
            await self._sent_files.remember(ids)

    async def _note(self, request: Request, part: str, state: PartState, sent: Sent | None = None) -> None:
        await self._queue.note_part(request.id, part, PartNote(state=state, sent=sent).model_dump_json())

    async def _note_memo(self, request: Request, memo: Memo) -> None:
        await self._queue.note_part(request.id, _MEMO, memo.model_dump_json())

"""Delivery at most once: each part is noted before it is sent and after the platform confirmed it.

A part without a confirmation, after a restart or a lost answer, may have arrived: it is *uncertain*, and only a button
sends it again. The notes are stored in the queue, under the request.

A delivery gathers facts, lets `bot/delivery/planning/decide.py` decide on one step, applies it, and repeats.
"""

import logging
from collections.abc import Awaitable, Callable
from typing import Final

from bot.cards.cards import Card
from bot.delivery.files.inbox import bring
from bot.delivery.instant import InstantDelivery
from bot.delivery.planning.decide import (
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
from bot.delivery.planning.noted import Memo, Noted, PartNote, PartState
from bot.delivery.planning.plan import Part, foreseen
from bot.delivery.platform import Away, Platform, Sent, TooLarge, Trouble, Unconfirmed, UnknownFile
from jobs.failures import Failed
from jobs.models import Rendition, Request, TrackId, Upload
from jobs.parsing import parse_stored
from jobs.progress import View
from jobs.queue.catalogue import Catalogue
from jobs.queue.recipe import current_recipe
from jobs.queue.repertoires import Repertoires
from jobs.queue.requests import JobQueue
from jobs.results import Made

log = logging.getLogger(__name__)

_MEMO: Final = "~memo"  # a key beside the parts; no part has this id


class Ledger:
    """Runs deliveries on one platform. `repertoires`: where they are noted for sharing."""

    def __init__(
        self, queue: JobQueue, catalogue: Catalogue, platform: Platform, repertoires: Repertoires | None = None
    ) -> None:
        self._queue = queue
        self._catalogue = catalogue
        self._platform = platform
        self.instant = InstantDelivery(queue, platform.name, platform.limits, repertoires)
        self._sent_files = self.instant.sent_files

    async def read(self, request_id: str) -> Noted:
        noted = await self._queue.parts(request_id)
        memo = parse_stored(Memo, noted.pop(_MEMO, "")) or Memo()
        lost = PartNote(state=PartState.UNCERTAIN)  # it may have been sent
        return Noted(memo=memo, parts={part: parse_stored(PartNote, note) or lost for part, note in noted.items()})

    async def needs(self, request: Request) -> tuple[Rendition, ...]:
        """The renditions that a request's delivery still needs."""
        made, recipe = await self._catalogue.read(request.track_id), await current_recipe(self._queue.redis)
        if made.manifest is None:
            return request.order.renditions
        return stored_plan(
            made.manifest, made.renditions, request.order, self._platform.limits(request.address), recipe
        ).needs

    async def foresee(self, view: View) -> None:
        """Once the length of a song is known, replace the queued renditions by those that fit the limits."""
        request, seconds = view.request, view.progress.seconds if view.progress else None
        if not seconds or view.manifest is not None:  # the manifest tells more than the length
            return
        recipe = await current_recipe(self._queue.redis)
        fitting = foreseen(
            request.source, seconds, request.order, self._platform.limits(request.address), usual_rate(recipe)
        )
        if fitting != request.order.renditions and not (await self.read(request.id)).memo.returns:
            log.info("request %s: %.0f s long, so %s", request.id, seconds, ", ".join(one.key for one in fitting))
            await self._queue.revise(request, fitting)

    async def deliver(self, request: Request, *, is_listed: bool = False) -> None:
        """Send the unsent parts, then close the request; or return it to the worker for missing renditions.

        `is_listed`: its result is a line on another card. Raises `Trouble`, and `Failed` if it cannot be delivered.
        """
        while await self._apply(request, decide(await self._gather(request, is_listed=is_listed))):
            pass

    async def resend(self, request: Request, part: str) -> bool:
        """Send an uncertain part again, at a person's request. False if the part is not uncertain."""
        note = (await self.read(request.id)).parts.get(part)
        if note is None or note.state not in (PartState.UNCERTAIN, PartState.DUE):
            return False
        await self._note(request, part, PartState.DUE)
        return await self._queue.reopen(request)

    async def _gather(self, request: Request, *, is_listed: bool) -> Facts:
        made = await self._read(request, self._catalogue.read)
        return Facts(
            request=request,
            phase=await self._queue.phase(request.id),
            noted=await self.read(request.id),
            limits=self._platform.limits(request.address),
            recipe=await current_recipe(self._queue.redis),
            before=await self.instant.find(request),
            sends_once=self._platform.sends_once,
            has_picture=await self._sent_files.has_picture(request.track_id, request.chat),
            manifest=made.manifest,
            rendered=made.renditions,
            is_listed=is_listed,
        )

    async def _read(self, request: Request, how: Callable[[TrackId], Awaitable[Made]]) -> Made:
        """What the store has of a request's track. Raises `Away` when it does not say so."""
        try:
            return await how(request.track_id)
        except OSError as why:
            raise Away(repr(why)) from why

    async def _apply(self, request: Request, step: Step) -> bool:
        """Do one step. False when it was the last one. Raises `Trouble` and `Failed`."""
        match step:
            case Stop():
                return False
            case GiveUp(failure):
                raise Failed(failure)
            case SendBack(renditions, memo, quick):
                if quick and (await self._read(request, self._catalogue.refresh)).manifest is None:
                    return True  # the note was wrong: decide again
                if not quick and isinstance(request.source, Upload):
                    await bring(self._catalogue.store, self._platform, request.source)
                log.info("request %s: returned for %s", request.id, ", ".join(one.key for one in renditions))
                await self._note_memo(request, memo)
                await self._queue.want(request, renditions, quick=quick)
                return False
            case NoteMemo(memo):
                await self._note_memo(request, memo)
            case Begin():
                await self._queue.sending(request.id)
            case MarkUncertain(part):
                await self._note(request, part, PartState.UNCERTAIN)
            case Send(part, if_too_large, shown):
                await self._send(request, part, if_too_large, shown)
            case Finish(manifest, plan, has_picture):
                await self.instant.remember(request, manifest, plan)
                if has_picture:
                    await self._sent_files.keep_picture(request.track_id, request.chat)
                await self._queue.done(request.id)
                return False
        return True

    async def _send(self, request: Request, part: Part, if_too_large: Memo, shown: Card | None) -> None:
        """Send a part, noted before and after. Raises `Trouble` unless the next plan or step handles it."""
        files = [piece.key for piece in part.pieces]
        await self._sent_files.hold(request.track_id, request.chat)
        known = await self._sent_files.known(files)
        await self._note(request, part.id, PartState.SENDING)
        try:
            sent = await self._platform.send(request, part, known, shown)
        except Unconfirmed as why:
            if self._platform.sends_once:  # the next try says whether it arrived
                raise
            log.warning("request %s: %s may have arrived: %s", request.id, part.id, why)
            await self._note(request, part.id, PartState.UNCERTAIN)
        except (Trouble, OSError) as why:
            await self._note(request, part.id, PartState.DUE)  # nothing arrived
            match why:
                case OSError():  # a file was removed from the store: the next plan is made from what is there
                    await self._catalogue.drop(request.track_id)
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

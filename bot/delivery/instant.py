"""Instant repeats: files of an earlier delivery are sent again by the platform's ids, without worker or upload.

Only files of the current recipe are repeated. After a change of engine or bit rate the earlier deliveries stay stored,
and are valid again if the change is undone.
"""

import time
from collections.abc import Callable
from itertools import chain

from bot.delivery.planning.noted import Before
from bot.delivery.planning.plan import Limits, Plan
from bot.phrases.vocabulary import plain
from jobs.models import Request, TrackId, track_id
from jobs.music.separation_models import MODELS
from jobs.parsing import parse_stored
from jobs.queue.recipe import Recipe, current_recipe
from jobs.queue.repertoires import Given, GivenFile, Repertoires
from jobs.queue.requests import JobQueue
from jobs.queue.sent_files import SentFiles
from jobs.results import Manifest


class InstantDelivery:
    """Earlier deliveries on one platform. `limits` are the platform's at an address: under others the plan differs.

    `repertoires`: where deliveries are noted for sharing; None on a platform that has no use for them.
    """

    def __init__(
        self,
        queue: JobQueue,
        platform: str,
        limits: Callable[[str], Limits],
        repertoires: Repertoires | None = None,
    ) -> None:
        self._queue = queue
        self._repertoires = repertoires
        self.sent_files = SentFiles(queue.redis, platform)
        self._limits = limits

    async def find(self, request: Request) -> Before | None:
        """An earlier delivery of this order, if the platform has all its files and the chat did not forget the song."""
        if await self.sent_files.has_forgotten(request.track_id, request.chat):
            return None
        order = self._wish(request, await current_recipe(self._queue.redis))
        note = await self.sent_files.delivery(request.track_id, order)
        before = parse_stored(Before, note)
        if before is None:
            return None
        names = _names(before.plan)
        return before if len(await self.sent_files.known(names)) == len(names) else None

    async def remember(self, request: Request, manifest: Manifest, plan: Plan) -> None:
        """Store a finished plan for repeats, if the platform confirmed every part."""
        recipe = await current_recipe(self._queue.redis)
        if recipe is not None and not recipe.would_make(manifest):  # the recipe changed meanwhile
            return
        names = _names(plan)
        if len(await self.sent_files.known(names)) == len(names):
            before = Before(manifest=manifest, plan=plan)
            order = self._wish(request, recipe)
            await self.sent_files.keep_delivery(request.track_id, order, before.model_dump_json())
            if self._repertoires is not None:
                given = _given(request, manifest, plan)
                await self._repertoires.add(request.chat, given, plain(given.words))

    async def let_go(self, track: TrackId, chat: str) -> bool:
        """Note that a chat forgets a track. False when no other chat holds it, and no request waits for it."""
        if self._repertoires is not None:
            await self._repertoires.forget(chat, (track,))
        return await self.sent_files.let_go(track, chat)

    async def forget(self, tracks: tuple[str, ...]) -> None:
        """Delete the stored deliveries of these tracks."""
        for track in tracks:
            await self.sent_files.forget_track(track)

    def _wish(self, request: Request, recipe: Recipe | None) -> str:
        renditions = [rendition.key for rendition in request.order.renditions]
        return "|".join([*renditions, str(self._limits(request.address).file_bytes), recipe.key if recipe else ""])


def tracks_of(request: Request) -> tuple[TrackId, ...]:
    """The possible tracks of a request's song: one for each model."""
    return tuple(track_id(request.source, request.order.model.named(name)) for name in MODELS)


def _given(request: Request, manifest: Manifest, plan: Plan) -> Given:
    pieces = chain.from_iterable(part.pieces for part in plan.parts)
    return Given(
        track_id=request.track_id,
        artist=manifest.tags.artist,
        title=manifest.tags.title,
        asker=request.asker,
        at=time.time(),
        files=tuple(GivenFile(key=piece.key, name=piece.name) for piece in pieces),
    )


def _names(plan: Plan) -> list[str]:
    return list(dict.fromkeys(piece.key for piece in chain.from_iterable(part.pieces for part in plan.parts)))

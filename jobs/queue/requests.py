"""The front ends' side of the queue: accept a request, follow it, cancel it, and remember what was sent.

Redis is the truth: nothing about a request lives only in memory. The worker's side is `jobs/queue/tracks.py`.
"""

import asyncio
import logging
import time
from collections.abc import Iterable, Sequence
from typing import Literal

from arq.connections import ArqRedis
from arq.constants import job_key_prefix
from pydantic import SecretStr

from jobs.failures import Failure
from jobs.models import Rendition, Request, Upload
from jobs.monitoring.logs import about
from jobs.progress import OPEN_PHASES, Lane, RequestPhase, View
from jobs.queue import keys, scripts
from jobs.queue.connection import JOB_EXPIRES, answer, ask_script, connect, run_script
from jobs.queue.quotas import ACCEPT, UNLIMITED, Limits, OverQuota, TooManyOpen
from jobs.queue.turns import enqueue_in_turn
from jobs.queue.views import ALIVE, read_views, text, texts

log = logging.getLogger(__name__)

#: The one arq function: it takes a track id and does what is wanted of that track.
JOB_FUNCTION = "track"
AT_ONCE = 100  # requests that are read together, before others in the process get their turn


class JobQueue:
    """Requests, as front ends see them. Safe to call from many tasks at once."""

    def __init__(self, redis: ArqRedis) -> None:
        self.redis = redis

    @classmethod
    def at(cls, url: SecretStr) -> "JobQueue":
        return cls(connect(url))

    async def close(self) -> None:
        await self.redis.aclose(close_connection_pool=True)

    # --- a request's life --------------------------------------------------------------------------------------

    async def submit(
        self,
        request: Request,
        limits: Limits = UNLIMITED,
        *,
        quick: bool = False,
        renditions: Sequence[Rendition] | None = None,
    ) -> bool:
        """Accept `request` and queue its track. False when this very request was accepted before.

        `quick`: its stems are in the store already. `renditions`: instead of its order's. When it returns, the request
        is in Redis and will be worked on, whoever dies next. Raises `TooManyOpen` and `OverQuota`; nothing is written
        then.
        """
        new = await self.hold(request, limits, free=quick)
        await self.release(request, quick=quick, renditions=renditions)
        return new

    async def hold(
        self,
        request: Request,
        limits: Limits = UNLIMITED,
        phase: Literal[RequestPhase.RECEIVING, RequestPhase.READY] = RequestPhase.RECEIVING,
        *,
        free: bool = False,
    ) -> bool:
        """Accept a request whose file is still to be brought into the inbox; `release` queues it. Or, as READY, one
        that can be delivered without any worker. `free`: it counts for no quota, as one that is READY.

        Raises `TooManyOpen` and `OverQuota`; nothing is written then.
        """
        seconds = -1.0 if free or phase is RequestPhase.READY else _reserved(request, limits)
        written = await ask_script(
            self.redis, ACCEPT,
            [
                keys.request(request.id), keys.attended(request.platform), keys.chat(request.chat),
                keys.asker(request.asker), keys.minutes("person", request.asker), keys.minutes("chat", request.chat),
            ],
            request.id, request.track_id, request.model_dump_json(), phase,
            str(request.created_at), str(keys.KEEP_PER_CHAT), keys.request(""),
            str(limits.person), str(limits.chat), str(limits.person_seconds), str(limits.chat_seconds),
            str(seconds), str(limits.waiting), *OPEN_PHASES,
        )  # fmt: skip
        if isinstance(written, bytes):
            raise OverQuota(Failure.model_validate_json(written))
        assert isinstance(written, int)
        if written < 0:
            match written:
                case -1:
                    raise TooManyOpen(limits.person, "person")
                case -2:
                    raise TooManyOpen(limits.chat, "chat")
                case _:
                    raise TooManyOpen(limits.waiting, "all")
        if written:
            _note(request.id, request.track_id, "accepted", chat=request.chat, source=request.source.key)
        return bool(written)

    async def release(
        self, request: Request, *, quick: bool = False, renditions: Sequence[Rendition] | None = None
    ) -> None:
        """Queue the track of an accepted request. Repeating it does no harm."""
        lane = Lane.QUICK if quick else Lane.STUDIO
        wanted = request.order.renditions if renditions is None else renditions
        await self._follow(request, wanted, lane, (RequestPhase.RECEIVING, RequestPhase.WAITING))

    async def revise(self, request: Request, renditions: Sequence[Rendition]) -> bool:
        """Ask the track that a request waits for to be rendered otherwise than its order says. False when it does not
        wait any more."""
        given_up = [one.model_dump_json() for one in request.order.renditions]
        wanted = [one.model_dump_json() for one in renditions]
        revised = await run_script(
            self.redis, scripts.REVISE,
            [keys.request(request.id), keys.followers(request.track_id), keys.wants(request.track_id)],
            request.id, str(len(given_up)), *given_up, *wanted,
        )  # fmt: skip
        return bool(revised)

    async def want(self, request: Request, renditions: Sequence[Rendition], *, quick: bool = True) -> bool:
        """Send a request that was to be delivered back to its track for further renditions; not `quick`, when its
        stems are no longer in the store. False when it is not open any more."""
        lane = Lane.QUICK if quick else Lane.STUDIO
        allowed = (RequestPhase.WAITING, RequestPhase.READY, RequestPhase.SENDING)
        return await self._follow(request, renditions, lane, allowed)

    async def _follow(
        self, request: Request, renditions: Sequence[Rendition], lane: Lane, allowed: Sequence[RequestPhase]
    ) -> bool:
        track = request.track_id
        attempt = await run_script(
            self.redis, scripts.FOLLOW,
            [keys.request(request.id), keys.track(track), keys.followers(track), keys.wants(track), keys.AWAITED],
            request.id, track, request.source.model_dump_json(), request.order.model.model_dump_json(),
            lane, request.chat, request.asker, "".join(f",{phase}" for phase in allowed) + ",",
            *(rendition.model_dump_json() for rendition in renditions),
        )  # fmt: skip
        if attempt >= 0:
            _note(request.id, track, "waiting", lane=lane)
            await enqueue(self.redis, track, attempt, request.chat, request.asker)
        return attempt >= 0

    async def cancel(self, request_id: str) -> bool:
        """Cancel an open request; its track goes on only while somebody else waits for it. False when not open."""
        return await self._close(request_id, RequestPhase.CANCELLED, None, OPEN_PHASES)

    async def fail(self, request_id: str, failure: Failure) -> bool:
        """Close an open request with a reason. False when it was not open."""
        return await self._close(request_id, RequestPhase.FAILED, failure, OPEN_PHASES)

    async def sending(self, request_id: str) -> bool:
        """Note that delivery begins, or goes on after a restart. False when it was cancelled meanwhile."""
        return bool(
            await self._move(request_id, RequestPhase.SENDING, allowed={RequestPhase.READY, RequestPhase.SENDING})
        )

    async def done(self, request_id: str) -> bool:
        """Note that everything was delivered. False when it was cancelled meanwhile."""
        return bool(await self._move(request_id, RequestPhase.DONE, closed=True, allowed={RequestPhase.SENDING}))

    async def reopen(self, request: Request) -> bool:
        """Back to sending, to deliver a part of a finished request once more. False when it is not done."""
        reopened = await run_script(
            self.redis, scripts.REOPEN,
            [keys.request(request.id), keys.attended(request.platform), keys.parts(request.id)],
            request.id, str(request.created_at),
        )  # fmt: skip
        if reopened:
            _note(request.id, request.track_id, "sending", again=True)
        return bool(reopened)

    async def let_go(self, request_id: str, platform: str) -> None:
        """The card shows how a closed request ended: forget it in a week, and stop attending to it.

        Not when it is open, as after somebody had a part of it sent again in this very moment.
        """
        await run_script(
            self.redis, scripts.LET_GO,
            [keys.request(request_id), keys.attended(platform), keys.parts(request_id)],
            request_id, str(keys.KEEP_CLOSED), *OPEN_PHASES,
        )  # fmt: skip

    async def erase(self, request: Request) -> None:
        """Show and remember a closed request no more. What was separated for it still counts."""
        on = [
            keys.request(request.id), keys.parts(request.id), keys.attended(request.platform), keys.chat(request.chat),
            keys.asker(request.asker),
        ]  # fmt: skip
        await run_script(self.redis, scripts.ERASE, on, request.id)

    async def set_card(self, request_id: str, card: str) -> None:
        """Remember the front end's note of its status message."""
        await answer(self.redis.hset(keys.request(request_id), "card", card))

    async def _close(
        self, request_id: str, phase: RequestPhase, failure: Failure | None, allowed: Iterable[RequestPhase]
    ) -> bool:
        track = await self._move(request_id, phase, closed=True, failure=failure, allowed=allowed)
        if not track:
            return False
        await run_script(
            self.redis, scripts.LEAVE,
            [
                keys.track(track), keys.followers(track), keys.wants(track), keys.AWAITED, keys.RUNNING,
                *(keys.queue(lane) for lane in Lane),
            ],
            request_id, track, job_key_prefix,
        )  # fmt: skip
        return True

    async def _move(
        self,
        request_id: str,
        phase: RequestPhase,
        *,
        closed: bool = False,
        failure: Failure | None = None,
        allowed: Iterable[RequestPhase],
    ) -> str:
        """Returns the request's track, '' when it was in none of the `allowed` phases."""
        moved = await run_script(
            self.redis, scripts.MOVE, [keys.request(request_id)],
            phase, str(time.time()) if closed else "", failure.model_dump_json() if failure else "", *allowed,
        )  # fmt: skip
        if not moved:
            return ""
        track = text(await answer(self.redis.hget(keys.request(request_id), "track")))
        why = {"reason": failure.reason, "detail": failure.detail} if failure else {}
        _note(request_id, track, phase, **why)
        return track

    # --- looking -----------------------------------------------------------------------------------------------

    async def view(self, request_id: str) -> View | None:
        """One request as it stands, or None when nobody knows it (any more)."""
        views = await self.views([request_id])
        return views[0] if views else None

    async def phase(self, request_id: str) -> RequestPhase | None:
        """The phase of a request, or None when it is not known (any more)."""
        word = text(await answer(self.redis.hget(keys.request(request_id), "phase")))
        return next((phase for phase in RequestPhase if phase == word), None)

    async def attended(self, platform: str) -> list[View]:
        """Every request of `platform` whose card is not final yet, oldest first. Asking is a heartbeat."""
        async with self.redis.pipeline(transaction=False) as pipe:
            pipe.zrange(keys.attended(platform), 0, -1)
            pipe.zadd(keys.FRONTS, {platform: time.time()})
            request_ids, _ = await pipe.execute()
        views = await self.views(texts(request_ids))
        for lost in set(texts(request_ids)) - {view.request.id for view in views}:
            log.error("request %s: what was written of it makes no sense, so nobody can attend to it", lost)
            await self.redis.zrem(keys.attended(platform), lost)
        return views

    async def recent(self, chat: str, limit: int = 10) -> list[View]:
        """A chat's latest requests, newest first."""
        return await self.views(texts(await self.redis.zrevrange(keys.chat(chat), 0, limit - 1)))

    async def views(self, request_ids: Sequence[str]) -> list[View]:
        """The known ones among `request_ids`, in order."""
        views = await read_views(self.redis, request_ids[:AT_ONCE])
        for first in range(AT_ONCE, len(request_ids), AT_ONCE):
            await asyncio.sleep(AT_ONCE / 10_000)  # to read very many takes half of the time at most
            views += await read_views(self.redis, request_ids[first : first + AT_ONCE])
        return views

    async def size(self) -> int:
        """How many tracks are queued or in work."""
        return sum([int(await self.redis.zcard(keys.queue(lane))) for lane in Lane])

    async def workers(self, within: float = ALIVE) -> list[str]:
        """Workers whose heart beat within the last seconds."""
        return texts(await self.redis.zrangebyscore(keys.WORKERS, time.time() - within, "+inf"))

    async def front_ends(self, within: float = ALIVE) -> list[str]:
        """Platforms whose front end looked at its work list within the last seconds."""
        return texts(await self.redis.zrangebyscore(keys.FRONTS, time.time() - within, "+inf"))

    # --- the delivery's ledger ---------------------------------------------------------------------------------

    async def parts(self, request_id: str) -> dict[str, str]:
        """What the delivery noted: part id → the front end's JSON."""
        noted = await answer(self.redis.hgetall(keys.parts(request_id)))
        return {part.decode(): note.decode() for part, note in noted.items()}

    async def note_part(self, request_id: str, part: str, note: str) -> None:
        await answer(self.redis.hset(keys.parts(request_id), part, note))


def _note(request_id: str, track: str, what: str, **more: object) -> None:
    """A line in the log for a change of a request's state."""
    level = logging.WARNING if what == RequestPhase.FAILED else logging.INFO
    log.log(level, "request %s: %s", request_id, what, extra=about(track=track, **more))


async def enqueue(redis: ArqRedis, track: str, attempt: int, chat: str = "", person: str = "") -> None:
    """Put a track's attempt into its lane, in the turn of `chat` and `person`; when it is there already, only its turn
    may come earlier.

    `chat`, `person`: who asks, as far as they are not those that the track remembers.
    """
    lane, first, asker = await answer(redis.hmget(keys.track(track), ["lane", "chat", "asker"]))
    await enqueue_in_turn(
        redis, text(lane) or Lane.STUDIO, keys.job(track, attempt), JOB_FUNCTION, track,
        chat=chat or text(first), person=person if chat else text(asker), expires=JOB_EXPIRES,
    )  # fmt: skip


def _reserved(request: Request, limits: Limits) -> float:
    """Seconds to reserve of a day's music, 0 where the length is unknown. At most a whole day's limit: an upload that
    says it is longer may lie, and only the worker, which counts its samples, may refuse it for good.
    """
    said = request.source.seconds if isinstance(request.source, Upload) else None
    return min([said or 0.0, *(limit for limit in (limits.person_seconds, limits.chat_seconds) if limit > 0)])

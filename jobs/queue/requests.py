"""The front ends' side of the queue: accepts, follows and cancels requests, and stores the delivery's ledger.

All state of a request is in Redis. The worker's side is `jobs/queue/tracks.py`.
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
from jobs.models import Rendition, Request, Upload, YouTube
from jobs.monitoring.logs import about
from jobs.progress import OPEN_PHASES, Lane, RequestPhase, View, lane_of
from jobs.queue import keys, scripts, titles
from jobs.queue.connection import JOB_EXPIRES, answer, ask_script, connect, run_script
from jobs.queue.quotas import ACCEPT, UNLIMITED, Limits, OverQuota, TooManyOpen
from jobs.queue.slow_line import with_turns
from jobs.queue.turns import enqueue_in_turn
from jobs.queue.views import ALIVE, read_views, text, texts

log = logging.getLogger(__name__)

#: The arq function for tracks: it takes a track id and makes the wanted renditions.
JOB_FUNCTION = "track"
AT_ONCE = 100  # requests read together, before other tasks of the process run


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
        card: str = "",
    ) -> bool:
        """Accepts `request` and queues its track. False when this request was accepted before.

        `quick`: its stems are in the store already. `renditions`: instead of its order's. `card`: as in `hold`. On
        return, the request is in Redis and survives the death of any process. Raises `TooManyOpen` and `OverQuota`;
        nothing is written then.
        """
        new = await self.hold(request, limits, free=quick, card=card)
        await self.release(request, quick=quick, renditions=renditions)
        return new

    async def hold(
        self,
        request: Request,
        limits: Limits = UNLIMITED,
        phase: Literal[RequestPhase.RECEIVING, RequestPhase.READY] = RequestPhase.RECEIVING,
        *,
        free: bool = False,
        card: str = "",
    ) -> bool:
        """Accepts a request whose file is not in the inbox yet; `release` queues it. Or, as READY, a request that needs
        no worker. `free`: it counts for no quota, as READY ones. `card`: the note of a message that becomes its card.

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
            str(seconds), str(limits.waiting), card, str(keys.KEEP_LISTED), str(request.order.model.info.weight),
            *OPEN_PHASES,
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
        """Queues the track of an accepted request. Idempotent."""
        lane = lane_of(request.order.model, quick=quick)
        wanted = request.order.renditions if renditions is None else renditions
        await self._follow(request, wanted, lane, (RequestPhase.RECEIVING, RequestPhase.WAITING))

    async def revise(self, request: Request, renditions: Sequence[Rendition]) -> bool:
        """Replaces the renditions that a waiting request wants of its track. False when it no longer waits."""
        given_up = [one.model_dump_json() for one in request.order.renditions]
        wanted = [one.model_dump_json() for one in renditions]
        revised = await run_script(
            self.redis, scripts.REVISE,
            [keys.request(request.id), keys.followers(request.track_id), keys.wants(request.track_id)],
            request.id, str(len(given_up)), *given_up, *wanted,
        )  # fmt: skip
        return bool(revised)

    async def want(self, request: Request, renditions: Sequence[Rendition], *, quick: bool = True) -> bool:
        """Returns a request in delivery to its track for further renditions; `quick` unless its stems were removed
        from the store. False when it is no longer open."""
        lane = lane_of(request.order.model, quick=quick)
        allowed = (RequestPhase.WAITING, RequestPhase.READY, RequestPhase.SENDING)
        return await self._follow(request, renditions, lane, allowed)

    async def _follow(
        self, request: Request, renditions: Sequence[Rendition], lane: Lane, allowed: Sequence[RequestPhase]
    ) -> bool:
        track = request.track_id
        attempt = await run_script(
            self.redis, scripts.FOLLOW,
            [
                keys.request(request.id), keys.track(track), keys.followers(track), keys.wants(track), keys.AWAITED,
                keys.RUNNING,
            ],
            request.id, track, request.source.model_dump_json(), request.order.model.model_dump_json(),
            lane, request.chat, request.asker, "".join(f",{phase}" for phase in allowed) + ",",
            *(rendition.model_dump_json() for rendition in renditions),
        )  # fmt: skip
        if attempt == -1:
            return False
        _note(request.id, track, "waiting", lane=lane)
        if attempt >= 0:  # no worker has the track
            await enqueue(self.redis, track, attempt, request.chat, request.asker)
        return True

    async def cancel(self, request_id: str) -> bool:
        """Cancels an open request; its track goes on only for other requests. False when not open."""
        return await self._close(request_id, RequestPhase.CANCELLED, None, OPEN_PHASES)

    async def fail(self, request_id: str, failure: Failure) -> bool:
        """Closes an open request with a failure. False when it was not open."""
        return await self._close(request_id, RequestPhase.FAILED, failure, OPEN_PHASES)

    async def sending(self, request_id: str) -> bool:
        """Notes that delivery begins, or continues after a restart. False when the request was cancelled."""
        return bool(
            await self._move(request_id, RequestPhase.SENDING, allowed={RequestPhase.READY, RequestPhase.SENDING})
        )

    async def done(self, request_id: str) -> bool:
        """Notes that everything was delivered. False when the request was cancelled."""
        return bool(await self._move(request_id, RequestPhase.DONE, closed=True, allowed={RequestPhase.SENDING}))

    async def reopen(self, request: Request) -> bool:
        """Returns a finished request to sending, to deliver a part again. False when it is not done."""
        reopened = await run_script(
            self.redis, scripts.REOPEN,
            [keys.request(request.id), keys.attended(request.platform), keys.parts(request.id)],
            request.id, str(request.created_at),
        )  # fmt: skip
        if reopened:
            _note(request.id, request.track_id, "sending", again=True)
        return bool(reopened)

    async def let_go(self, request_id: str, platform: str) -> None:
        """Stops attending to a closed request whose card is final, and lets it expire in a week.

        Does nothing when it is open again, as after a press that resends a part.
        """
        await run_script(
            self.redis, scripts.LET_GO,
            [keys.request(request_id), keys.attended(platform), keys.parts(request_id)],
            request_id, str(keys.KEEP_CLOSED), *OPEN_PHASES,
        )  # fmt: skip

    async def erase(self, request: Request) -> None:
        """Removes a closed request, except its used minutes."""
        on = [
            keys.request(request.id), keys.parts(request.id), keys.attended(request.platform), keys.chat(request.chat),
            keys.asker(request.asker),
        ]  # fmt: skip
        await run_script(self.redis, scripts.ERASE, on, request.id)

    async def forget_called(self, source: YouTube | Upload) -> None:
        """Removes the title of a song."""
        await titles.forget_called(self.redis, source)

    async def set_card(self, request_id: str, card: str) -> None:
        """Stores the front end's note of its status message."""
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
            request_id, track, job_key_prefix, str(keys.KEEP_CLOSED),
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
        """Moves a request to a phase. Returns its track, '' when it was in none of the `allowed` phases."""
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
        """The view of one request, or None when it does not exist."""
        views = await self.views([request_id])
        return views[0] if views else None

    async def phase(self, request_id: str) -> RequestPhase | None:
        """The phase of a request, or None when it does not exist."""
        word = text(await answer(self.redis.hget(keys.request(request_id), "phase")))
        return next((phase for phase in RequestPhase if phase == word), None)

    async def attended(self, platform: str) -> list[View]:
        """Every request of `platform` whose card is not final, oldest first. The call is the front end's heartbeat."""
        async with self.redis.pipeline(transaction=False) as pipe:
            pipe.zrange(keys.attended(platform), 0, -1)
            pipe.zadd(keys.FRONTS, {platform: time.time()})
            request_ids, _ = await pipe.execute()
        views = await self.views(texts(request_ids))
        for lost in set(texts(request_ids)) - {view.request.id for view in views}:
            log.error("request %s: invalid data in Redis; it is no longer attended to", lost)
            await self.redis.zrem(keys.attended(platform), lost)
        return views

    async def recent(self, chat: str, limit: int = 10) -> list[View]:
        """A chat's latest requests, newest first."""
        return await self.views(texts(await self.redis.zrevrange(keys.chat(chat), 0, limit - 1)))

    async def views(self, request_ids: Sequence[str]) -> list[View]:
        """The views of existing requests among `request_ids`, in order."""
        views = await read_views(self.redis, request_ids[:AT_ONCE])
        for first in range(AT_ONCE, len(request_ids), AT_ONCE):
            await asyncio.sleep(AT_ONCE / 10_000)  # at most half of the time goes into reading very many
            views += await read_views(self.redis, request_ids[first : first + AT_ONCE])
        return await with_turns(self.redis, views)

    async def size(self) -> int:
        """The number of tracks queued or in work."""
        in_line = [int(await self.redis.zcard(keys.queue(lane))) for lane in Lane]
        return sum(in_line) + int(await answer(self.redis.scard(keys.RUNNING)))

    async def workers(self, within: float = ALIVE) -> list[str]:
        """Workers with a heartbeat within the last seconds."""
        return texts(await self.redis.zrangebyscore(keys.WORKERS, time.time() - within, "+inf"))

    async def front_ends(self, within: float = ALIVE) -> list[str]:
        """Platforms whose front end read its work list within the last seconds."""
        return texts(await self.redis.zrangebyscore(keys.FRONTS, time.time() - within, "+inf"))

    # --- the delivery's ledger ---------------------------------------------------------------------------------

    async def parts(self, request_id: str) -> dict[str, str]:
        """The delivery's ledger: part id → the front end's JSON."""
        noted = await answer(self.redis.hgetall(keys.parts(request_id)))
        return {part.decode(): note.decode() for part, note in noted.items()}

    async def note_part(self, request_id: str, part: str, note: str) -> None:
        await answer(self.redis.hset(keys.parts(request_id), part, note))


def _note(request_id: str, track: str, what: str, **more: object) -> None:
    """Logs a change of a request's state."""
    level = logging.WARNING if what == RequestPhase.FAILED else logging.INFO
    log.log(level, "request %s: %s", request_id, what, extra=about(track=track, **more))


async def enqueue(redis: ArqRedis, track: str, attempt: int, chat: str = "", person: str = "") -> None:
    """Queues a track's attempt in its lane, in the turn of `chat` and `person`; a queued one can only move forward.

    `chat`, `person`: the asker, if not the one stored with the track.
    """
    lane, first, asker = await answer(redis.hmget(keys.track(track), ["lane", "chat", "asker"]))
    await enqueue_in_turn(
        redis, text(lane) or Lane.STUDIO, keys.job(track, attempt), JOB_FUNCTION, track,
        chat=chat or text(first), person=person if chat else text(asker), expires=JOB_EXPIRES,
    )  # fmt: skip


def _reserved(request: Request, limits: Limits) -> float:
    """Seconds to reserve of a day's music, 0 for an unknown length. At most a whole day's limit: the stated length of
    an upload may be wrong, and only the worker, which counts its samples, may refuse it.
    """
    said = request.source.seconds if isinstance(request.source, Upload) else None
    weighted = (said or 0.0) * request.order.model.info.weight
    return min([weighted, *(limit for limit in (limits.person_seconds, limits.chat_seconds) if limit > 0)])

"""The worker's side of the queue: takes a track under a lease, reports, and settles it for its followers.

A lease is a key that expires without the worker's heartbeats. A begun track without a lease has a dead worker: any
worker frees it, sooner if it knows of the death; arq alone would wait for its longest time-out.
"""

import asyncio
import logging
import time
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from arq.connections import ArqRedis
from arq.constants import in_progress_key_prefix
from redis.exceptions import RedisError

from jobs.failures import Failure, Reason
from jobs.models import Model, Rendition, Source, TrackId, Value
from jobs.monitoring import metrics
from jobs.monitoring.logs import about
from jobs.parsing import parse_stored
from jobs.progress import Lane, Progress
from jobs.queue import keys, recovery, scripts
from jobs.queue.connection import answer, ask_script, run_script
from jobs.queue.quotas import CHARGE
from jobs.queue.recipe import About, Recipe, beat_recipe, retire_recipe
from jobs.queue.views import ALIVE, texts

log = logging.getLogger(__name__)

BEAT = keys.LEASE_MS / 1000 / 3.5  # seconds between heartbeats


class Track(Value):
    """A taken track: its source and model, and its number of starts, this one included."""

    id: TrackId
    source: Source
    model: Model
    starts: int


class _Held(NamedTuple):
    """A track under this worker's lease."""

    start: int  # which one, from 1
    begun: float  # time.monotonic()


class TrackQueue:
    """One worker in one lane. `worker` is its name, unique for every lane of every process.

    `about` and `recipe` are published while its heart beats. `is_dead`: whether another worker is certainly dead.
    """

    def __init__(
        self,
        redis: ArqRedis,
        worker: str,
        lane: Lane = Lane.STUDIO,
        about: About | None = None,
        is_dead: Callable[[str], bool] = lambda _: False,
        recipe: Recipe | None = None,
    ) -> None:
        self.redis = redis
        self.worker = worker
        self.lane = lane
        self._about = about
        self._is_dead = is_dead
        self._recipe = recipe
        self._held: dict[str, _Held] = {}  # by track
        self._charged: dict[str, list[str]] = {}  # by track: its waiting requests at the last charge

    def tell_models(self, models: dict[str, float]) -> None:
        """Sets the models that the next heartbeats announce: see `About`."""
        if self._about is not None:
            self._about = self._about.model_copy(update={"models": models})

    async def begin(self, track_id: str) -> Track | None:
        """Takes a track. None when no request follows it, or another worker has it."""
        starts = await run_script(
            self.redis, scripts.BEGIN,
            [
                keys.track(track_id), keys.followers(track_id), keys.lease(track_id), keys.RUNNING,
                keys.queue(self.lane), keys.turns(self.lane),
            ],
            track_id, self.worker, str(keys.LEASE_MS),
        )  # fmt: skip
        if starts < 1:
            return None
        self._held[track_id] = _Held(starts, time.monotonic())
        source, model = await answer(self.redis.hmget(keys.track(track_id), ["source", "model"]))
        written = b'{"id":"%s","source":%s,"model":%s,"starts":%d}' % (
            track_id.encode(), source or b"null", model or b"null", starts,
        )  # fmt: skip
        track = parse_stored(Track, written)
        if track is None:
            await self.fail(track_id, Failure(reason=Reason.INTERNAL, detail="what is asked for makes no sense"))
            return None
        log.info(
            "track %s: begun", track_id,
            extra=about(start=starts, source=track.source.key, model=track.model.key, lane=self.lane),
        )  # fmt: skip
        return track

    async def report(self, track_id: str, progress: Progress | None) -> bool:
        """Publishes the track's progress, if it changed. False when the work should end: no request follows the track,
        or another worker has it."""
        if track_id not in self._held:
            return False
        if progress is None:
            return await answer(self.redis.scard(keys.followers(track_id))) > 0
        on = [keys.track(track_id), keys.followers(track_id)]
        return await run_script(self.redis, scripts.REPORT, on, track_id, progress.model_dump_json()) > 0

    async def wanted(self, track_id: str) -> list[Rendition]:
        """The renditions that requests wait for now.

        Rewrites JSON of other versions, since SETTLE compares text, and removes invalid JSON.
        """
        found = []
        for want in await answer(self.redis.smembers(keys.wants(track_id))):
            rendition = parse_stored(Rendition, want)
            if rendition is not None:
                found.append(rendition)
            if rendition is None or rendition.model_dump_json().encode() != want:
                async with self.redis.pipeline(transaction=True) as pipe:
                    pipe.srem(keys.wants(track_id), want)
                    if rendition is not None:
                        pipe.sadd(keys.wants(track_id), rendition.model_dump_json())
                    await pipe.execute()
        return list(dict.fromkeys(found))

    async def charge(
        self, track_id: str, seconds: float = 0, *, separated: float = 0, whole: bool = False, weight: int = 1
    ) -> int:
        """Counts the track's length for every waiting request, each second as `weight` seconds. Idempotent.

        `seconds` is the stated length, 0 if unknown; `separated` is the seconds separated so far, or `whole`. Requests
        over their quota fail, unless `whole`. Returns their number.
        """
        failed, charged = await self._charge(
            track_id, seconds, seconds if whole else separated, whole=whole, weight=weight
        )
        if charged:
            self._charged[track_id] = charged
        return failed

    async def account(self, track_id: str, separated: float, *, weight: int = 1) -> None:
        """Counts the separated part after a separation has ended in any way, for waiting requests and for those that
        waited at the last count and left since."""
        left = self._charged.pop(track_id, ())
        if separated:
            await self._charge(track_id, 0, separated, left, weight=weight)

    async def _charge(
        self,
        track_id: str,
        seconds: float,
        separated: float,
        left: Sequence[str] = (),
        *,
        whole: bool = False,
        weight: int,
    ) -> tuple[int, list[str]]:
        answered = await ask_script(
            self.redis, CHARGE, [keys.followers(track_id)],
            str(seconds), str(separated), str(time.time()), "1" if whole else "",
            keys.request(""), keys.minutes("", "")[:-1], str(weight), *left,
        )  # fmt: skip
        assert isinstance(answered, list)
        failed, charged = map(texts, answered)
        for request_id in failed:
            log.info("request %s: failed", request_id, extra=about(track=track_id, reason=Reason.OVER_QUOTA))
        return len(failed), charged

    async def ready(self, track_id: str, made: Iterable[Rendition]) -> bool:
        """Settles the track as ready. False when further renditions are wanted: make them and call again."""
        held = self._held.get(track_id)
        if not await self._settle(track_id, "ready", made=[rendition.model_dump_json() for rendition in made]):
            return False
        if held is not None and self.lane is Lane.STUDIO:
            await answer(self.redis.lpush(keys.TOOK, f"{time.monotonic() - held.begun:.1f}"))
            await answer(self.redis.ltrim(keys.TOOK, 0, keys.KEEP_TOOK - 1))
        return True

    async def fail(self, track_id: str, failure: Failure) -> None:
        """Settles the track as failed."""
        await self._settle(track_id, "failed", failure=failure)

    async def abandon(self, track_id: str) -> bool:
        """Settles a track without followers. False when a request follows it again: go on."""
        return await self._settle(track_id, "cancelled")

    async def hand_back(self, track_id: str) -> None:
        """Returns an unfinished track to the queue; this start does not count."""
        self._held.pop(track_id, None)
        await run_script(
            self.redis, scripts.HAND_BACK,
            [
                keys.track(track_id), keys.lease(track_id), keys.RUNNING, keys.queue(self.lane), keys.turns(self.lane),
            ],
            track_id, self.worker, in_progress_key_prefix,
        )  # fmt: skip
        log.info("track %s: handed back", track_id)

    async def _settle(
        self, track_id: str, outcome: str, *, failure: Failure | None = None, made: Sequence[str] = ()
    ) -> bool:
        await self._renew(track_id)
        requests = await self._members(keys.followers(track_id))
        held = self._held.get(track_id)
        settled = await run_script(
            self.redis, scripts.SETTLE,
            [
                keys.track(track_id), keys.followers(track_id), keys.wants(track_id), keys.lease(track_id),
                keys.RUNNING, keys.AWAITED,
            ],
            track_id, self.worker, outcome, str(time.time()), failure.model_dump_json() if failure else "",
            keys.request(""), str(keys.KEEP_CLOSED), *made,
        )  # fmt: skip
        if settled < 0:
            return False
        self._held.pop(track_id, None)
        if settled and held:
            metrics.count("tracks", outcome)
            if failure:
                metrics.count("failures", failure.reason)
            why = {"reason": failure.reason, "detail": failure.detail} if failure else {}
            level = logging.WARNING if failure else logging.INFO
            took = time.monotonic() - held.begun
            log.log(level, "track %s: %s", track_id, outcome, extra=about(seconds=took, **why))
            for request_id in requests:
                log.info("request %s: %s", request_id, outcome, extra=about(track=track_id, **why))
        return True

    async def holds(self, track_id: str) -> bool:
        """Whether this worker has the track now; renews its lease."""
        await self._renew(track_id)
        return track_id in self._held

    # --- staying alive -----------------------------------------------------------------------------------------

    async def keep_alive(self, every: float = BEAT) -> None:
        """Beats until cancelled, `every` so many seconds. A task of its own: leases wait for nothing."""
        while True:
            try:
                await self.beat()
            except RedisError as error:  # it may come back; arq ends the worker otherwise
                log.warning("cannot send a heartbeat: %s", error)
            except Exception:  # the heart must go on
                log.exception("heartbeat incomplete: unhandled exception")
            await asyncio.sleep(every)

    def drop(self, track_id: str) -> None:
        """Renews a track's lease no longer, as after the queue was out of reach: the track is freed and run again."""
        self._held.pop(track_id, None)

    async def beat(self) -> None:
        """Renews this worker's leases and heartbeat."""
        if self.lane is Lane.STUDIO:  # a worker is counted once, not per lane
            async with self.redis.pipeline(transaction=False) as pipe:
                pipe.zadd(keys.WORKERS, {self.worker: time.time()})
                if self._about is not None:
                    pipe.set(keys.worker(self.worker), self._about.model_dump_json(), ex=round(ALIVE) + 1)
                if self._recipe is not None:
                    beat_recipe(pipe, self._recipe)
                await pipe.execute()
        for track_id in list(self._held):
            await self._renew(track_id)

    async def _renew(self, track_id: str) -> None:
        """Renews the lease of a track, or drops the track if another worker has taken it."""
        held = self._held.get(track_id)
        if held is None:
            return
        ours = await run_script(
            self.redis, scripts.RENEW,
            [keys.lease(track_id), keys.track(track_id), keys.RUNNING, keys.queue(self.lane)],
            track_id, self.worker, str(keys.LEASE_MS), str(held.start),
        )  # fmt: skip
        if not ours and track_id in self._held:  # and not settled meanwhile
            del self._held[track_id]
            log.warning("track %s: another worker has it now", track_id)

    async def leave(self) -> None:
        """Removes this worker's heartbeat at its orderly end."""
        await self.redis.zrem(keys.WORKERS, self.worker)
        if self._recipe is not None:
            await retire_recipe(self.redis, self._recipe)

    async def forget_dead(self) -> None:
        """Removes the heartbeats of workers that ended without `leave`, once they are an hour old."""
        await self.redis.zremrangebyscore(keys.WORKERS, 0, time.time() - 3600)

    async def recover(self) -> list[str]:
        """Frees tracks of dead workers, of which it returns the ids, and queues awaited tracks without a job."""
        freed = await recovery.free_left(self.redis, self._held, self._is_dead)
        await recovery.queue_lost(self.redis)
        return freed

    async def keep_recovering(self, every: float = BEAT) -> None:
        """Recovers until cancelled, a part `every` so many seconds, unless another worker does."""
        await recovery.keep_recovering(self.redis, self.worker, self._held, self._is_dead, every)

    async def free_left(self) -> list[str]:
        """Frees tracks of dead workers; returns their ids."""
        return await recovery.free_left(self.redis, self._held, self._is_dead)

    async def _members(self, key: str) -> list[str]:
        return texts(await answer(self.redis.smembers(key)))

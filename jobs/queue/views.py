"""Reads views of requests from Redis, any number in a few round trips."""

import time
from collections.abc import Iterable, Sequence
from statistics import median
from typing import NamedTuple

from arq.connections import ArqRedis

from jobs.failures import Failure, Reason
from jobs.models import Request
from jobs.parsing import parse_stored
from jobs.progress import Lane, Progress, RequestPhase, View
from jobs.queue import keys
from jobs.queue.connection import answer
from jobs.results import Called, Made

#: A worker or a front end is alive when its heart beat within this many seconds.
ALIVE = 30.0
SAMPLE = 32  # tracks in work that are read for an estimate


async def read_views(redis: ArqRedis, request_ids: Sequence[str]) -> list[View]:
    """The views of existing requests among `request_ids`, in order, in four round trips for any number."""
    if not request_ids:
        return []
    async with redis.pipeline(transaction=False) as pipe:
        for request_id in request_ids:
            pipe.hgetall(keys.request(request_id))
        stored = [fields for fields in await pipe.execute() if b"request" in fields]
        read = [(fields, parse_stored(Request, fields[b"request"])) for fields in stored]
        valid = [(fields, request) for fields, request in read if request is not None]
        if not valid:
            return []
        tracks = [fields.get(b"track", b"").decode() for fields, _ in valid]
        for track in tracks:
            pipe.hmget(keys.track(track), ["progress", "attempt", "lane", "called"])
        pipe.mget([keys.made(track) for track in tracks])
        pipe.mget([keys.song(request.source.key) for _, request in valid])
        *states, made, songs = await pipe.execute()
        for track, (_, attempt, lane, _) in zip(tracks, states, strict=True):
            pipe.zrank(keys.queue(text(lane) or Lane.STUDIO), keys.job(track, int(attempt or 0)))
        pipe.zcount(keys.WORKERS, time.time() - ALIVE, "+inf")
        *ranks, workers = await pipe.execute()
    in_line = [not progress and _is_waiting(fields) for (fields, _), (progress, *_) in zip(valid, states, strict=True)]
    work = await read_work(redis) if any(in_line) else Work()
    begun = await _in_work(
        redis, [track for track, rank, wanted in zip(tracks, ranks, in_line, strict=True) if wanted and rank is None]
    )
    each = await _pace(redis, workers) if any(rank is not None for rank in ranks) else None
    seen = []
    for (fields, request), track, (progress, _, lane, called), has, song, rank in zip(
        valid, tracks, states, made, songs, ranks, strict=True
    ):
        studio = (text(lane) or Lane.STUDIO) == Lane.STUDIO
        busy = work.of(text(lane))
        place = 0 if track in begun else None if rank is None else rank + busy
        wait = _wait(rank, busy, each, work.first) if studio and rank is not None else None
        seen.append(_view(fields, request, progress, song or called, has, place, workers, wait))
    return [view for view in seen if view is not None]


class Work(NamedTuple):
    """The number of tracks in work by lane, and the seconds until the first of the studio's ends, if known."""

    studio: int = 0
    quick: int = 0
    slow: int = 0
    first: float | None = None

    def of(self, lane: str) -> int:
        """`lane`: as in the queue; one that is unknown or missing is the studio."""
        return self.quick if lane == Lane.QUICK else self.slow if lane == Lane.SLOW else self.studio


async def read_work(redis: ArqRedis) -> Work:
    """What is in work: exact up to SAMPLE tracks, and by a sample of so many beyond."""
    async with redis.pipeline(transaction=False) as pipe:
        pipe.scard(keys.RUNNING)
        pipe.srandmember(keys.RUNNING, SAMPLE)
        count, sample = await pipe.execute()
        for track in sample:
            pipe.hmget(keys.track(text(track)), ["progress", "lane"])
        found = await pipe.execute() if sample else []
    lanes = [text(lane) or Lane.STUDIO for _, lane in found]
    studio = [
        parse_stored(Progress, progress)
        for (progress, _), lane in zip(found, lanes, strict=True)
        if lane not in (Lane.QUICK, Lane.SLOW)
    ]
    quick, slow = (round(count * lanes.count(lane) / len(lanes)) if lanes else 0 for lane in (Lane.QUICK, Lane.SLOW))
    left = [note.seconds_left for note in studio if note is not None and note.seconds_left is not None]
    return Work(count - quick - slow if lanes else 0, quick, slow, min(left, default=None))


async def _in_work(redis: ArqRedis, tracks: Sequence[str]) -> set[str]:
    """Those of `tracks` that a worker has."""
    if not tracks:
        return set()
    async with redis.pipeline(transaction=False) as pipe:
        for track in tracks:
            pipe.sismember(keys.RUNNING, track)
        return {track for track, has in zip(tracks, await pipe.execute(), strict=True) if has}


async def _pace(redis: ArqRedis, workers: int) -> float | None:
    """Seconds of a track, divided by the number of workers; None if unknown."""
    took = await answer(redis.lrange(keys.TOOK, 0, -1))
    return median(float(seconds) for seconds in took) / max(1, workers) if took else None


def _wait(rank: int, busy: int, each: float | None, first: float | None) -> float | None:
    """Seconds until the turn of the job at `rank` in line, with `busy` tracks in work, if the first of them needs
    `first`, or `each` if that is unknown, and all others `each`.
    """
    if each is None or not (rank or busy):
        return None
    if not busy:  # the first in line is about to start, and counts as in work
        return max(rank - 1, 0) * each
    return (each if first is None else first) + rank * each


def _is_waiting(fields: dict[bytes, bytes]) -> bool:
    return fields.get(b"phase") == RequestPhase.WAITING.encode()


def _view(
    fields: dict[bytes, bytes],
    request: Request,
    progress: bytes | None,
    called: bytes | None,
    made: bytes | None,
    place: int | None,
    workers: int,
    wait: float | None,
) -> View | None:
    """The view of a request; None when its data is invalid. `called`: of its song, or of its track by version 0.1.0.

    `place`: the number of jobs in work and in line before it; `workers`: how many are alive, each with one job of a
    lane.
    """
    word = fields.get(b"phase", b"").decode(errors="replace")
    if word not in RequestPhase.__members__.values():
        return None
    phase = RequestPhase(word)
    waiting = phase is RequestPhase.WAITING
    failure = fields.get(b"failure")
    closed_at = fields.get(b"closed_at")
    return View(
        request=request,
        phase=phase,
        called=parse_stored(Called, called),
        made=parse_stored(Made, made),
        progress=parse_stored(Progress, progress) if waiting else None,
        ahead=place if waiting and not progress else None,
        starts=waiting and not progress and place is not None and place < workers,
        wait=wait if waiting and not progress else None,
        failure=(parse_stored(Failure, failure) or Failure(reason=Reason.INTERNAL)) if failure else None,
        card=fields.get(b"card", b"").decode(errors="replace"),
        closed_at=float(closed_at) if closed_at else None,
    )


def text(value: bytes | str | None) -> str:
    return value.decode() if isinstance(value, bytes) else value or ""


def texts(values: Iterable[bytes]) -> list[str]:
    return [text(value) for value in values]

"""Reads views of requests from Redis, any number in a few round trips."""

import time
from collections.abc import Iterable, Sequence
from statistics import median

from arq.connections import ArqRedis

from jobs.failures import Failure, Reason
from jobs.models import Request
from jobs.parsing import parse_stored
from jobs.progress import Lane, Progress, RequestPhase, View
from jobs.queue import keys
from jobs.results import Called, Made

#: A worker or a front end is alive when its heart beat within this many seconds.
ALIVE = 30.0


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
    each, first = await _pace(redis) if any(rank for rank in ranks) else (None, 0.0)
    seen = (
        _view(
            fields, request, progress, song or called, has, rank, workers,
            _wait(rank, each, first) if text(lane) == Lane.STUDIO else None,
        )
        for (fields, request), (progress, _, lane, called), has, song, rank in zip(
            valid, states, made, songs, ranks, strict=True
        )
    )  # fmt: skip
    return [view for view in seen if view is not None]


async def _pace(redis: ArqRedis) -> tuple[float | None, float]:
    """Seconds of a track, divided by the number of workers, and those left for running tracks; None if unknown."""
    async with redis.pipeline(transaction=False) as pipe:
        pipe.lrange(keys.TOOK, 0, -1)
        pipe.zcount(keys.WORKERS, time.time() - ALIVE, "+inf")
        pipe.smembers(keys.RUNNING)
        took, workers, running = await pipe.execute()
        for track in running:
            pipe.hget(keys.track(text(track)), "progress")
        progress = [note for answer in await pipe.execute() if (note := parse_stored(Progress, answer))]
    if not took:
        return None, 0.0
    each = median(float(seconds) for seconds in took) / max(1, workers)
    left = [each if state.seconds_left is None else state.seconds_left for state in progress]
    return each, min(left, default=0.0)


def _wait(rank: int | None, each: float | None, first: float) -> float | None:
    """Seconds until the turn of the job at `rank`, if the one in work needs `first` and all others `each`."""
    if rank is None or each is None:
        return None
    return first + (rank - 1) * each if rank > 0 else 0.0


def _view(
    fields: dict[bytes, bytes],
    request: Request,
    progress: bytes | None,
    called: bytes | None,
    made: bytes | None,
    rank: int | None,
    workers: int,
    wait: float | None,
) -> View | None:
    """The view of a request; None when its data is invalid. `called`: of its song, or of its track by version 0.1.0.

    `rank`: its place among the jobs in work and in line; `workers`: how many are alive, each with one job of a lane.
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
        ahead=rank if waiting and not progress else None,
        starts=waiting and not progress and rank is not None and rank < workers,
        wait=wait if waiting and not progress else None,
        failure=(parse_stored(Failure, failure) or Failure(reason=Reason.INTERNAL)) if failure else None,
        card=fields.get(b"card", b"").decode(errors="replace"),
        closed_at=float(closed_at) if closed_at else None,
    )


def text(value: bytes | str | None) -> str:
    return value.decode() if isinstance(value, bytes) else value or ""


def texts(values: Iterable[bytes]) -> list[str]:
    return [text(value) for value in values]

"""Counters and gauges of this process. `jobs/monitoring/prometheus.py` shows them.

Counters count events of this process and start at 0 with it. Gauges of queue, requests, store and providers are read
from Redis and the store, and are the same in every process. No label names a person, a chat or a song.
"""

import time
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import Final

from arq.connections import ArqRedis

from jobs.progress import OPEN_PHASES, Lane
from jobs.queue import keys
from jobs.queue.connection import answer
from jobs.queue.providers import standings
from jobs.queue.views import ALIVE, read_work, text, texts
from jobs.settings import Settings
from jobs.store.store import ResultStore

#: Counter → its description, and its labels.
COUNTS: Final = {
    "tracks": ("Tracks by how they ended here.", ("outcome",)),
    "failures": ("Tracks that failed here.", ("reason",)),
    "downloads": ("Attempts to download: ok, or why not.", ("provider", "outcome")),
    "store_errors": ("Calls to the bucket that failed: away, or refused.", ("why",)),
    "requests_ended": ("Requests that ended: done, cancelled, or the reason of their failure.", ("end",)),
}
#: Upper bounds, in seconds, of the histogram of stages.
BOUNDS: Final = (0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 40.0, 80.0, 160.0, 320.0, 640.0, 1800.0)

#: Requests of a platform, and tracks in work, that one measurement reads.
SAMPLE: Final = 1000

#: Gauge → its description, and its labels.
GAUGES: Final = {
    "queue_length": ("Tracks queued or in work.", ("lane",)),
    "workers": ("Workers whose heart beats.", ()),
    "machine_workers": ("Workers whose heart beats, by machine.", ("machine",)),
    "machine_tracks": ("Tracks in work, by machine.", ("machine",)),
    "open_requests": ("Open requests; of very many, an estimate.", ("phase",)),
    "oldest_request_seconds": ("The age of the oldest open request.", ("phase",)),
    "store_bytes": ("The result store: used, free on its disk, and its quota.", ("what",)),
    "provider_up": ("Whether a way to YouTube works (1) or rests (0).", ("provider",)),
}

Figure = tuple[str, tuple[str, ...], float]  # gauge, values of its labels, number

counted: Counter[tuple[str, tuple[str, ...]]] = Counter()
stages: dict[str, list[int]] = {}  # by stage: the count up to each bound, and beyond the last
stage_seconds: defaultdict[str, float] = defaultdict(float)  # by stage: the sum


def count(what: str, *labels: str) -> None:
    """Adds one to a counter of `COUNTS`."""
    assert len(labels) == len(COUNTS[what][1])
    counted[what, labels] += 1


def took(stage: str, seconds: float) -> None:
    """Adds a finished stage to the histogram."""
    stages.setdefault(stage, [0] * (len(BOUNDS) + 1))[bisect_left(BOUNDS, seconds)] += 1
    stage_seconds[stage] += seconds


async def measure(redis: ArqRedis, store: ResultStore, settings: Settings) -> list[Figure]:
    """The figures of `GAUGES` now."""
    work = await read_work(redis)
    figures: list[Figure] = [
        ("queue_length", (lane,), float(await redis.zcard(keys.queue(lane)) + work.of(lane))) for lane in Lane
    ]
    figures.append(("workers", (), float(await redis.zcount(keys.WORKERS, time.time() - ALIVE, "+inf"))))
    figures += [("provider_up", (one,), float(state.up)) for one, state in (await standings(redis)).items()]
    used, free = await store.used_bytes(), store.workspace.free_bytes()
    figures += [
        ("store_bytes", (what,), float(bytes_))
        for what, bytes_ in (("used", used), ("free", free), ("quota", settings.quota_gb * 1e9))
    ]
    return [*figures, *await _machines(redis), *await _requests(redis)]


async def _machines(redis: ArqRedis) -> list[Figure]:
    """What each machine has. A worker's name begins with that of its machine: HOST-PID-NUMBER-LANE."""
    workers = texts(await redis.zrangebyscore(keys.WORKERS, time.time() - ALIVE, "+inf"))
    async with redis.pipeline(transaction=False) as pipe:
        pipe.srandmember(keys.RUNNING, SAMPLE)
        tracks = texts(*await pipe.execute())
    owners = await answer(redis.mget([keys.lease(track) for track in tracks])) if tracks else []
    alive = Counter(_machine(name) for name in workers)
    busy = Counter(_machine(text(owner)) for owner in owners if owner)
    figures: list[Figure] = [("machine_workers", (machine,), float(number)) for machine, number in alive.items()]
    return figures + [("machine_tracks", (one,), float(busy[one])) for one in sorted(alive.keys() | busy.keys())]


def _machine(worker: str) -> str:
    return worker.rsplit("-", 3)[0]


async def _requests(redis: ArqRedis) -> list[Figure]:
    counts: Counter[str] = Counter()
    oldest: dict[str, float] = {}
    for platform in texts(await redis.zrange(keys.FRONTS, 0, -1)):
        attended = keys.attended(platform)
        count = await redis.zcard(attended)
        first = await redis.zrange(attended, 0, SAMPLE - 1, withscores=True)
        phases = await _phases(redis, [text(one) for one, _ in first])
        for (_, at), phase in zip(first, phases, strict=True):
            oldest[phase] = min(at, oldest.get(phase, at))
        found = Counter(phases)
        if count > SAMPLE:  # the shares of phases in a sample, since reading all would take longer the more there are
            sample = texts(await answer(redis.zrandmember(attended, SAMPLE)))
            shares = Counter(await _phases(redis, sample))
            found = Counter({phase: round(number * count / len(sample)) for phase, number in shares.items()})
        counts += found
    now = time.time()
    return [
        figure
        for phase in sorted(OPEN_PHASES)
        for figure in (
            ("open_requests", (phase,), float(counts[phase])),
            ("oldest_request_seconds", (phase,), now - oldest[phase] if phase in oldest else 0.0),
        )
    ]


async def _phases(redis: ArqRedis, request_ids: Sequence[str]) -> list[str]:
    async with redis.pipeline(transaction=False) as pipe:
        for request_id in request_ids:
            pipe.hget(keys.request(request_id), "phase")
        return [text(phase) for phase in await pipe.execute()]

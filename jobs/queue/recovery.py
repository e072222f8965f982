"""Frees tracks of dead workers, and queues awaited tracks again whose job was lost.

One worker at a time does it for all: the first that asks in each period. A period reads all tracks in work, and a part
of the awaited ones, so that its cost does not grow with the queue.
"""

import asyncio
import logging
import time
from collections.abc import Callable, Collection

from arq.connections import ArqRedis
from arq.constants import in_progress_key_prefix, job_key_prefix
from redis.exceptions import RedisError

from jobs.progress import Lane
from jobs.queue import keys, scripts
from jobs.queue.connection import answer, ask_script, run_script
from jobs.queue.requests import enqueue
from jobs.queue.views import text, texts

log = logging.getLogger(__name__)

PAGE = 500  # tracks in one command
PAGES = 4  # of awaited tracks in one period
TURNS_EVERY = 60.0  # seconds between two looks at the turns
MOST_TURNS = 10_000  # chats and persons of a lane, before turns that are over are removed


async def keep_recovering(
    redis: ArqRedis, worker: str, held: Collection[str], is_dead: Callable[[str], bool], every: float
) -> None:
    """Recovers until cancelled, a part `every` so many seconds, unless another worker does.

    `held`: the worker's own tracks. `is_dead`: whether a worker is certainly dead.
    """
    turns_at = 0.0  # when turns are forgotten next: time.monotonic()
    while True:
        try:
            # Not released: another worker may try when the period is over. Two at once would do no harm.
            if await redis.exists(keys.RUNNING, keys.AWAITED) and await redis.set(
                keys.RECOVERING, worker, nx=True, px=max(1, round(every * 900))
            ):
                await free_left(redis, held, is_dead)
                await queue_lost(redis, PAGES)
                if time.monotonic() >= turns_at:
                    await forget_turns(redis)
                    turns_at = time.monotonic() + TURNS_EVERY
        except RedisError as error:
            log.warning("cannot look for lost tracks: %s", error)
        except Exception:  # such as damaged data in the queue
            log.exception("recovery incomplete: unhandled exception")
        await asyncio.sleep(every)


async def free_left(redis: ArqRedis, held: Collection[str], is_dead: Callable[[str], bool]) -> list[str]:
    """Frees the tracks in work that have no lease, or one of a dead worker; returns their ids."""
    freed, cursor = [], 0
    while True:
        cursor, found = await redis.sscan(keys.RUNNING, cursor, count=PAGE)
        tracks = [track_id for track_id in texts(found) if track_id not in held]
        owners = await answer(redis.mget([keys.lease(track_id) for track_id in tracks])) if tracks else []
        for track_id, owner in zip(tracks, map(text, owners), strict=True):
            if owner and is_dead(owner):
                await run_script(redis, scripts.BEREAVE, [keys.lease(track_id)], owner)
            elif owner:
                continue
            if await _free(redis, track_id):
                freed.append(track_id)
        if not cursor:
            return freed


async def _free(redis: ArqRedis, track_id: str) -> bool:
    freed = await run_script(
        redis, scripts.FREE, [keys.lease(track_id), keys.RUNNING, keys.track(track_id)],
        track_id, keys.queue(""), keys.turns(""), job_key_prefix, in_progress_key_prefix,
    )  # fmt: skip
    if freed:
        log.warning("track %s: its worker is dead, freeing it", track_id)
    if freed == 2:
        await _queue(redis, track_id)
    return bool(freed)


async def queue_lost(redis: ArqRedis, pages: int | None = None) -> None:
    """Queues awaited tracks without a job. `pages`: read so many, from where the last call ended; None: all."""
    cursor = int(await redis.get(keys.RECOVERED_TO) or 0) if pages else 0
    while True:
        cursor, found = await redis.sscan(keys.AWAITED, cursor, count=PAGE)
        if found:
            lost = await ask_script(redis, scripts.LOST, [keys.RUNNING], keys.track(""), keys.queue(""), *texts(found))
            assert isinstance(lost, list)
            for track_id in texts(lost):
                await _queue(redis, track_id)
        pages = pages and pages - 1
        if not cursor or pages == 0:
            break
    if pages is not None:
        await redis.set(keys.RECOVERED_TO, cursor)


async def forget_turns(redis: ArqRedis, most: int = MOST_TURNS) -> None:
    """Removes turns that are over, if a lane has more than `most`: they end by themselves only when a lane is empty."""
    for lane in Lane:
        turns = keys.turns(lane)
        if await answer(redis.hlen(turns)) <= most:
            continue
        cursor = 0
        while True:
            cursor, found = await redis.hscan(turns, cursor, count=PAGE)
            whose = [one for one in texts(found) if not one.startswith("#")]
            if whose:
                await run_script(redis, scripts.FORGET_TURNS, [turns], *whose)
            if not cursor:
                break


async def _queue(redis: ArqRedis, track_id: str) -> None:
    try:
        attempt = int(await answer(redis.hget(keys.track(track_id), "attempt")) or 0)
    except ValueError:
        log.exception("track %s: invalid data in Redis; it is not queued again", track_id)
        return
    await enqueue(redis, track_id, attempt)

"""Titles and lengths of songs, so that people can tell them apart before, during and after the work.

They are stored by song: every request for it has them, in any separation, also when it is cancelled or fails. The
worker looks up those of queued videos, and writes what it learns while it works; front ends read `View.called`.
"""

from collections.abc import Sequence

from arq.connections import ArqRedis

from jobs.models import Upload, YouTube
from jobs.parsing import parse_source
from jobs.progress import Lane
from jobs.queue import keys
from jobs.queue.connection import answer
from jobs.results import Called


async def nameless(redis: ArqRedis, most: int, lanes: Sequence[Lane] = (Lane.STUDIO,)) -> dict[str, YouTube]:
    """Queued tracks of videos without a title or a look-up of it: id → video, `most` of the line of each lane. Marks
    them, so the caller must look them up.

    Without the first in a line while no worker is busy: its download is about to tell.
    """
    found: dict[str, YouTube] = {}
    lines = [await redis.zrange(keys.queue(lane), 0, most) for lane in lanes]
    first = 1 if any(lines) and not await answer(redis.scard(keys.RUNNING)) else 0
    for job in [job for line in lines for job in line[first:]]:
        track_id = job.decode().rpartition(".")[0]
        source = parse_source(await answer(redis.hget(keys.track(track_id), "source")))
        if not isinstance(source, YouTube) or await answer(redis.exists(keys.song(source.key))):
            continue
        if await answer(redis.hsetnx(keys.track(track_id), "called", "")):
            found[track_id] = source
    return found


async def keep_called(redis: ArqRedis, source: YouTube | Upload, called: Called, *, only_new: bool = False) -> None:
    """Stores a song's title and length, for as long as requests are kept. `only_new`: known ones stay."""
    await answer(redis.set(keys.song(source.key), called.model_dump_json(), ex=keys.KEEP_CLOSED, nx=only_new))


async def forget_called(redis: ArqRedis, source: YouTube | Upload) -> None:
    await answer(redis.delete(keys.song(source.key)))

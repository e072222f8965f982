"""Titles and lengths of queued videos, so that people can tell their songs apart before their turn.

They are stored with the track. The worker looks them up and writes; front ends read `View.called`.
"""

from arq.connections import ArqRedis

from jobs.models import YouTube
from jobs.parsing import parse_source
from jobs.queue import keys, scripts
from jobs.queue.connection import answer, run_script
from jobs.results import Called


async def nameless(redis: ArqRedis, most: int) -> dict[str, YouTube]:
    """Queued tracks without a look-up of their titles: id → video. Marks them, so the caller must look them up.

    Without the first in the queue: its download is about to tell.
    """
    found = {}
    for job in await redis.zrange(keys.QUEUE, 1, most):
        track_id = job.decode().rpartition(".")[0]
        source = parse_source(await answer(redis.hget(keys.track(track_id), "source")))
        if isinstance(source, YouTube) and await answer(redis.hsetnx(keys.track(track_id), "called", "")):
            found[track_id] = source
    return found


async def keep_called(redis: ArqRedis, track_id: str, called: Called) -> None:
    """Stores a track's title and length, if the track exists."""
    await run_script(redis, scripts.CALL, [keys.track(track_id)], called.model_dump_json())

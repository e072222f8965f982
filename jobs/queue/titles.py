"""What the videos in line are called and how long they are, found out before their turn: people tell their songs apart.

It is kept with the track. The worker asks and writes; front ends find it in `View.called`.
"""

from arq.connections import ArqRedis

from jobs.models import YouTube
from jobs.parsing import parse_source
from jobs.queue import keys, scripts
from jobs.queue.connection import answer, run_script
from jobs.results import Called


async def nameless(redis: ArqRedis, most: int) -> dict[str, YouTube]:
    """Tracks in line that nobody has asked the name of: id → video. Whoever calls this is to ask, once.

    Not the first in line: its download is about to tell.
    """
    found = {}
    for job in await redis.zrange(keys.QUEUE, 1, most):
        track_id = job.decode().rpartition(".")[0]
        source = parse_source(await answer(redis.hget(keys.track(track_id), "source")))
        if isinstance(source, YouTube) and await answer(redis.hsetnx(keys.track(track_id), "called", "")):
            found[track_id] = source
    return found


async def keep_called(redis: ArqRedis, track_id: str, called: Called) -> None:
    """Remember what was found out of a track, as long as anything is remembered of it."""
    await run_script(redis, scripts.CALL, [keys.track(track_id)], called.model_dump_json())

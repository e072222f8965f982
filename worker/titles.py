"""Looks up titles and lengths of songs that wait in the queue."""

import asyncio
import logging
from collections.abc import Sequence
from itertools import count

from redis.exceptions import RedisError

from jobs.failures import Failed
from jobs.progress import Lane
from jobs.queue.changes import retell_followers
from jobs.queue.titles import keep_called, nameless
from worker.child.limits import Limits
from worker.child.messages import Step
from worker.child.parent_side import run_child
from worker.child.tasks import Titles, TitlesTask
from worker.studio import Studio

log = logging.getLogger(__name__)

LOOK = 3.0  # seconds between two checks of the queue
LANES = (Lane.STUDIO,)
LANES_AT_TIMES = (Lane.STUDIO, Lane.SLOW)  # in one of RARELY checks: slow songs wait for minutes
RARELY = 4
MOST = 20  # songs from the beginning of the queue
AT_ONCE = 6  # songs per child, so that titles are published early
DEADLINE = 30.0  # seconds


async def keep_asking(studio: Studio) -> None:
    """Looks up each song in the queue once, until cancelled."""
    for look in count():
        try:
            await ask(studio, LANES if look % RARELY else LANES_AT_TIMES)
        except RedisError as error:
            log.warning("cannot read the queue to look up titles: %s", error)
        except Exception:
            log.exception("looking up titles: unhandled exception")
        await asyncio.sleep(LOOK)


async def ask(studio: Studio, lanes: Sequence[Lane] = LANES_AT_TIMES) -> None:
    """Looks up the songs in the lines of these lanes now. Raises nothing but `RedisError`."""
    redis, settings = studio.track_queue.redis, studio.settings
    waiting = list((await nameless(redis, MOST, lanes)).items())
    limits = Limits(memory_mb=settings.memory_mb, cpu_seconds=DEADLINE)
    for start in range(0, len(waiting), AT_ONCE):
        asked = dict(waiting[start : start + AT_ONCE])
        task = TitlesTask(video_ids=tuple(video.video_id for video in asked.values()), proxy=settings.youtube_proxy)
        try:
            found = await run_child(
                "worker.sources.youtube.titles", task, Titles, _ignore, deadline=DEADLINE, limits=limits
            )
        except Failed as error:
            log.info("looking up titles failed: %s", error.failure.detail)
            continue
        for track_id, video in asked.items():
            if called := found.called.get(video.video_id):
                await keep_called(redis, video, called)
                await retell_followers(redis, track_id)


def _ignore(step: Step) -> None:
    """Titles show no progress."""

"""Queues jobs in their lanes, in turns by chat and person."""

import time
from datetime import UTC, datetime, timedelta

from arq.connections import ArqRedis

from jobs.queue import keys, scripts
from jobs.queue.connection import run_script


async def enqueue_in_turn(
    redis: ArqRedis,
    lane: str,
    job: str,
    function: str,
    argument: str,
    *,
    chat: str,
    person: str = "",
    expires: timedelta | float,
) -> None:
    """Queues arq's `function` with its one `argument` as `job`, in the turn of `chat` and `person`: see TURN.

    A queued job stays single and can only move forward; one that fell out of the line returns. `expires`:
    seconds or a `timedelta` after which arq forgets the payload.
    """
    name = keys.queue(lane)
    score = await run_script(redis, scripts.TURN, [name, keys.turns(lane)], job, chat, person, str(time.time()))
    # arq takes jobs whose score is not in the future, lowest first: as times, our turns are all in 1970.
    turn = datetime.fromtimestamp(score / 1000, UTC)
    new = await redis.enqueue_job(
        function, argument, _job_id=job, _queue_name=name, _defer_until=turn, _expires=expires
    )
    if new is not None or await redis.zadd(name, {job: score}, nx=True):
        await redis.publish(name, "")  # wakes the workers of the lane: worker/lane.py

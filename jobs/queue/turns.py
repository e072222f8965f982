"""Jobs in the lines of their lanes, where chats take turns, and people."""

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
    """Queue arq's `function` with its one `argument` as `job`, in the turn of `chat` and `person`: see TURN.

    A job that is in line already stays there once, and its turn may only come earlier. `expires`: seconds, or as a
    `timedelta`, after which arq forgets what it is about.
    """
    name = keys.queue(lane)
    score = await run_script(redis, scripts.TURN, [name, keys.turns(lane)], job, chat, person, str(time.time()))
    # arq takes every job whose score is not in the future, lowest first: as times, our turns are all in 1970.
    turn = datetime.fromtimestamp(score / 1000, UTC)
    await redis.enqueue_job(function, argument, _job_id=job, _queue_name=name, _defer_until=turn, _expires=expires)

"""A lane with arq, on a real queue: jobs in work are out of the line, so that busy workers do not hide the next job."""

import asyncio
from typing import Any

import pytest
from arq.constants import in_progress_key_prefix
from arq.worker import func
from pydantic import SecretStr

from jobs.models import Request
from jobs.process.tasks import cancel_and_wait
from jobs.progress import Lane, RequestPhase
from jobs.queue import keys
from jobs.queue.connection import answer, connect, deserialize, serialize
from jobs.queue.listings import LISTING_FUNCTION, ask_listing
from jobs.queue.requests import JobQueue
from jobs.queue.tracks import TrackQueue
from tests.jobs.requests import ask
from tests.running import PATIENCE
from tests.worker.lanes import commands, keep_busy, lane, song
from worker.lane import LaneWorker

BUSY = 250  # arq reads the first hundred jobs


@pytest.fixture
def track_queue(queue: JobQueue) -> TrackQueue:
    return TrackQueue(queue.redis, "worker-1")


async def until(queue: JobQueue, request: Request, phase: RequestPhase = RequestPhase.READY) -> int:
    """Returns how many commands the waiting took."""
    looks = 1
    async with asyncio.timeout(PATIENCE):
        while await queue.phase(request.id) is not phase:
            looks += 1
            await asyncio.sleep(0.005)
    return looks


async def until_begun(queue: JobQueue, request: Request) -> None:
    async with asyncio.timeout(PATIENCE):
        while not await queue.redis.exists(keys.lease(request.track_id)):
            await asyncio.sleep(0.005)


async def test_the_next_job_is_taken_however_many_workers_are_busy(queue: JobQueue, valkey_server: SecretStr) -> None:
    needed = []
    for busy in (0, BUSY):
        await queue.redis.flushall()
        await keep_busy(queue, busy)
        async with lane(valkey_server, "idle"):
            for number in (1000, 1001):  # the first one may find the lane before it listens
                request = ask("ana", song(number))
                before = await commands(queue)
                await queue.submit(request)
                looks = await until(queue, request)
            needed.append(await commands(queue) - before - looks)
        assert await answer(queue.redis.scard(keys.RUNNING)) == busy
    assert needed[1] < needed[0] + 200, f"commands with 0 and {BUSY} busy workers"


async def test_a_stopped_workers_track_is_first_in_line_and_taken_at_once(
    queue: JobQueue, valkey_server: SecretStr
) -> None:
    requests = [ask(f"chat{number}", song(number)) for number in range(3)]
    async with lane(valkey_server, "first", asyncio.Event()):
        for request in requests:
            await queue.submit(request)
        await until_begun(queue, requests[0])
        line = [keys.job(request.track_id, 0).encode() for request in requests]
        assert await queue.redis.zrange(keys.QUEUE, 0, -1) == line[1:], "what is in work is out of the line"
    assert await queue.redis.zrange(keys.QUEUE, 0, -1) == line
    assert not await queue.redis.exists(in_progress_key_prefix + line[0].decode())
    async with lane(valkey_server, "second"):
        for request in requests:
            await until(queue, request)
    assert await queue.size() == 0


async def test_a_dead_workers_track_returns_to_the_front(queue: JobQueue, track_queue: TrackQueue) -> None:
    requests = [ask(f"chat{number}", song(number)) for number in range(3)]
    for request in requests:
        await queue.submit(request)
    assert await track_queue.begin(requests[0].track_id) is not None
    line = [keys.job(request.track_id, 0).encode() for request in requests]
    assert await queue.redis.zrange(keys.QUEUE, 0, -1) == line[1:]
    await queue.redis.delete(keys.lease(requests[0].track_id))  # expires
    assert await TrackQueue(queue.redis, "worker-2").free_left() == [requests[0].track_id]
    assert await queue.redis.zrange(keys.QUEUE, 0, -1) == line


@pytest.mark.parametrize("gone", ["payload", "place in line"])
async def test_a_freed_track_is_queued_whatever_is_left_of_its_job(
    queue: JobQueue, valkey_server: SecretStr, gone: str
) -> None:
    request = ask()
    await queue.submit(request)
    assert await TrackQueue(queue.redis, "worker-1").begin(request.track_id) is not None
    await queue.redis.delete(keys.lease(request.track_id))
    if gone == "payload":
        await queue.redis.delete("arq:job:" + keys.job(request.track_id, 0))
    else:
        await answer(queue.redis.hdel(keys.track(request.track_id), "turn"))
    assert await TrackQueue(queue.redis, "worker-2").recover() == [request.track_id]
    async with lane(valkey_server, "worker-3"):
        await until(queue, request)


async def test_a_job_that_was_in_work_with_version_0_1_is_taken_once(queue: JobQueue, valkey_server: SecretStr) -> None:
    """Its worker left the job in line, under arq's lock of an hour, and died."""
    request = ask()
    await queue.submit(request)
    job = keys.job(request.track_id, 0)
    await queue.redis.set(in_progress_key_prefix + job, b"1", ex=3670)
    await answer(queue.redis.sadd(keys.RUNNING, request.track_id))
    await answer(queue.redis.hset(keys.track(request.track_id), "starts", "1"))
    assert await TrackQueue(queue.redis, "worker-2").recover() == [request.track_id]
    assert await queue.redis.zrange(keys.QUEUE, 0, -1) == [job.encode()]
    async with lane(valkey_server, "worker-3"):
        await until(queue, request)


async def test_a_listing_of_a_stopped_worker_is_in_line_again(queue: JobQueue, valkey_server: SecretStr) -> None:
    await ask_listing(queue, "PL0123456789abcdef", "test:ana")
    (job,) = await queue.redis.zrange(keys.queue(Lane.QUICK), 0, -1)
    begun = asyncio.Event()

    async def listing(ctx: dict[Any, Any], playlist_id: str) -> None:
        async with worker.out_of_line(ctx):
            begun.set()
            await asyncio.Event().wait()

    worker = LaneWorker(
        functions=[func(listing, name=LISTING_FUNCTION)],
        redis_pool=connect(valkey_server),
        queue_name=keys.queue(Lane.QUICK),
        handle_signals=False,
        job_serializer=serialize,
        job_deserializer=deserialize,
    )
    running = asyncio.create_task(worker.async_run())
    async with asyncio.timeout(PATIENCE):
        await begun.wait()
    assert await queue.redis.zcard(keys.queue(Lane.QUICK)) == 0
    await cancel_and_wait(running)
    await worker.close()
    assert await queue.redis.zrange(keys.queue(Lane.QUICK), 0, -1) == [job]
    assert not await queue.redis.exists(in_progress_key_prefix + job.decode())


async def test_who_joins_a_track_in_work_keeps_the_turn(queue: JobQueue, track_queue: TrackQueue) -> None:
    first, joined = ask("ana", song(1)), ask("bo", song(1))
    await queue.submit(first)
    assert await track_queue.begin(first.track_id) is not None
    await queue.submit(joined)
    assert await queue.redis.zcard(keys.QUEUE) == 0
    assert not await answer(queue.redis.hexists(keys.turns(Lane.STUDIO), "test:bo"))
    assert await track_queue.ready(first.track_id, await track_queue.wanted(first.track_id))
    assert await queue.phase(joined.id) is RequestPhase.READY

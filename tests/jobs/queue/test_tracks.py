"""A worker's leases: kept while it lives, freed when it is dead, handed back when it is stopped."""

import asyncio
import json

import pytest
from arq.constants import in_progress_key_prefix

from jobs.process.tasks import cancel_and_wait
from jobs.progress import RequestPhase
from jobs.queue import keys, recovery, scripts
from jobs.queue.connection import answer, run_script
from jobs.queue.requests import JobQueue
from jobs.queue.tracks import TrackQueue
from tests.jobs.requests import OTHER, ask, seen


async def test_a_dead_workers_track_is_freed_by_the_next(queue: JobQueue, track_queue: TrackQueue) -> None:
    request = ask()
    await queue.submit(request)
    await track_queue.begin(request.track_id)
    job = keys.job(request.track_id, 0)
    await queue.redis.set(in_progress_key_prefix + job, b"1")
    next_worker = TrackQueue(queue.redis, "worker-2")
    assert await next_worker.recover() == [], "the lease still holds"
    assert await next_worker.begin(request.track_id) is None
    await queue.redis.delete(keys.lease(request.track_id))
    assert await next_worker.recover() == [request.track_id]
    assert not await queue.redis.exists(in_progress_key_prefix + job)
    track = await next_worker.begin(request.track_id)
    assert track is not None
    assert track.starts == 2
    assert await track_queue.ready(request.track_id, await track_queue.wanted(request.track_id)), (
        "the dead man's word counts no more"
    )
    assert (await seen(queue, request)).phase is RequestPhase.WAITING


async def test_a_track_of_a_known_dead_worker_is_freed_at_once(queue: JobQueue, track_queue: TrackQueue) -> None:
    request = ask()
    await queue.submit(request)
    await track_queue.begin(request.track_id)
    asked: list[str] = []

    def is_dead(worker: str) -> bool:
        asked.append(worker)
        return len(asked) > 1

    next_worker = TrackQueue(queue.redis, "worker-2", is_dead=is_dead)
    assert await next_worker.recover() == [], "nobody knows yet"
    assert await next_worker.begin(request.track_id) is None
    assert await next_worker.recover() == [request.track_id]
    assert await next_worker.begin(request.track_id) is not None
    assert await TrackQueue(queue.redis, "worker-3", is_dead=lambda worker: worker == "worker-1").recover() == []
    assert asked == ["worker-1", "worker-1"]
    assert await run_script(queue.redis, scripts.BEREAVE, [keys.lease(request.track_id)], "worker-1") == 0
    assert await queue.redis.get(keys.lease(request.track_id)) == b"worker-2", "the next one's lease is nobody's else"


async def test_a_worker_drops_a_track_that_another_took(queue: JobQueue, track_queue: TrackQueue) -> None:
    request = ask()
    await queue.submit(request)
    await track_queue.begin(request.track_id)
    await queue.redis.delete(keys.lease(request.track_id))  # expires
    next_worker = TrackQueue(queue.redis, "worker-2")
    assert await next_worker.recover() == [request.track_id]
    assert await next_worker.begin(request.track_id) is not None
    await track_queue.beat()
    assert await queue.redis.get(keys.lease(request.track_id)) == b"worker-2"
    await queue.redis.delete(keys.lease(request.track_id))
    assert await track_queue.recover() == [request.track_id], "it is nothing of its own"


async def test_a_worker_that_slept_does_not_renew_a_lease_of_another(queue: JobQueue, track_queue: TrackQueue) -> None:
    request = ask()
    await queue.submit(request)
    for worker in (track_queue, TrackQueue(queue.redis, "worker-2")):
        await worker.recover()
        assert await worker.begin(request.track_id) is not None
        await queue.redis.delete(keys.lease(request.track_id))  # expires
    await track_queue.beat()
    assert await queue.redis.get(keys.lease(request.track_id)) is None
    await worker.beat()
    assert await queue.redis.get(keys.lease(request.track_id)) == b"worker-2", "nobody began it since"


async def test_a_renewed_lease_expires_when_its_worker_dies(queue: JobQueue, track_queue: TrackQueue) -> None:
    """The worker slept, counted as dead, and woke before another one began."""
    request, next_worker = ask(), TrackQueue(queue.redis, "worker-2")
    await queue.submit(request)
    await track_queue.begin(request.track_id)
    for _ in range(2):
        await queue.redis.delete(keys.lease(request.track_id))  # expires
        assert await next_worker.recover() == [request.track_id]
        await track_queue.beat()
        assert await queue.redis.get(keys.lease(request.track_id)) == b"worker-1"


async def test_handing_back_does_not_count_as_a_start(queue: JobQueue, track_queue: TrackQueue) -> None:
    request = ask()
    await queue.submit(request)
    await track_queue.begin(request.track_id)
    await track_queue.hand_back(request.track_id)
    await track_queue.beat()
    assert not await queue.redis.exists(keys.lease(request.track_id)), "whoever is next has it at once"
    assert await TrackQueue(queue.redis, "worker-2").recover() == [], "nobody died"
    track = await track_queue.begin(request.track_id)
    assert track is not None
    assert track.starts == 1


async def test_an_accepted_request_whose_job_was_never_queued_is_queued_by_recovery(
    queue: JobQueue, track_queue: TrackQueue
) -> None:
    request = ask()
    await queue.submit(request)
    await queue.redis.delete(keys.QUEUE, "arq:job:" + keys.job(request.track_id, 0))
    assert await queue.size() == 0
    await track_queue.recover()
    assert await queue.size() == 1


async def test_recovery_goes_on_with_damaged_data(
    queue: JobQueue, track_queue: TrackQueue, caplog: pytest.LogCaptureFixture
) -> None:
    damaged, lost = ask(), ask(source=OTHER)
    for request in (damaged, lost):
        await queue.submit(request)
    await queue.redis.delete(keys.QUEUE, "arq:job:" + keys.job(lost.track_id, 0))
    await answer(queue.redis.hset(keys.track(damaged.track_id), "attempt", "of a later version"))
    recovering = asyncio.create_task(track_queue.keep_recovering(every=0.01))
    async with asyncio.timeout(120):
        while caplog.text.count("it is not queued again") < 2:
            await asyncio.sleep(0.01)
    assert not recovering.done()
    assert await queue.redis.zrange(keys.QUEUE, 0, -1) == [keys.job(lost.track_id, 0).encode()]
    await cancel_and_wait(recovering)


async def test_the_heartbeat_keeps_a_lease(queue: JobQueue, track_queue: TrackQueue) -> None:
    request = ask()
    await queue.submit(request)
    await track_queue.begin(request.track_id)
    await queue.redis.pexpire(keys.lease(request.track_id), 50)
    await track_queue.beat()
    assert await queue.redis.pttl(keys.lease(request.track_id)) > 5000
    assert await queue.workers() == ["worker-1"]
    await track_queue.leave()
    assert await queue.workers() == []


async def test_renditions_wanted_by_another_version_are_made(queue: JobQueue, track_queue: TrackQueue) -> None:
    request = ask()
    await queue.submit(request)
    await track_queue.begin(request.track_id)
    (wanted,) = await track_queue.wanted(request.track_id)
    wants = keys.wants(request.track_id)
    await answer(queue.redis.delete(wants))
    older = json.dumps(wanted.model_dump(mode="json") | {"quality": "best"}, indent=1)
    await answer(queue.redis.sadd(wants, older, "no rendition at all"))
    assert await track_queue.wanted(request.track_id) == [wanted]
    assert await answer(queue.redis.smembers(wants)) == {wanted.model_dump_json().encode()}
    assert await track_queue.ready(request.track_id, [wanted])
    assert (await seen(queue, request)).phase is RequestPhase.READY


async def test_each_period_looks_at_a_part_of_the_waiting_tracks(
    queue: JobQueue, track_queue: TrackQueue, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All of them in turn, whichever worker holds the lock."""
    monkeypatch.setattr(recovery, "PAGES", 1)
    waiting = [f"{number:024x}" for number in range(5 * recovery.PAGE)]
    async with queue.redis.pipeline(transaction=False) as pipe:
        for number, track_id in enumerate(waiting):
            pipe.sadd(keys.AWAITED, track_id)
            pipe.zadd(keys.QUEUE, {keys.job(track_id, 0): number + 1})
        await pipe.execute()
    lost = waiting[7::100]
    await queue.redis.zrem(keys.QUEUE, *(keys.job(track_id, 0) for track_id in lost))
    periods = 0
    while await queue.redis.zcard(keys.QUEUE) < len(waiting):
        before = await queue.redis.zcard(keys.QUEUE)
        await recovery.queue_lost(queue.redis, recovery.PAGES)
        periods += 1
        assert await queue.redis.zcard(keys.QUEUE) - before < len(lost), "not all in one period"
    assert periods <= 12
    assert {job.decode() for job in await queue.redis.zrange(keys.QUEUE, 0, -1)} == {
        keys.job(track_id, 0) for track_id in waiting
    }


async def test_one_worker_at_a_time_looks_for_lost_tracks(queue: JobQueue, track_queue: TrackQueue) -> None:
    await queue.redis.set(keys.RECOVERING, "worker-2")  # for as long as this test wants
    request = ask()
    await queue.submit(request)
    assert await track_queue.begin(request.track_id) is not None
    await queue.redis.delete(keys.lease(request.track_id))
    other = TrackQueue(queue.redis, "worker-3")
    recovering = asyncio.create_task(other.keep_recovering(every=0.01))
    await asyncio.sleep(0.2)
    assert await answer(queue.redis.scard(keys.RUNNING)) == 1
    await queue.redis.delete(keys.RECOVERING)
    async with asyncio.timeout(120):
        while await answer(queue.redis.scard(keys.RUNNING)):
            await asyncio.sleep(0.01)
    await cancel_and_wait(recovering)


async def test_the_heart_does_not_wait_for_recovery(
    queue: JobQueue, track_queue: TrackQueue, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def endless(*_: object) -> None:
        await asyncio.Event().wait()

    monkeypatch.setattr(recovery, "queue_lost", endless)
    request = ask()
    await queue.submit(request)
    assert await track_queue.begin(request.track_id) is not None
    tasks = [
        asyncio.create_task(track_queue.keep_recovering()),
        asyncio.create_task(track_queue.keep_alive(every=0.01)),
    ]
    async with asyncio.timeout(120):
        for _ in range(3):
            await queue.redis.pexpire(keys.lease(request.track_id), 5000)
            while await queue.redis.pttl(keys.lease(request.track_id)) <= 5000:
                await asyncio.sleep(0.01)
    await cancel_and_wait(*tasks)

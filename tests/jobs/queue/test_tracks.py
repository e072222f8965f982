"""A worker's leases: kept while it lives, freed when it is dead, handed back when it is stopped."""

import asyncio
import json

import pytest
from arq.constants import in_progress_key_prefix

from jobs.process.tasks import cancel_and_wait
from jobs.progress import RequestPhase
from jobs.queue import keys, scripts
from jobs.queue.connection import answer, run_script
from jobs.queue.requests import JobQueue
from jobs.queue.tracks import TrackQueue
from tests.jobs.requests import ask, seen


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


async def test_heartbeats_go_on_with_damaged_data(
    queue: JobQueue, track_queue: TrackQueue, caplog: pytest.LogCaptureFixture
) -> None:
    damaged = ask()
    await queue.submit(damaged)
    await answer(queue.redis.hset(keys.track(damaged.track_id), "attempt", "of a later version"))
    beating = asyncio.create_task(track_queue.keep_alive(every=0.01))
    async with asyncio.timeout(120):
        while caplog.text.count("heartbeat incomplete") < 2:
            await asyncio.sleep(0.01)
    assert not beating.done()
    assert await queue.workers() == ["worker-1"]
    await cancel_and_wait(beating)


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

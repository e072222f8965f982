"""Leases that expired while a worker was stopped or Redis was away: one worker has a track, and settles it once."""

import asyncio
import time
from pathlib import Path

import psutil
import pytest
from pydantic import SecretStr

from jobs.models import Request, YouTube
from jobs.process.valkey import private_valkey
from jobs.progress import RequestPhase
from jobs.queue import keys
from jobs.queue.connection import answer
from jobs.queue.requests import JobQueue
from jobs.queue.tracks import TrackQueue
from tests.worker.track_fixture import ask, seen

SONG = YouTube(video_id="dQw4w9WgXcQ")


@pytest.fixture
async def request_(queue: JobQueue) -> Request:
    request = ask(SONG)
    await queue.submit(request)
    return request


async def owner(queue: JobQueue, request: Request) -> str:
    return (await queue.redis.get(keys.lease(request.track_id)) or b"").decode()


async def test_a_worker_leaves_its_track_to_the_one_that_took_it(queue: JobQueue, request_: Request) -> None:
    sleeper, next_one = TrackQueue(queue.redis, "sleeper"), TrackQueue(queue.redis, "next")
    await sleeper.begin(request_.track_id)
    await queue.redis.delete(keys.lease(request_.track_id))  # as after ten seconds without a beat
    await next_one.recover()
    assert await next_one.begin(request_.track_id) is not None
    await sleeper.beat()
    assert await owner(queue, request_) == "next"
    assert not await sleeper.report(request_.track_id, None), "told to stop working on it"
    assert await sleeper.ready(request_.track_id, request_.order.renditions), "nothing more to do"
    assert (await seen(queue, request_)).phase is RequestPhase.WAITING
    await next_one.beat()
    assert await next_one.report(request_.track_id, None)
    assert await next_one.ready(request_.track_id, request_.order.renditions)
    assert (await seen(queue, request_)).phase is RequestPhase.READY


@pytest.mark.parametrize("freed", [False, True])
async def test_an_expired_lease_without_a_new_owner_is_renewed(queue: JobQueue, request_: Request, freed: bool) -> None:
    track_queue, other = TrackQueue(queue.redis, "first"), TrackQueue(queue.redis, "other")
    await track_queue.begin(request_.track_id)
    await queue.redis.delete(keys.lease(request_.track_id))
    if freed:
        assert await other.recover() == [request_.track_id]
    await track_queue.beat()
    assert await owner(queue, request_) == "first"
    assert await other.recover() == []
    assert await other.begin(request_.track_id) is None
    await queue.redis.delete(keys.lease(request_.track_id))
    assert await track_queue.ready(request_.track_id, request_.order.renditions), "in the moment before a beat, too"
    assert (await seen(queue, request_)).phase is RequestPhase.READY


async def test_a_heartbeat_after_the_end_changes_nothing(queue: JobQueue, request_: Request) -> None:
    track_queue = TrackQueue(queue.redis, "first")
    await track_queue.begin(request_.track_id)
    await asyncio.gather(track_queue.ready(request_.track_id, request_.order.renditions), track_queue.beat())
    assert await owner(queue, request_) == ""
    assert await answer(queue.redis.scard(keys.RUNNING)) == 0


async def test_a_command_waits_for_a_server_that_is_started_again(tmp_path: Path) -> None:
    """A killed private Valkey restarts within a second: commands meanwhile wait and do not fail."""
    with private_valkey(tmp_path) as url:
        queue = JobQueue.at(url)
        for _ in range(3):
            server = await _server(url)
            server.kill()
            began = time.monotonic()
            while await _server(url) == server:
                assert time.monotonic() < began + 30
        await queue.close()


async def _server(url: SecretStr) -> psutil.Process:
    queue = JobQueue.at(url)
    try:
        return psutil.Process((await queue.redis.info("server"))["process_id"])
    finally:
        await queue.close()


async def test_a_dropped_track_is_freed_although_its_worker_lives(queue: JobQueue, request_: Request) -> None:
    """As after the queue was out of reach in the middle of the work."""
    track_queue, other = TrackQueue(queue.redis, "first"), TrackQueue(queue.redis, "other")
    await track_queue.begin(request_.track_id)
    track_queue.drop(request_.track_id)
    await queue.redis.pexpire(keys.lease(request_.track_id), 1)
    await asyncio.sleep(0.01)
    await track_queue.beat()
    assert await owner(queue, request_) == "", "its heart renews it no longer"
    assert await other.recover() == [request_.track_id]
    assert await track_queue.begin(request_.track_id) is not None, "it may take it again"

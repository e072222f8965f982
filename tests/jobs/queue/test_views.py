"""Views of requests: closing times, lanes of tracks, and lists."""

import time

import pytest

from jobs.models import Request, YouTube
from jobs.progress import Lane, RequestPhase
from jobs.queue import keys
from jobs.queue.connection import answer
from jobs.queue.requests import JobQueue
from jobs.queue.tracks import TrackQueue
from jobs.queue.views import text
from tests.jobs.requests import ask, seen

SONGS = [YouTube(video_id=f"aaaaaaaaa{number}A") for number in range(3)]


async def ready(queue: JobQueue, track_queue: TrackQueue, request: Request) -> None:
    await queue.submit(request)
    track = await track_queue.begin(request.track_id)
    assert track is not None
    assert await track_queue.ready(track.id, await track_queue.wanted(track.id))


async def lane_of(queue: JobQueue, request: Request) -> str:
    return text(await answer(queue.redis.hget(keys.track(request.track_id), "lane")))


async def test_a_request_has_a_closing_time_once_it_is_final(queue: JobQueue, track_queue: TrackQueue) -> None:
    request = ask()
    await ready(queue, track_queue, request)
    assert await queue.sending(request.id)
    assert (await seen(queue, request)).closed_at is None
    before = time.time()
    assert await queue.done(request.id)
    closed = (await seen(queue, request)).closed_at
    assert closed is not None
    assert before <= closed <= time.time()


@pytest.mark.parametrize(("quick", "lane"), [(None, Lane.QUICK), (True, Lane.QUICK), (False, Lane.STUDIO)])
async def test_further_renditions_are_quick_unless_the_stems_were_removed(
    queue: JobQueue, track_queue: TrackQueue, quick: bool | None, lane: Lane
) -> None:
    request = ask()
    await ready(queue, track_queue, request)
    how = {} if quick is None else {"quick": quick}
    assert await queue.want(request, request.order.renditions, **how)
    assert await lane_of(queue, request) == lane
    assert (await seen(queue, request)).phase is RequestPhase.WAITING


async def test_recent_requests_are_limited_and_newest_first(queue: JobQueue) -> None:
    requests = [ask(source=song) for song in SONGS]
    for request in requests:
        await queue.submit(request)
    newest = [view.request.id for view in await queue.recent("test:ana", limit=2)]
    assert newest == [requests[2].id, requests[1].id]
    assert len(await queue.recent("test:ana")) == 3
    assert await queue.recent("test:bo") == []


async def test_all_attended_requests_are_read(queue: JobQueue) -> None:
    requests = [ask(source=song) for song in SONGS]
    for request in requests:
        await queue.submit(request)
    assert [view.request.id for view in await queue.attended("test")] == [request.id for request in requests]
    assert await queue.attended("elsewhere") == []


async def test_a_finished_track_is_neither_running_nor_awaited(queue: JobQueue, track_queue: TrackQueue) -> None:
    request = ask()
    await queue.submit(request)
    assert await track_queue.begin(request.track_id) is not None
    assert await answer(queue.redis.smembers(keys.RUNNING)) == {request.track_id.encode()}
    assert await track_queue.ready(request.track_id, await track_queue.wanted(request.track_id))
    assert await answer(queue.redis.smembers(keys.RUNNING)) == set()
    assert await answer(queue.redis.smembers(keys.AWAITED)) == set()


async def test_the_ledger_of_a_reopened_request_does_not_expire(queue: JobQueue, track_queue: TrackQueue) -> None:
    """The ledger of the first delivery must not expire during the second."""
    request = ask()
    await ready(queue, track_queue, request)
    await queue.sending(request.id)
    await answer(queue.redis.hset(keys.parts(request.id), "0", "sent"))
    await queue.done(request.id)
    await queue.let_go(request.id, "test")
    assert await queue.redis.ttl(keys.parts(request.id)) > 0
    assert await queue.reopen(request)
    assert await queue.redis.ttl(keys.parts(request.id)) == -1


async def test_a_track_that_is_wanted_again_does_not_expire(queue: JobQueue, track_queue: TrackQueue) -> None:
    request = ask()
    await ready(queue, track_queue, request)
    assert 0 < await queue.redis.ttl(keys.track(request.track_id)) <= keys.KEEP_CLOSED
    await queue.submit(ask(message="2"))
    assert await queue.redis.ttl(keys.track(request.track_id)) == -1


@pytest.mark.parametrize("begun", [False, True])
async def test_a_job_goes_on_while_a_request_waits_for_it(
    queue: JobQueue, track_queue: TrackQueue, begun: bool
) -> None:
    first, second = ask("ana"), ask("bo")
    await queue.submit(first)
    await queue.submit(second)
    if begun:
        await track_queue.begin(first.track_id)
    line = await queue.redis.zrange(keys.queue(Lane.STUDIO), 0, -1)
    assert len(line) == (0 if begun else 1)
    await queue.cancel(first.id)
    assert await queue.redis.zrange(keys.queue(Lane.STUDIO), 0, -1) == line
    assert await answer(queue.redis.smembers(keys.AWAITED)) == {first.track_id.encode()}
    await queue.cancel(second.id)
    assert await queue.size() == (1 if begun else 0), "what is begun is the worker's to end"


async def test_a_request_after_a_cancellation_gets_another_job(queue: JobQueue) -> None:
    """A worker may already have the cancelled job's id, and would end a new job of the same id."""
    first, second = ask(message="1"), ask(message="2")
    await queue.submit(first)
    (cancelled,) = await queue.redis.zrange(keys.queue(Lane.STUDIO), 0, -1)
    await queue.cancel(first.id)
    assert await queue.size() == 0
    assert await queue.redis.exists(keys.wants(first.track_id), f"arq:job:{cancelled.decode()}") == 0
    await queue.submit(second)
    (new,) = await queue.redis.zrange(keys.queue(Lane.STUDIO), 0, -1)
    assert new != cancelled


async def test_a_track_starts_when_a_worker_is_free_for_it(queue: JobQueue, track_queue: TrackQueue) -> None:
    requests = [ask(source=song) for song in SONGS]
    for request in requests:
        await queue.submit(request)
    assert [(await seen(queue, one)).starts for one in requests] == [False, False, False], "no worker is there"
    for workers, free in ((1, [True, False, False]), (2, [True, True, False])):
        await queue.redis.zadd(keys.WORKERS, {f"worker-{workers}": time.time()})
        assert [(await seen(queue, one)).starts for one in requests] == free
    await track_queue.begin(requests[0].track_id)
    await queue.cancel(requests[1].id)
    assert not (await seen(queue, requests[1])).starts

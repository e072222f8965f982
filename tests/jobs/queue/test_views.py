"""What a request tells of itself on its way: when it was closed, which lane its track is in, and who sees it."""

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


async def test_it_is_closed_when_it_is_over_and_not_before(queue: JobQueue, track_queue: TrackQueue) -> None:
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
async def test_further_renditions_do_not_wait_behind_separations_unless_the_stems_are_gone(
    queue: JobQueue, track_queue: TrackQueue, quick: bool | None, lane: Lane
) -> None:
    request = ask()
    await ready(queue, track_queue, request)
    how = {} if quick is None else {"quick": quick}
    assert await queue.want(request, request.order.renditions, **how)
    assert await lane_of(queue, request) == lane
    assert (await seen(queue, request)).phase is RequestPhase.WAITING


async def test_a_chats_latest_are_as_many_as_asked_for_newest_first(queue: JobQueue) -> None:
    requests = [ask(source=song) for song in SONGS]
    for request in requests:
        await queue.submit(request)
    newest = [view.request.id for view in await queue.recent("test:ana", limit=2)]
    assert newest == [requests[2].id, requests[1].id]
    assert len(await queue.recent("test:ana")) == 3
    assert await queue.recent("test:bo") == []


async def test_everything_that_is_attended_to_is_seen_to_the_last(queue: JobQueue) -> None:
    requests = [ask(source=song) for song in SONGS]
    for request in requests:
        await queue.submit(request)
    assert [view.request.id for view in await queue.attended("test")] == [request.id for request in requests]
    assert await queue.attended("elsewhere") == []


async def test_what_is_over_is_nowhere_among_what_runs_or_is_awaited(queue: JobQueue, track_queue: TrackQueue) -> None:
    request = ask()
    await queue.submit(request)
    assert await track_queue.begin(request.track_id) is not None
    assert await answer(queue.redis.smembers(keys.RUNNING)) == {request.track_id.encode()}
    assert await track_queue.ready(request.track_id, await track_queue.wanted(request.track_id))
    assert await answer(queue.redis.smembers(keys.RUNNING)) == set()
    assert await answer(queue.redis.smembers(keys.AWAITED)) == set()


async def test_a_part_sent_again_is_remembered_as_long_as_its_request_is_open(
    queue: JobQueue, track_queue: TrackQueue
) -> None:
    """What was noted of the first delivery must not expire while the second is under way."""
    request = ask()
    await ready(queue, track_queue, request)
    await queue.sending(request.id)
    await answer(queue.redis.hset(keys.parts(request.id), "0", "sent"))
    await queue.done(request.id)
    await queue.let_go(request.id, "test")
    assert await queue.redis.ttl(keys.parts(request.id)) > 0
    assert await queue.reopen(request)
    assert await queue.redis.ttl(keys.parts(request.id)) == -1


async def test_a_track_that_is_wanted_again_is_remembered_as_long_as_it_takes(
    queue: JobQueue, track_queue: TrackQueue
) -> None:
    request = ask()
    await ready(queue, track_queue, request)
    assert 0 < await queue.redis.ttl(keys.track(request.track_id)) <= keys.KEEP_CLOSED
    await queue.submit(ask(message="2"))
    assert await queue.redis.ttl(keys.track(request.track_id)) == -1


@pytest.mark.parametrize("begun", [False, True])
async def test_a_job_goes_on_while_somebody_waits_for_it(queue: JobQueue, track_queue: TrackQueue, begun: bool) -> None:
    first, second = ask("ana"), ask("bo")
    await queue.submit(first)
    await queue.submit(second)
    if begun:
        await track_queue.begin(first.track_id)
    (job,) = await queue.redis.zrange(keys.queue(Lane.STUDIO), 0, -1)
    await queue.cancel(first.id)
    assert await queue.redis.zrange(keys.queue(Lane.STUDIO), 0, -1) == [job]
    assert await answer(queue.redis.smembers(keys.AWAITED)) == {first.track_id.encode()}
    await queue.cancel(second.id)
    assert await queue.size() == (1 if begun else 0), "what is begun is the worker's to end"


async def test_who_asks_again_after_cancelling_gets_another_job(queue: JobQueue) -> None:
    """A worker may hold the cancelled one's name in its hands already, and would end the new one with it."""
    first, second = ask(message="1"), ask(message="2")
    await queue.submit(first)
    (cancelled,) = await queue.redis.zrange(keys.queue(Lane.STUDIO), 0, -1)
    await queue.cancel(first.id)
    assert await queue.size() == 0
    assert await queue.redis.exists(keys.wants(first.track_id), f"arq:job:{cancelled.decode()}") == 0
    await queue.submit(second)
    (new,) = await queue.redis.zrange(keys.queue(Lane.STUDIO), 0, -1)
    assert new != cancelled

"""Turns: positions, rounds between chats, lanes, limits, and estimates of the wait."""

import pytest

from jobs.failures import Failure, Reason
from jobs.models import Request, YouTube
from jobs.progress import Lane, Progress, RequestPhase, TrackStage
from jobs.queue import keys, scripts
from jobs.queue.connection import answer, run_script
from jobs.queue.quotas import Limits, TooManyOpen
from jobs.queue.recovery import forget_turns
from jobs.queue.requests import JobQueue
from jobs.queue.tracks import TrackQueue
from tests.jobs.requests import OTHER, ask, seen


async def test_positions_count_tracks_not_requests(queue: JobQueue) -> None:
    first, joined, second = ask("ana"), ask("bo"), ask("bo", OTHER)
    for request in (first, joined, second):
        await queue.submit(request)
    assert [view.ahead for view in await queue.views([first.id, joined.id, second.id])] == [0, 0, 1]


def songs(count: int, first: int = 0) -> list[YouTube]:
    return [YouTube(video_id=f"{number:010d}A") for number in range(first, first + count)]


async def order(queue: JobQueue, asked: dict[str, Request]) -> list[str]:
    """Names of the requests in arq's order."""
    tracks = {request.track_id: name for name, request in asked.items()}
    return [tracks[job.decode().partition(".")[0]] for job in await queue.redis.zrange(keys.QUEUE, 0, -1)]


async def test_chats_take_turns(queue: JobQueue, track_queue: TrackQueue) -> None:
    asked = {}
    for who, sources in (("ana", songs(4)), ("bo", songs(2, 10)), ("cy", songs(1, 20))):
        for number, source in enumerate(sources):
            asked[f"{who}{number}"] = ask(who, source)
            await queue.submit(asked[f"{who}{number}"])
    assert await order(queue, asked) == ["ana0", "bo0", "cy0", "ana1", "bo1", "ana2", "ana3"]


async def test_a_newcomer_waits_for_the_round_in_work_only(queue: JobQueue, track_queue: TrackQueue) -> None:
    asked = {f"ana{number}": ask("ana", source) for number, source in enumerate(songs(4))}
    for request in asked.values():
        await queue.submit(request)
    for name in ("ana0", "ana1"):
        await track_queue.begin(asked[name].track_id)
        await track_queue.ready(asked[name].track_id, await track_queue.wanted(asked[name].track_id))
    await track_queue.begin(asked["ana2"].track_id)
    asked["bo"] = ask("bo", songs(1, 10)[0])
    await queue.submit(asked["bo"])
    assert await order(queue, asked) == ["bo", "ana3"]


async def test_a_request_that_joins_a_track_may_bring_it_forward(queue: JobQueue) -> None:
    asked = {f"ana{number}": ask("ana", source) for number, source in enumerate(songs(3))}
    for request in asked.values():
        await queue.submit(request)
    await queue.submit(ask("bo", songs(3)[2]))
    assert await order(queue, asked) == ["ana0", "ana2", "ana1"]
    await queue.submit(ask("ana", songs(3)[1], message="again"))
    assert await order(queue, asked) == ["ana0", "ana2", "ana1"], "asking twice gains nothing"


async def test_renderings_have_a_lane_of_their_own(queue: JobQueue) -> None:
    await queue.submit(ask("ana", songs(1)[0]))
    quick = ask("bo", songs(2)[1])
    await queue.submit(quick, quick=True)
    assert (await seen(queue, quick)).ahead == 0
    assert await queue.size() == 2
    assert await queue.cancel(quick.id)
    assert await queue.size() == 1
    track = ask("bo", songs(2)[1], message="2")
    await queue.submit(track, quick=True)
    assert await TrackQueue(queue.redis, "worker-1-quick", Lane.QUICK).begin(track.track_id) is not None


async def test_open_requests_are_limited_per_person_and_per_chat(queue: JobQueue, track_queue: TrackQueue) -> None:
    limits = Limits(person=2, chat=3)
    first, *others = songs(5)
    done = ask("ana", first)
    await queue.submit(done, limits)
    await track_queue.begin(done.track_id)
    await track_queue.fail(done.track_id, Failure(reason=Reason.PRIVATE))
    for source in others[:2]:
        await queue.submit(ask("ana", source), limits)
    with pytest.raises(TooManyOpen) as refused:
        await queue.submit(ask("ana", others[2]), limits)
    assert (refused.value.limit, refused.value.whose) == (2, "person")
    assert not await queue.submit(ask("ana", others[0]), limits), "a message that arrives twice is no new request"
    in_chat = [
        ask("ana", source).model_copy(update={"asker": f"test:{who}"})
        for source, who in zip(others[:3], "xyz", strict=True)
    ]
    with pytest.raises(TooManyOpen) as refused:
        for number, request in enumerate(in_chat[2:] + in_chat[:2]):
            await queue.submit(request.model_copy(update={"id": f"{number:016x}"}), limits)
    assert (refused.value.limit, refused.value.whose) == (3, "chat")
    assert len(await queue.attended("test")) == 4


async def test_the_wait_is_estimated_from_durations_of_tracks(queue: JobQueue, track_queue: TrackQueue) -> None:
    running, second, third = (ask(who, source) for who, source in zip(("ana", "bo", "cy"), songs(3), strict=True))
    for request in (running, second, third):
        await queue.submit(request)
    assert (await seen(queue, third)).wait is None, "nobody knows yet"
    await answer(queue.redis.rpush(keys.TOOK, "20", "40", "30"))
    await track_queue.begin(running.track_id)
    await track_queue.report(running.track_id, Progress(stage=TrackStage.SEPARATING, fraction=0.5, seconds_left=12))
    await track_queue.beat()
    assert [view.wait for view in await queue.views([running.id, second.id, third.id])] == [None, 12, 42]
    await TrackQueue(queue.redis, "worker-2").beat()
    assert (await seen(queue, third)).wait == 12 + 15
    await track_queue.ready(running.track_id, await track_queue.wanted(running.track_id))
    took, *before = await answer(queue.redis.lrange(keys.TOOK, 0, -1))
    assert before == [b"20", b"40", b"30"]
    assert 0 <= float(took) < 300, "this test is quicker than that"


async def test_the_last_durations_are_kept(queue: JobQueue, track_queue: TrackQueue) -> None:
    request = ask()
    await queue.submit(request)
    await answer(queue.redis.rpush(keys.TOOK, *map(str, range(1000, 1000 + keys.KEEP_TOOK))))
    await track_queue.begin(request.track_id)
    assert await track_queue.ready(request.track_id, await track_queue.wanted(request.track_id))
    kept = [float(took) for took in await answer(queue.redis.lrange(keys.TOOK, 0, -1))]
    assert kept[0] < 300
    assert kept[1:] == list(range(1000, 1000 + keys.KEEP_TOOK - 1))


async def test_a_person_has_one_turn_in_all_chats_together(queue: JobQueue) -> None:
    asked = {}
    for number, source in enumerate(songs(4)):
        asked[f"ana{number}"] = ask(f"group{number}", source).model_copy(update={"asker": "test:ana"})
        await queue.submit(asked[f"ana{number}"])
    asked["bo"] = ask("bo", songs(1, 10)[0])
    await queue.submit(asked["bo"])
    assert await order(queue, asked) == ["ana0", "bo", "ana1", "ana2", "ana3"]


async def test_the_queue_has_a_limit(queue: JobQueue, track_queue: TrackQueue) -> None:
    """Only waiting requests count, not those being sent, nor those that cost nothing."""
    limits = Limits(waiting=2)
    first, second, third, fourth = (ask(who, source) for who, source in zip("abcd", songs(4), strict=True))
    for request in (first, second):
        await queue.submit(request, limits)
    with pytest.raises(TooManyOpen) as refused:
        await queue.submit(third, limits)
    assert (refused.value.limit, refused.value.whose) == (2, "all")
    assert await queue.view(third.id) is None
    assert not await queue.submit(first, limits), "a message that arrives twice is no new request"
    assert await queue.hold(fourth, limits, RequestPhase.READY), "it needs no worker"
    await track_queue.begin(first.track_id)
    assert await track_queue.ready(first.track_id, await track_queue.wanted(first.track_id))
    assert await queue.submit(third, limits)


async def test_a_turn_counts_before_its_job_is_queued(queue: JobQueue) -> None:
    """Requests at the same moment, each from another chat of one person, into an empty queue."""
    scores = [
        await run_script(queue.redis, scripts.TURN, [keys.QUEUE, keys.turns(Lane.STUDIO)], job, chat, "ana", at)
        for job, chat, at in (("1", "a", "1000"), ("2", "b", "1001"), ("3", "c", "1002"), ("4", "d", "2000"))
    ]
    assert [score // 1_000_000 for score in scores] == [1, 2, 3, 1], "the last one came long after"


async def test_turns_that_are_over_are_forgotten_where_a_lane_is_never_empty(
    queue: JobQueue, track_queue: TrackQueue
) -> None:
    turns = keys.turns(Lane.STUDIO)
    asked = [ask("ana", source) for source in songs(3)]
    for request in asked:
        await queue.submit(request)
    await queue.submit(ask("bo", songs(1, 10)[0]))
    for request in asked[:2]:
        await track_queue.begin(request.track_id)
    await answer(queue.redis.hset(turns, mapping={f"test:chat{number}": 1 for number in range(3000)}))
    await forget_turns(queue.redis, most=5000)
    assert await answer(queue.redis.hlen(turns)) > 3000
    await forget_turns(queue.redis, most=100)
    kept = {name.decode(): float(turn) for name, turn in (await answer(queue.redis.hgetall(turns))).items()}
    assert {name for name in kept if not name.startswith("#")} == {"test:ana"}, "Bo's round is over, Ana's third is not"
    assert kept["#now"] == 2

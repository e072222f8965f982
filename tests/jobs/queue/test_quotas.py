"""Minutes of music per day, for each person and chat: counted once, returned, and never exceeded together."""

import asyncio
import time

import pytest

from jobs.failures import Failure, Reason
from jobs.progress import RequestPhase
from jobs.queue import keys
from jobs.queue.connection import answer
from jobs.queue.quotas import Limits
from jobs.queue.requests import JobQueue
from jobs.queue.tracks import TrackQueue
from tests.jobs.queue.quota_steps import BAND, DAY, HOUR, ask, refused, took


async def test_a_days_minutes_of_one_person(queue: JobQueue) -> None:
    start = time.time() - 1000
    await queue.submit(ask(2000, at=start), HOUR)
    await queue.submit(ask(1000, at=start + 100), HOUR)
    over = await refused(queue.submit(ask(700, at=start + 400), HOUR))
    assert over.reason is Reason.OVER_QUOTA
    assert over.values == {
        "whose": "person", "limit_seconds": 3600, "used_seconds": 3000, "wait_seconds": pytest.approx(DAY - 400, abs=1)
    }  # fmt: skip
    later = await refused(queue.submit(ask(3000, at=start + 400), HOUR))
    assert later.values["wait_seconds"] == pytest.approx(DAY - 300, abs=1), "when both are old enough"
    await queue.submit(ask(600, at=start + 500), HOUR)
    await queue.submit(ask(3600, "bo"), HOUR)
    assert (await refused(queue.submit(ask(1), HOUR))).values["used_seconds"] == 3600


async def test_a_days_minutes_of_a_chat_are_shared(queue: JobQueue) -> None:
    await queue.submit(ask(3000, "ana", "band"), BAND)
    over = await refused(queue.submit(ask(700, "bo", "band"), BAND))
    assert over.values["whose"] == "chat"
    await queue.submit(ask(700, "bo", "elsewhere"), BAND)
    await queue.submit(ask(3600, "ana"), BAND)


async def test_a_stated_length_delays_but_never_refuses(queue: JobQueue) -> None:
    """Its header states more than a whole day's music: it waits at most until the day is free, and may be short."""
    lying = ask(4000)
    await queue.submit(lying, HOUR)
    over = await refused(queue.submit(ask(10), HOUR))
    assert over.reason is Reason.OVER_QUOTA, "a whole day's music is reserved for it"
    await took(queue, lying, 8)
    await queue.submit(ask(3500), HOUR)


async def test_a_refused_request_leaves_nothing(queue: JobQueue) -> None:
    request = ask(3000)
    await queue.submit(request, HOUR)
    await took(queue, request, 3000)
    before = set(await queue.redis.keys("*"))
    assert (await refused(queue.submit(ask(700), HOUR))).reason is Reason.OVER_QUOTA
    assert set(await queue.redis.keys("*")) == before


async def test_without_limits_nothing_is_counted(queue: JobQueue) -> None:
    for _ in range(3):
        request = ask(100_000)
        await queue.submit(request)
        await took(queue, request, 100_000)
    assert await queue.redis.keys("flbt:minutes:*") == []


@pytest.mark.parametrize("known", [True, False])
async def test_requests_at_the_same_moment_do_not_exceed_the_quota_together(queue: JobQueue, known: bool) -> None:
    requests = [ask(1000 if known else None) for _ in range(8)]
    others = [JobQueue(queue.redis) for _ in requests]
    outcomes = await asyncio.gather(
        *(other.submit(request, HOUR) for other, request in zip(others, requests, strict=True)), return_exceptions=True
    )
    accepted = [request for request, outcome in zip(requests, outcomes, strict=True) if outcome is True]
    assert len(accepted) == (3 if known else 8), "of an unknown length nothing is known yet"
    desks = [TrackQueue(queue.redis, f"worker-{number}") for number, _ in enumerate(accepted)]
    for track_queue, request in zip(desks, accepted, strict=True):
        assert await track_queue.begin(request.track_id)
    await asyncio.gather(
        *(track_queue.charge(request.track_id, 1000) for track_queue, request in zip(desks, accepted, strict=True))
    )
    views = await queue.views([request.id for request in accepted])
    assert sum(view.phase is RequestPhase.WAITING for view in views) == 3
    failures = [view.failure.reason for view in views if view.failure]
    assert failures == [Reason.OVER_QUOTA] * (0 if known else 5)


async def test_used_minutes_survive_a_restart(queue: JobQueue, valkey_server: object) -> None:
    await queue.submit(ask(3600), HOUR)
    again = JobQueue.at(valkey_server)  # type: ignore[arg-type]  # the fixture's type
    try:
        assert (await refused(again.submit(ask(60), HOUR))).reason is Reason.OVER_QUOTA
    finally:
        await again.close()


@pytest.mark.parametrize("end", ["failed", "cancelled", "gave up"])
async def test_a_request_without_a_result_costs_nothing(queue: JobQueue, end: str) -> None:
    request = ask(3600)
    await queue.submit(request, HOUR)
    track_queue = TrackQueue(queue.redis, "worker-of-the-test")
    assert await track_queue.begin(request.track_id)
    await track_queue.charge(request.track_id, 3600)
    assert (await refused(queue.submit(ask(60), HOUR))).reason is Reason.OVER_QUOTA
    match end:
        case "failed":
            await track_queue.fail(request.track_id, Failure(reason=Reason.NOT_AUDIO))
        case "cancelled":
            await queue.cancel(request.id)
        case _:
            await queue.fail(request.id, Failure(reason=Reason.INTERNAL))
    await queue.submit(ask(3600), HOUR)


async def test_a_made_song_counts_after_its_cancellation(queue: JobQueue) -> None:
    """Otherwise it could be requested again, and delivered from the store for nothing."""
    request = ask(3600)
    await queue.submit(request, HOUR)
    await took(queue, request, 3600)
    assert await queue.cancel(request.id)
    assert (await refused(queue.submit(ask(60), HOUR))).reason is Reason.OVER_QUOTA


async def test_a_stored_song_costs_nothing(queue: JobQueue) -> None:
    await queue.submit(ask(3600), HOUR)
    assert await queue.submit(ask(3600), HOUR, quick=True)
    assert await queue.hold(ask(3600), HOUR, RequestPhase.READY)
    assert await queue.submit(ask(None), Limits(person_seconds=7200))
    assert await answer(queue.redis.hlen(keys.minutes("person", "test:ana"))) == 1


async def test_a_video_counts_from_when_its_length_is_known(queue: JobQueue) -> None:
    first, second = ask(None, video="dQw4w9WgXcQ"), ask(None, video="jNQXAC9IVRw")
    await queue.submit(first, HOUR)
    await queue.submit(second, HOUR)
    await took(queue, first, 3000)
    track_queue = TrackQueue(queue.redis, "worker-of-the-test")
    assert await track_queue.begin(second.track_id)
    assert await track_queue.charge(second.track_id, 1200) == 1
    view = await queue.view(second.id)
    assert view is not None
    assert view.failure is not None
    assert (view.phase, view.failure.reason) == (RequestPhase.FAILED, Reason.OVER_QUOTA)
    assert view.failure.values["used_seconds"] == 3000
    assert not await track_queue.report(second.track_id, None), "nobody waits for it"
    assert await track_queue.abandon(second.track_id)
    assert (await refused(queue.submit(ask(700), HOUR))).reason is Reason.OVER_QUOTA
    await queue.submit(ask(600), HOUR)


async def test_a_song_over_one_persons_quota_continues_for_another(queue: JobQueue) -> None:
    await queue.submit(ask(3000), HOUR)
    ana, bo = ask(None, video="dQw4w9WgXcQ"), ask(None, "bo", video="dQw4w9WgXcQ")
    await queue.submit(ana, HOUR)
    await queue.submit(bo, HOUR)
    await took(queue, ana, 1200)
    views = await queue.views([ana.id, bo.id])
    assert [view.phase for view in views] == [RequestPhase.FAILED, RequestPhase.READY]


async def test_the_real_length_is_what_counts_in_the_end(queue: JobQueue) -> None:
    """One file states a second and lasts an hour; another one was rounded up."""
    liar, rounded = ask(1), ask(601)
    await queue.submit(liar, Limits(person_seconds=3600))
    track_queue = TrackQueue(queue.redis, "worker-of-the-test")
    assert await track_queue.begin(liar.track_id)
    assert await track_queue.charge(liar.track_id, 4000) == 1, "found out before it is separated"
    await queue.submit(rounded, HOUR)
    await took(queue, rounded, 600.2)
    noted = await answer(queue.redis.hget(keys.minutes("person", "test:ana"), rounded.id))
    assert noted is not None
    assert str(noted).strip("'").endswith(" 600.200 600.200")


async def test_rounded_lengths_are_allowed(queue: JobQueue) -> None:
    request = ask(3600)
    await queue.submit(request, HOUR)
    await took(queue, request, 3600.9)
    view = await queue.view(request.id)
    assert view is not None
    assert view.phase is RequestPhase.READY


async def test_used_minutes_expire_after_a_day(queue: JobQueue) -> None:
    await queue.submit(ask(3600, at=time.time() - DAY - 1), HOUR)
    await queue.submit(ask(3600), HOUR)
    assert await answer(queue.redis.hlen(keys.minutes("person", "test:ana"))) == 1
    assert 0 < await queue.redis.ttl(keys.minutes("person", "test:ana")) <= DAY

"""Minutes that count: those that were separated, however a song ends."""

import asyncio
import time

import pytest

from jobs.failures import Failure, Reason
from jobs.queue import keys
from jobs.queue.connection import answer
from jobs.queue.quotas import THEIRS
from jobs.queue.requests import JobQueue
from jobs.queue.tracks import TrackQueue
from tests.jobs.queue.quota_steps import HOUR, ask, begun, refused, used


@pytest.mark.parametrize("reason", Reason)
async def test_a_failure_by_the_song_counts_its_separated_part(queue: JobQueue, reason: Reason) -> None:
    """A file states ten seconds, and is refused after half an hour of work."""
    liar = ask(10)
    track_queue = await begun(queue, liar)
    await track_queue.charge(liar.track_id, 10, separated=0)
    await track_queue.charge(liar.track_id, 10, separated=900)
    await track_queue.account(liar.track_id, 1790)
    await track_queue.fail(liar.track_id, Failure(reason=reason))
    assert await used(queue) == (1790 if reason in THEIRS else 0)
    assert Reason.TOO_LONG in THEIRS
    assert not {Reason.INTERNAL, Reason.INTERRUPTED, Reason.OUT_OF_MEMORY, Reason.NETWORK} & set(THEIRS)


async def test_a_cancelled_song_counts_its_separated_part(queue: JobQueue) -> None:
    request = ask(1000)
    track_queue = await begun(queue, request)
    await track_queue.charge(request.track_id, 1000, separated=780)
    assert await queue.cancel(request.id)
    assert await used(queue) == 780, "also when the worker is killed now"
    await track_queue.account(request.track_id, 800)
    assert await used(queue) == 800
    assert await track_queue.abandon(request.track_id)
    assert (await refused(queue.submit(ask(2900), HOUR))).values["used_seconds"] == 800
    await queue.submit(ask(2800), HOUR)


async def test_a_song_cancelled_at_its_start_counts_too(queue: JobQueue) -> None:
    """Nothing was noted yet, and its length is unknown: the worker still knows its requests."""
    request = ask(None)
    track_queue = await begun(queue, request)
    await track_queue.charge(request.track_id)
    assert await queue.cancel(request.id)
    assert await used(queue) == 0
    await track_queue.account(request.track_id, 30)
    assert await used(queue) == 30


async def test_a_request_that_leaves_counts_until_then(queue: JobQueue) -> None:
    ana, bo = ask(1000, video="dQw4w9WgXcQ"), ask(1000, "bo", video="dQw4w9WgXcQ")
    track_queue = await begun(queue, ana)
    await queue.submit(bo, HOUR)
    await track_queue.charge(ana.track_id, 1000, separated=100)
    await queue.cancel(ana.id)
    await track_queue.charge(ana.track_id, 1000, separated=200)
    await track_queue.charge(ana.track_id, 1000, whole=True)
    await track_queue.account(ana.track_id, 1000)
    assert await track_queue.ready(ana.track_id, await track_queue.wanted(ana.track_id))
    assert (await used(queue), await used(queue, "bo")) == (100, 1000)


async def test_a_song_over_the_quota_fails_at_the_limit(queue: JobQueue) -> None:
    """At any speed of separation: the allowance for rounding does not add up."""
    await queue.submit(ask(3000), HOUR)
    liar = ask(10)
    track_queue = await begun(queue, liar)
    separated = 0.0
    while not await track_queue.charge(liar.track_id, 10, separated=separated):
        assert separated <= 600
        separated += 1.5
    view = await queue.view(liar.id)
    assert view is not None
    assert view.failure is not None
    assert (view.failure.reason, view.failure.values["used_seconds"]) == (Reason.OVER_QUOTA, 3000)
    assert await used(queue) == 3000 + separated
    await track_queue.account(liar.track_id, separated + 20)
    assert await used(queue) == 3020 + separated
    assert await track_queue.abandon(liar.track_id)


async def test_songs_of_false_lengths_stop_together_at_the_limit(queue: JobQueue) -> None:
    liars = [ask(1) for _ in range(4)]
    desks = [await begun(queue, liar) for liar in liars]
    for separated in range(0, 2000, 50):
        await asyncio.gather(
            *(
                track_queue.charge(liar.track_id, 1, separated=separated)
                for track_queue, liar in zip(desks, liars, strict=True)
            )
        )
    assert 3600 < await used(queue) <= 3600 + 4 * 50


async def test_a_song_that_is_started_again_counts_once(queue: JobQueue) -> None:
    request = ask(1000)
    await queue.submit(request, HOUR)
    for separated in (400, 100, 700):  # a worker is killed each time
        track_queue = TrackQueue(queue.redis, f"worker-{separated}")
        assert await track_queue.begin(request.track_id)
        await track_queue.charge(request.track_id, 1000, separated=separated)
        await track_queue.hand_back(request.track_id)
    assert await used(queue) == 1000
    track_queue = TrackQueue(queue.redis, "worker-of-the-test")
    assert await track_queue.begin(request.track_id)
    for _ in range(2):  # killed between the note and the store, and again
        await track_queue.charge(request.track_id, 990, whole=True)
    assert await used(queue) == 990
    await queue.cancel(request.id)
    await track_queue.account(request.track_id, 990)
    assert await used(queue) == 990


async def test_a_header_of_a_false_long_length_costs_the_real_one(queue: JobQueue) -> None:
    request = ask(3500)
    track_queue = await begun(queue, request)
    await track_queue.charge(request.track_id, 3500, separated=60)
    await track_queue.charge(request.track_id, 61, whole=True)
    await track_queue.account(request.track_id, 61)
    assert await used(queue) == 61


@pytest.mark.parametrize(("noted", "counts"), [("600.000", 0), ("600.000 made", 600), ("of a later version", 0)])
async def test_notes_of_other_versions_are_understood(queue: JobQueue, noted: str, counts: float) -> None:
    request = ask(600)
    await queue.submit(request, HOUR)
    await answer(queue.redis.hset(keys.minutes("person", "test:ana"), request.id, f"{time.time():.3f} {noted}"))
    await queue.cancel(request.id)
    assert await used(queue) == counts

"""Minutes of a slow model count by its cost."""

import pytest

from jobs.failures import Reason
from jobs.models import Model, Order, Request
from jobs.music.separation_models import MODELS
from jobs.queue.quotas import Limits
from jobs.queue.requests import JobQueue
from jobs.queue.tracks import TrackQueue
from tests.jobs.queue.quota_steps import HOUR, ask, begun, refused, used

WEIGHT = MODELS["htdemucs"].weight


def better(request: Request) -> Request:
    return request.model_copy(update={"order": Order(model=Model(name="htdemucs"))})


async def finish(track_queue: TrackQueue, request: Request, seconds: float) -> None:
    await track_queue.charge(request.track_id, seconds, weight=WEIGHT)
    await track_queue.charge(request.track_id, seconds, whole=True, weight=WEIGHT)
    assert await track_queue.ready(request.track_id, await track_queue.wanted(request.track_id))


async def test_a_minute_counts_by_the_cost_of_its_model(queue: JobQueue) -> None:
    assert WEIGHT > 5
    request = better(ask(240))
    track_queue = await begun(queue, request)
    assert await used(queue) == 240 * WEIGHT, "reserved, as Telegram says"
    await finish(track_queue, request, 241)
    assert await used(queue) == pytest.approx(241 * WEIGHT)
    failure = await refused(queue.submit(better(ask(240)), HOUR))
    assert (failure.reason, failure.values["weight"]) == (Reason.OVER_QUOTA, WEIGHT)
    await queue.submit(ask(240), HOUR)  # there is room for the usual stems


async def test_a_cancelled_song_counts_what_was_separated(queue: JobQueue) -> None:
    request = better(ask(240))
    track_queue = await begun(queue, request)
    await track_queue.charge(request.track_id, 240, separated=60, weight=WEIGHT)
    await queue.cancel(request.id)
    await track_queue.account(request.track_id, 70, weight=WEIGHT)
    assert await used(queue) == pytest.approx(70 * WEIGHT)


async def test_what_is_too_long_for_any_day_is_told_in_minutes_of_music(queue: JobQueue) -> None:
    request = better(ask(None))
    track_queue = await begun(queue, request, Limits(person_seconds=3600))
    assert await track_queue.charge(request.track_id, 1000, weight=WEIGHT) == 1
    view = await queue.view(request.id)
    assert view is not None
    assert view.failure is not None
    assert view.failure.reason is Reason.TOO_LONG
    assert view.failure.values == {"seconds": 1000, "limit_seconds": 3600 / WEIGHT}


async def test_lengths_are_rounded_before_they_are_weighted(queue: JobQueue) -> None:
    request = better(ask(300))
    track_queue = await begun(queue, request, Limits(person_seconds=300 * WEIGHT))
    assert await track_queue.charge(request.track_id, 301.5, weight=WEIGHT) == 0

"""When the turn of a song in the line of slow models comes."""

import time

import pytest

from jobs.models import Model, Order, Request, Upload, YouTube
from jobs.music.separation_models import MODELS
from jobs.progress import Lane, Progress, TrackStage
from jobs.queue import keys
from jobs.queue.recipe import PATIENCE, About, is_out_of_reach
from jobs.queue.requests import JobQueue
from jobs.queue.slow_line import USUAL_SONG, Piece, turns
from jobs.queue.titles import keep_called, nameless
from jobs.queue.tracks import TrackQueue
from jobs.results import Called
from tests.jobs.requests import OTHER, ask, seen

FOUR, SIX = "htdemucs", "htdemucs_6s"
A_MINUTE = Piece(FOUR, 120.0)  # of work, for a worker that costs one half
COST = {FOUR: 0.5}


@pytest.mark.parametrize(
    ("line", "busy", "workers", "expected"),
    [
        ([], [], [COST], []),
        ([A_MINUTE], [], [], [None]),
        ([A_MINUTE, A_MINUTE, A_MINUTE], [], [COST], [0, 60, 120]),
        ([A_MINUTE, A_MINUTE, A_MINUTE], [], [COST, COST], [0, 0, 60]),
        ([A_MINUTE, A_MINUTE], [Piece(FOUR, 120, 45.0)], [COST], [45, 105]),
        ([A_MINUTE], [A_MINUTE], [COST], [60]),  # just begun: how long it takes is not reported yet
        ([A_MINUTE, A_MINUTE], [Piece(FOUR, 120, 45.0)], [COST, COST], [0, 45]),
        ([Piece(SIX, 120), A_MINUTE], [], [COST], [None, 0]),  # the worker lacks the first model
        ([Piece(SIX, 120), A_MINUTE, A_MINUTE], [], [COST, {SIX: 1.0}], [0, 0, 60]),
        ([A_MINUTE, Piece(SIX, 120)], [], [{FOUR: 0.5, SIX: 1.0}], [0, 60]),
        ([Piece("", 120)], [], [COST], [None]),
    ],
)
def test_turns(
    line: list[Piece], busy: list[Piece], workers: list[dict[str, float]], expected: list[float | None]
) -> None:
    assert turns(line, busy, workers) == expected


def upload(number: int, seconds: float) -> Upload:
    return Upload(upload_id=f"{number:016x}", seconds=seconds)


def slow(who: str, source: YouTube | Upload, model: str = FOUR) -> Request:
    return ask(who, source, Order(model=Model(name=model)))


async def alive(queue: JobQueue, name: str = "worker-9", **models: float) -> TrackQueue:
    """A living worker that can run these."""
    worker = TrackQueue(queue.redis, name, about=About(versions={}, models=models))
    await worker.beat()
    return worker


async def test_the_wait_is_told_by_costs_and_lengths_of_what_stands_before(queue: JobQueue) -> None:
    first, second, third = slow("ana", upload(1, 100)), slow("bo", OTHER), slow("cy", upload(3, 100))
    for request in (first, second, third):
        await queue.submit(request)
    assert (await seen(queue, third)).wait is None, "no worker lives"
    await alive(queue, htdemucs=0.5)
    assert [view.wait for view in await queue.views([first.id, second.id, third.id])] == [
        None, 50, 60 * round((50 + USUAL_SONG / 2) / 60),
    ]  # fmt: skip
    assert [view.starts for view in await queue.views([first.id, second.id, third.id])] == [True, False, False]
    await keep_called(queue.redis, second.source, Called(title="A song", seconds=620))
    assert (await seen(queue, third)).wait == 360, "50 + 310 seconds"
    track_queue = TrackQueue(queue.redis, "worker-9-slow", Lane.SLOW)
    await track_queue.begin(first.track_id)
    await track_queue.report(first.track_id, Progress(stage=TrackStage.SEPARATING, fraction=0.5, seconds_left=12))
    views = await queue.views([first.id, second.id, third.id])
    assert [(view.wait, view.starts) for view in views] == [(None, False), (12, False), (300, False)]
    await alive(queue, "worker-8", htdemucs=0.25)
    assert (await seen(queue, second)).starts
    usual = ask("di", upload(4, 100))
    await queue.submit(usual)
    assert (await seen(queue, usual)).starts, "another lane"


async def test_a_song_of_a_model_that_nobody_has_is_not_told_to_start(queue: JobQueue) -> None:
    six, four = slow("ana", upload(1, 100), SIX), slow("bo", upload(2, 100))
    for request in (six, four):
        await queue.submit(request)
    await alive(queue, htdemucs=0.5)
    views = await queue.views([six.id, four.id])
    assert [(view.wait, view.starts) for view in views] == [(None, False), (None, True)]


async def test_songs_in_the_slow_line_get_their_titles(queue: JobQueue) -> None:
    await queue.submit(slow("ana", upload(1, 100)))
    await queue.submit(slow("bo", OTHER))
    assert await nameless(queue.redis, 20) == {}, "the studio's line has none"
    assert list((await nameless(queue.redis, 20, (Lane.STUDIO, Lane.SLOW))).values()) == [OTHER]


async def test_a_model_is_out_of_reach_when_workers_live_and_none_had_it_lately(queue: JobQueue) -> None:
    assert not await is_out_of_reach(queue.redis, FOUR), "songs of any model wait for a worker"
    await alive(queue)
    assert await is_out_of_reach(queue.redis, FOUR)
    assert not [
        name for name, info in MODELS.items() if info.fetched_on_use and await is_out_of_reach(queue.redis, name)
    ]
    await queue.redis.zadd(keys.ABLE, {FOUR: time.time()})
    assert not await is_out_of_reach(queue.redis, FOUR), "a worker that had it may start again"
    await queue.redis.zadd(keys.ABLE, {FOUR: time.time() - PATIENCE - 1})
    assert await is_out_of_reach(queue.redis, FOUR)
    await alive(queue, "worker-8", htdemucs=0.5)
    assert not await is_out_of_reach(queue.redis, FOUR)

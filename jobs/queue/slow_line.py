"""When the turn of each song in the line of slow models comes, by what the songs before it cost.

The studio's line needs no such care: its songs take about equally long (`jobs.queue.views`).
"""

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from arq.connections import ArqRedis

from jobs.models import Model, Source, Upload
from jobs.parsing import parse_source, parse_stored
from jobs.progress import Lane, Progress, RequestPhase, View
from jobs.queue import keys
from jobs.queue.recipe import costs_of_workers
from jobs.queue.views import SAMPLE, text, texts
from jobs.results import Called

#: Songs in line that are read; those further behind get no estimate.
LOOKED_AT: Final = 100
#: Seconds of music where a song's length is unknown yet.
USUAL_SONG: Final = 240.0


class Piece(NamedTuple):
    """A song for the estimate: its model, its seconds of music, and in work the seconds of work that are left."""

    model: str
    seconds: float
    left: float | None = None


def turns(line: Sequence[Piece], busy: Sequence[Piece], workers: Sequence[Mapping[str, float]]) -> list[float | None]:
    """Seconds until a worker takes each song of the line, 0 where one is free; None where none has its model.

    `busy`: the songs in work. `workers`: the models that each living worker can run, with their cost: seconds of work
    for each second of music. Each takes the first song that it can run, one at a time.
    """
    free_at = [0.0] * len(workers)

    def taken(song: Piece) -> float | None:
        able = [number for number, models in enumerate(workers) if song.model in models]
        if not able:
            return None
        first = min(able, key=free_at.__getitem__)
        turn = free_at[first]
        free_at[first] += workers[first][song.model] * song.seconds if song.left is None else song.left
        return turn

    for song in busy:
        taken(song)
    return [taken(song) for song in line]


async def with_turns(redis: ArqRedis, views: Sequence[View]) -> list[View]:
    """The views; those of songs in the line of slow models tell when their turn comes, as far as that is known."""
    if not any(_may_be_in_line(view) for view in views):
        return [*views]
    turn_of = await _turns_now(redis)
    return [
        _told(view, turn_of[view.request.track_id])
        if _may_be_in_line(view) and view.request.track_id in turn_of
        else view
        for view in views
    ]


def _may_be_in_line(view: View) -> bool:
    is_queued = view.phase is RequestPhase.WAITING and view.ahead is not None
    return is_queued and view.request.order.model.info.is_slow


def _told(view: View, turn: float | None) -> View:
    """From a minute and a half on in whole minutes: each other figure on a card is an edit of it."""
    wait = 60.0 * round(turn / 60) if turn and turn >= 90 else turn or None
    return view.model_copy(update={"wait": wait, "starts": turn == 0})


async def _turns_now(redis: ArqRedis) -> dict[str, float | None]:
    """The turn of each track in the line of slow models: see `turns`."""
    async with redis.pipeline(transaction=False) as pipe:
        pipe.zrange(keys.queue(Lane.SLOW), 0, LOOKED_AT - 1)
        pipe.srandmember(keys.RUNNING, SAMPLE)
        jobs, running = await pipe.execute()
        in_line = [job.rpartition(".")[0] for job in texts(jobs)]
        for track in [*in_line, *texts(running)]:
            pipe.hmget(keys.track(track), ["model", "source", "lane", "progress"])
        told = await pipe.execute() if in_line or running else []
        sources = [parse_source(source) for _, source, _, _ in told]
        for source in sources:
            pipe.get(keys.song(source.key if source else ""))
        songs = await pipe.execute() if sources else []
    pieces = [
        _piece(model, source, song, progress)
        for (model, _, _, progress), source, song in zip(told, sources, songs, strict=True)
    ]
    line, others = pieces[: len(in_line)], zip(pieces[len(in_line) :], told[len(in_line) :], strict=True)
    busy = [piece for piece, (_, _, lane, _) in others if text(lane) == Lane.SLOW]
    return dict(zip(in_line, turns(line, busy, await costs_of_workers(redis)), strict=True))


def _piece(model: bytes | None, source: Source | None, song: bytes | None, progress: bytes | None) -> Piece:
    """A song by what is stored of it; without a model where that is unknown."""
    known, called, now = parse_stored(Model, model), parse_stored(Called, song), parse_stored(Progress, progress)
    lengths = (
        now.seconds if now else None,
        called.seconds if called else None,
        source.seconds if isinstance(source, Upload) else None,
    )
    seconds = next((length for length in lengths if length), USUAL_SONG)
    return Piece(known.name if known else "", seconds, now.seconds_left if now else None)

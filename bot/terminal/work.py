"""The work of one run: submit the songs, follow them, hand over their results."""

import time
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Final

from redis.exceptions import RedisError

from bot import texts
from bot.terminal.bring_in import bring_in, identify
from bot.terminal.deliver import deliver
from bot.terminal.inputs import Song
from bot.terminal.outcome import Outcome
from bot.terminal.run import LANGUAGE, PLATFORM, Run
from bot.terminal.services import STOPPED, WORKER_LOG, Services, last_line, services, unless_stopped
from bot.terminal.watch import changes
from bot.terminal.words import failure_sentence
from jobs.failures import Failed, Failure, Reason
from jobs.models import Rendition, Request, Upload, request_id
from jobs.process.privacy import close_to_others
from jobs.process.supervise import MISCONFIGURED, Misconfigured
from jobs.progress import RequestPhase, View
from jobs.settings import IN_DATA, Settings
from jobs.store.address import open_store
from jobs.store.store import ResultStore

HandOver = Callable[[Run, Song, Request, ResultStore, Services], Awaitable[None]]

AHEAD: Final = 20  # songs queued at the same time: the queue's limit per asker, and each file is copied


async def work(
    settings: Settings, run: Run, songs: Sequence[Song], scratch: Path, hand_over: HandOver | None = None
) -> int:
    """Start what is needed, and work through the songs. Returns the exit code as far as songs do not decide it.

    `hand_over` is called with each separated song, instead of a copy of its renditions into the output folder.
    """
    close_to_others(settings.data, IN_DATA)
    try:
        store = open_store(settings)
    except OSError as error:
        named = "FLBT_STORE" if settings.store else "FLBT_DATA"
        return run.end(2, f"{named} cannot be used: {error}")
    try:
        async with services(settings, scratch, verbose=run.options.verbose) as started:
            code = await unless_stopped(_all(run, songs, store, started, hand_over), started.keepers)
            if code == STOPPED:
                await _cancel(run, started)
    except Misconfigured:
        return run.end(MISCONFIGURED, last_line(scratch / WORKER_LOG))
    except RedisError as error:
        advice = "" if settings.redis_url is None else " Start Redis, or correct FLBT_REDIS_URL."
        return run.end(1, f"The queue is out of reach: {error}{advice}")
    except RuntimeError as error:  # the private queue did not start
        return run.end(1, str(error))
    return code


async def _all(
    run: Run, songs: Sequence[Song], store: ResultStore, started: Services, hand_over: HandOver | None
) -> int:
    """Submit all songs, and follow them one by one."""
    wanted = run.options.renditions if hand_over is None else ()
    in_line: deque[tuple[Song, Request]] = deque()
    for place, song in enumerate(songs):
        if len(in_line) == AHEAD:
            await _follow(run, *in_line.popleft(), store, started, hand_over)
        try:
            in_line.append((song, await _submit(run, song, place, store, started, wanted)))
        except Failed as failure:
            run.fail(song, failure.failure.reason, failure_sentence(failure.failure, LANGUAGE), song.word)
        except OSError as error:
            why = texts.say(LANGUAGE, "file-unreadable", why=error.strerror or repr(error))
            run.fail(song, "unreadable", why, song.word)
    for song, request in in_line:
        await _follow(run, song, request, store, started, hand_over)
    return 0


async def _submit(
    run: Run, song: Song, place: int, store: ResultStore, started: Services, wanted: Sequence[Rendition]
) -> Request:
    source = run.sources.get(song) or await identify(song.source)
    if isinstance(song.source, Path) and isinstance(source, Upload):
        await bring_in(song.source, source, store)
    request = Request(
        id=request_id(run.name, str(place), source),
        platform=PLATFORM,
        chat=run.name,
        asker=run.name,
        language=LANGUAGE,
        source=source,
        order=run.options.order,
        created_at=time.time(),
    )
    manifest = (await store.read(request.track_id)).manifest
    # Stems of another engine are made again, which is no work for the quick lane.
    quick = manifest is not None and (started.recipe is None or started.recipe.would_make(manifest))
    await started.queue.submit(request, quick=quick, renditions=wanted)
    return request


async def _follow(
    run: Run, song: Song, request: Request, store: ResultStore, started: Services, hand_over: HandOver | None
) -> None:
    last = await _until_made(run, song, request, started)
    if last and last.phase is RequestPhase.READY and await _sent_back(run, request, store, started):
        last = await _until_made(run, song, request, started)
    if last is None:
        _fail(run, song, Failure(reason=Reason.INTERRUPTED))
    elif last.phase is RequestPhase.READY:
        await (hand_over or _deliver)(run, song, request, store, started)
    else:
        _fail(run, song, last.failure or Failure(reason=Reason.CANCELLED))
    await started.queue.let_go(request.id, PLATFORM)


async def _until_made(run: Run, song: Song, request: Request, started: Services) -> View | None:
    """How the request stands once it is ready or closed; None when it is not known any more."""
    last: View | None = None
    async for view in changes(started.queue, request.id):
        run.show.view(song.name, view, run.place())
        last = view
    return last


async def _sent_back(run: Run, request: Request, store: ResultStore, started: Services) -> bool:
    """Ask for the result again if another engine made it, as after a change of FLBT_ENGINE while it was in line."""
    manifest = (await store.read(request.track_id)).manifest
    if manifest is None or started.recipe is None or started.recipe.would_make(manifest):
        return False
    return await started.queue.want(request, run.options.renditions, quick=False)


async def _deliver(run: Run, song: Song, request: Request, store: ResultStore, started: Services) -> None:
    """Copy the result to the output folder."""
    await started.queue.sending(request.id)
    try:
        delivery = await deliver(run.options, request, store, song, frozenset(run.paths))
    except Failed as failure:
        await started.queue.fail(request.id, failure.failure)
        _fail(run, song, failure.failure)
        return
    except OSError as error:  # here the disk is the person's folder, not the bot's store
        await started.queue.fail(request.id, Failure(reason=Reason.NO_DISK, detail=repr(error)))
        where, why = str(error.filename or run.options.output), error.strerror or repr(error)
        run.fail(song, "unwritable", texts.say(LANGUAGE, "folder-unwritable", place=where, why=why))
        return
    await started.queue.done(request.id)
    for sentence in delivery.sentences(time.time() - request.created_at, LANGUAGE):
        run.show.tell(sentence)
    run.finish(delivery.outcome(song), song)


def _fail(run: Run, song: Song, failure: Failure) -> None:
    run.fail(song, failure.reason, failure_sentence(failure, LANGUAGE))


async def _cancel(run: Run, started: Services) -> None:
    for view in await started.queue.recent(run.name, limit=AHEAD + 1):  # and the followed one
        await started.queue.cancel(view.request.id)
        await started.queue.let_go(view.request.id, PLATFORM)
    why = failure_sentence(Failure(reason=Reason.CANCELLED), LANGUAGE)
    run.show.say(why)
    for song in [*run.open_songs]:
        run.finish(Outcome(song.word, "cancelled", reason=Reason.CANCELLED, message=why), song)

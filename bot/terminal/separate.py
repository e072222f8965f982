"""`fl-bt separate`: submit, follow, hand over. Paths go to stdout, everything else to stderr."""

import asyncio
import contextlib
import os
import secrets
import signal
import time
from collections import deque
from collections.abc import AsyncIterator, Coroutine, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import click
from redis.exceptions import RedisError

from bot import texts
from bot.cards.cards import about_sound, called
from bot.cli.up import parts
from bot.delivery.plan import about_level, note_text
from bot.terminal.bring_in import bring_in
from bot.terminal.hand_over import hand_over
from bot.terminal.show import Show
from bot.terminal.watch import changes
from bot.texts import figures
from jobs.failures import Failed, Failure, Reason
from jobs.models import Order, Request, Upload, request_id
from jobs.process.privacy import close_to_others
from jobs.process.supervise import MISCONFIGURED, Misconfigured, running
from jobs.process.tasks import cancel_and_wait
from jobs.process.valkey import private_valkey
from jobs.progress import RequestPhase, View
from jobs.queue.requests import JobQueue
from jobs.settings import IN_DATA, Settings
from jobs.store.address import open_store
from jobs.store.store import ResultStore

PLATFORM = "terminal"
LANGUAGE = "en"
STOPPED = 130  # exit code of a command ended by Ctrl-C
WORKER_LOG = "worker.log"
AHEAD = 20  # songs queued at the same time: the queue's limit per asker, and each file is copied


@dataclass
class _Run:
    """One run of the command: its services and its results."""

    queue: JobQueue
    store: ResultStore
    show: Show
    output: Path
    umask: int
    name: str = field(default_factory=lambda: f"{PLATFORM}:{os.getpid()}-{secrets.token_hex(4)}")
    paths: list[Path] = field(default_factory=list)
    failures: int = 0


async def separate(
    settings: Settings, typed: Sequence[str], order: Order, output: Path, scratch: Path, umask: int
) -> int:
    """Separate the typed links or paths. Returns the exit code: 0 only if every result was copied.

    `scratch` is a folder for the log of the worker that this run starts, `umask` the person's own, for the results.
    """
    for sentence in settings.ignored:
        click.echo(sentence, err=True)
    close_to_others(settings.data, IN_DATA)
    try:
        store = open_store(settings)
    except OSError as error:
        named = "FLBT_STORE" if settings.store else "FLBT_DATA"
        click.echo(f"{named} cannot be used: {error}", err=True)
        return 2
    try:
        async with _studio(settings, scratch) as (queue, keepers):
            with Show(LANGUAGE) as show:
                run = _Run(queue, store, show, output, umask)
                code = await _unless_stopped(_all(run, typed, order), keepers)
                if code == STOPPED:
                    await _cancel(run)
    except Misconfigured:
        click.echo(_last_line(scratch / WORKER_LOG), err=True)
        return MISCONFIGURED
    except RedisError as error:
        advice = "" if settings.redis_url is None else " Start Redis, or correct FLBT_REDIS_URL."
        click.echo(f"The queue is out of reach: {error}{advice}", err=True)
        return 1
    except RuntimeError as error:  # the private queue did not start
        click.echo(error, err=True)
        return 1
    for path in dict.fromkeys(run.paths):
        click.echo(path)
    return code


@contextlib.asynccontextmanager
async def _studio(settings: Settings, scratch: Path) -> AsyncIterator[tuple[JobQueue, list["asyncio.Task[None]"]]]:
    """The queue of the settings; or a private one, and the supervisors of its worker, for the length of the context."""
    async with contextlib.AsyncExitStack() as stack:
        url, keepers = settings.redis_url, []
        if url is None:
            url = stack.enter_context(private_valkey())
            log = stack.enter_context((scratch / WORKER_LOG).open("wb"))
            for part in parts(settings, url, bot=False, output=log):
                keepers.append(await stack.enter_async_context(running(part)))
        queue = JobQueue.at(url)
        stack.push_async_callback(queue.close)
        yield queue, keepers


async def _unless_stopped(work: Coroutine[None, None, int], keepers: Sequence["asyncio.Task[None]"]) -> int:
    """Returns the result of `work`, or STOPPED if Ctrl-C or SIGTERM came first.

    Raises `Misconfigured` if the worker reports that: no other worker would do the work.
    """
    loop = asyncio.get_running_loop()
    stop = asyncio.Event()
    signals = (signal.SIGINT, signal.SIGTERM)
    for signal_ in signals:
        loop.add_signal_handler(signal_, stop.set)
    task, stopping = asyncio.create_task(work), asyncio.create_task(stop.wait())
    try:
        await asyncio.wait({task, stopping, *keepers}, return_when=asyncio.FIRST_COMPLETED)
        if task.done():
            return task.result()
        for keeper in keepers:
            if keeper.done():
                keeper.result()
        return STOPPED
    finally:
        await cancel_and_wait(task, stopping)
        for signal_ in signals:
            loop.remove_signal_handler(signal_)


def _last_line(log: Path) -> str:
    return log.read_text(encoding="utf-8", errors="replace").strip().rpartition("\n")[2]


async def _all(run: _Run, typed: Sequence[str], order: Order) -> int:
    """Submit all sources, and follow them one by one. Repeated arguments count once."""
    in_line: deque[tuple[str, Request]] = deque()
    for place, word in enumerate(dict.fromkeys(typed)):
        if len(in_line) == AHEAD:
            await _follow(run, *in_line.popleft())
        try:
            in_line.append((word, await _submit(run, word, place, order)))
        except Failed as failure:
            _say_failed(run, word, failure.failure)
        except OSError as error:
            _say(run, f"{word}: {texts.say(LANGUAGE, 'file-unreadable', why=error.strerror or repr(error))}")
    for word, request in in_line:
        await _follow(run, word, request)
    return 0 if run.failures == 0 else 1


async def _submit(run: _Run, word: str, place: int, order: Order) -> Request:
    source = await bring_in(word, run.store)
    request = Request(
        id=request_id(run.name, str(place), source),
        platform=PLATFORM,
        chat=run.name,
        asker=run.name,
        language=LANGUAGE,
        source=source,
        order=order,
        created_at=time.time(),
    )
    made = await run.store.read(request.track_id)
    await run.queue.submit(request, quick=made.manifest is not None)
    return request


async def _follow(run: _Run, word: str, request: Request) -> None:
    name = Path(word).stem if isinstance(request.source, Upload) else word
    last: View | None = None
    async for view in changes(run.queue, request.id):
        run.show.view(name, view)
        last = view
    if last is None:
        _say_failed(run, name, Failure(reason=Reason.INTERRUPTED))
    elif last.phase is RequestPhase.READY:
        await _deliver(run, name, request)
    else:
        _say_failed(run, name, last.failure or Failure(reason=Reason.CANCELLED))
    await run.queue.let_go(request.id, PLATFORM)


async def _deliver(run: _Run, name: str, request: Request) -> None:
    """Copy the renditions to the output folder."""
    await run.queue.sending(request.id)
    made = await run.store.read(request.track_id)
    manifest = made.manifest
    turned_down: list[str] = []
    try:
        for rendition in request.order.renditions:
            rendered = made.rendered(rendition)
            if manifest is None or rendered is None:
                raise Failed(Failure(reason=Reason.INTERNAL, detail="the result is gone from the store"))
            async with run.store.open(request.track_id, rendered.files, rendition) as folder:
                run.paths += await asyncio.to_thread(hand_over, folder, manifest, rendered, run.output, run.umask)
            turned_down += [note_text(note, LANGUAGE) for note in about_level(manifest, rendered)]
    except Failed as failure:
        await run.queue.fail(request.id, failure.failure)
        _say_failed(run, name, failure.failure)
        return
    except OSError as error:  # here the disk is the person's folder, not the bot's store
        await run.queue.fail(request.id, Failure(reason=Reason.NO_DISK, detail=repr(error)))
        place = str(error.filename or run.output)
        _say(run, f"{name}: {texts.say(LANGUAGE, 'folder-unwritable', place=place, why=error.strerror or repr(error))}")
        return
    await run.queue.done(request.id)
    assert manifest is not None
    took = figures.took(time.time() - request.created_at, LANGUAGE)
    run.show.say(f"{called(manifest.tags, LANGUAGE)}: {texts.say(LANGUAGE, 'card-done', wait=took)}")
    for sentence in (*about_sound(manifest, LANGUAGE), *turned_down):
        run.show.say(sentence)


def _say_failed(run: _Run, name: str, failure: Failure) -> None:
    _say(run, f"{name}: {texts.sentence(failure, LANGUAGE)}")


def _say(run: _Run, why: str) -> None:
    """Print and count a failed song."""
    run.failures += 1
    run.show.say(why)


async def _cancel(run: _Run) -> None:
    for view in await run.queue.recent(run.name, limit=AHEAD + 1):  # and the followed one
        await run.queue.cancel(view.request.id)
        await run.queue.let_go(view.request.id, PLATFORM)
    run.show.say(texts.sentence(Failure(reason=Reason.CANCELLED), LANGUAGE))

"""`fl-bt separate`: check, submit, follow, hand over. Results go to stdout, everything else to stderr."""

import os
import secrets
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import click
from redis.exceptions import RedisError

from bot import texts
from bot.terminal.bring_in import bring_in, identify
from bot.terminal.deliver import deliver
from bot.terminal.inputs import Refused, Song, gather, why_unwritable
from bot.terminal.options import Clash, Options
from bot.terminal.outcome import Outcome, json_line
from bot.terminal.output.hand_over import Delivered
from bot.terminal.output.notes import there_already
from bot.terminal.services import STOPPED, WORKER_LOG, Services, last_line, services, unless_stopped
from bot.terminal.show import Show
from bot.terminal.watch import changes
from bot.terminal.words import failure_sentence
from jobs.failures import Failed, Failure, Reason
from jobs.models import Request, Upload, YouTube, request_id, track_id
from jobs.process.privacy import close_to_others
from jobs.process.supervise import MISCONFIGURED, Misconfigured
from jobs.progress import RequestPhase, View
from jobs.settings import IN_DATA, Settings
from jobs.store.address import open_store
from jobs.store.store import ResultStore

PLATFORM = "terminal"
LANGUAGE = "en"
AHEAD = 20  # songs queued at the same time: the queue's limit per asker, and each file is copied


@dataclass
class _Run:
    """One run of the command: its options, and what became of its songs."""

    options: Options
    show: Show
    name: str = field(default_factory=lambda: f"{PLATFORM}:{os.getpid()}-{secrets.token_hex(4)}")
    sources: dict[Song, YouTube | Upload] = field(default_factory=dict)  # as far as they were identified
    open_songs: list[Song] = field(default_factory=list)  # without an outcome
    count: int = 0  # of songs
    paths: list[Path] = field(default_factory=list)
    failures: int = 0

    def finish(self, outcome: Outcome, song: Song | None = None) -> None:
        """Print and count how an input ended."""
        if song is not None:
            self.open_songs.remove(song)
        self.paths += [file.path for file in outcome.files]
        if outcome.status == "failed":
            self.failures += 1
        if self.options.json:
            order = self.options.order
            click.echo(json_line(outcome, order.model.name, order.format.value))

    def fail(self, song: Song, reason: str, why: str, name: str = "") -> None:
        self.show.say(f"{name or song.name}: {why}")
        self.finish(Outcome(song.word, "failed", reason=reason, message=why), song)

    def place(self) -> str:
        """Of the song that is followed: `2 of 12`; empty for a single one."""
        if self.count == 1:
            return ""
        return texts.say(LANGUAGE, "terminal-place", place=self.count - len(self.open_songs) + 1, count=self.count)


async def separate(settings: Settings, typed: Sequence[str], options: Options, scratch: Path) -> int:
    """Separate the typed links, files and folders. Returns the exit code: 0 only if every result is there.

    `scratch` is a folder for the log of the worker that this run starts.
    """
    if not options.quiet:
        for sentence in settings.ignored:
            click.echo(sentence, err=True)
    songs, refused = gather(typed, recursive=options.recursive, output=options.output, language=LANGUAGE)
    with Show(LANGUAGE, quiet=options.quiet, plain=options.verbose) as show:
        run = _Run(options, show, open_songs=list(songs), count=len(songs))
        for each in refused:
            _refuse(run, each)
        code = 0
        todo = await _not_there(run, songs)
        if todo and (why := why_unwritable(options.output)):
            code = _end(run, 2, texts.say(LANGUAGE, "folder-unwritable", place=str(options.output), why=why))
        elif todo:
            code = await _separate(settings, run, todo, scratch)
    if not options.json:
        for path in dict.fromkeys(run.paths):
            click.echo(path)
    return code or (1 if run.failures else 0)


async def _separate(settings: Settings, run: _Run, songs: Sequence[Song], scratch: Path) -> int:
    """Start what is needed, and work through the songs. Returns the exit code as far as songs do not decide it."""
    close_to_others(settings.data, IN_DATA)
    try:
        store = open_store(settings)
    except OSError as error:
        named = "FLBT_STORE" if settings.store else "FLBT_DATA"
        return _end(run, 2, f"{named} cannot be used: {error}")
    try:
        async with services(settings, scratch, verbose=run.options.verbose) as started:
            code = await unless_stopped(_all(run, songs, store, started), started.keepers)
            if code == STOPPED:
                await _cancel(run, started)
    except Misconfigured:
        return _end(run, MISCONFIGURED, last_line(scratch / WORKER_LOG))
    except RedisError as error:
        advice = "" if settings.redis_url is None else " Start Redis, or correct FLBT_REDIS_URL."
        return _end(run, 1, f"The queue is out of reach: {error}{advice}")
    except RuntimeError as error:  # the private queue did not start
        return _end(run, 1, str(error))
    return code


def _end(run: _Run, code: int, why: str) -> int:
    """All songs without an outcome failed, for one reason."""
    if why:
        run.show.say(why)
    for song in [*run.open_songs]:
        run.finish(Outcome(song.word, "failed", reason="not_started", message=why), song)
    return code


def _refuse(run: _Run, refused: Refused) -> None:
    run.show.say(f"{refused.word}: {refused.sentence}")
    run.finish(Outcome(refused.word, "failed", reason=refused.reason, message=refused.sentence))


async def _not_there(run: _Run, songs: Sequence[Song]) -> list[Song]:
    """The songs to separate: all, or with `--skip` those without results in the output folder."""
    if run.options.clash is not Clash.SKIP:
        return [*songs]
    todo = []
    for song in songs:
        try:
            run.sources[song] = source = await identify(song.source)
        except (Failed, OSError):
            todo.append(song)  # it is told when its turn comes
            continue
        if files := _there(run.options, source):
            run.show.tell(f"{song.name}: {texts.say(LANGUAGE, 'terminal-skipped')}")
            run.finish(Outcome(song.word, "skipped", files=files), song)
        else:
            todo.append(song)
    return todo


def _there(options: Options, source: YouTube | Upload) -> list[Delivered]:
    """The results of a song that are in the output folder; empty if one is missing."""
    found: list[Delivered] = []
    track = track_id(source, options.order.model)
    for rendition in options.renditions:
        names = options.names(rendition)
        paths = there_already(options.output, track, rendition, options.template_text, names)
        if not paths:
            return []
        heard = options.heard(rendition)
        found += [Delivered(name, heard[name], path) for name, path in zip(names, paths, strict=True)]
    return found


async def _all(run: _Run, songs: Sequence[Song], store: ResultStore, started: Services) -> int:
    """Submit all songs, and follow them one by one."""
    in_line: deque[tuple[Song, Request]] = deque()
    for place, song in enumerate(songs):
        if len(in_line) == AHEAD:
            await _follow(run, *in_line.popleft(), store, started)
        try:
            in_line.append((song, await _submit(run, song, place, store, started)))
        except Failed as failure:
            run.fail(song, failure.failure.reason, failure_sentence(failure.failure, LANGUAGE), song.word)
        except OSError as error:
            why = texts.say(LANGUAGE, "file-unreadable", why=error.strerror or repr(error))
            run.fail(song, "unreadable", why, song.word)
    for song, request in in_line:
        await _follow(run, song, request, store, started)
    return 0


async def _submit(run: _Run, song: Song, place: int, store: ResultStore, started: Services) -> Request:
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
    await started.queue.submit(request, quick=quick, renditions=run.options.renditions)
    return request


async def _follow(run: _Run, song: Song, request: Request, store: ResultStore, started: Services) -> None:
    last = await _until_made(run, song, request, started)
    if last and last.phase is RequestPhase.READY and await _sent_back(run, request, store, started):
        last = await _until_made(run, song, request, started)
    if last is None:
        _fail(run, song, Failure(reason=Reason.INTERRUPTED))
    elif last.phase is RequestPhase.READY:
        await _deliver(run, song, request, store, started)
    else:
        _fail(run, song, last.failure or Failure(reason=Reason.CANCELLED))
    await started.queue.let_go(request.id, PLATFORM)


async def _until_made(run: _Run, song: Song, request: Request, started: Services) -> View | None:
    """How the request stands once it is ready or closed; None when it is not known any more."""
    last: View | None = None
    async for view in changes(started.queue, request.id):
        run.show.view(song.name, view, run.place())
        last = view
    return last


async def _sent_back(run: _Run, request: Request, store: ResultStore, started: Services) -> bool:
    """Ask for the result again if another engine made it, as after a change of FLBT_ENGINE while it was in line."""
    manifest = (await store.read(request.track_id)).manifest
    if manifest is None or started.recipe is None or started.recipe.would_make(manifest):
        return False
    return await started.queue.want(request, run.options.renditions, quick=False)


async def _deliver(run: _Run, song: Song, request: Request, store: ResultStore, started: Services) -> None:
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


def _fail(run: _Run, song: Song, failure: Failure) -> None:
    run.fail(song, failure.reason, failure_sentence(failure, LANGUAGE))


async def _cancel(run: _Run, started: Services) -> None:
    for view in await started.queue.recent(run.name, limit=AHEAD + 1):  # and the followed one
        await started.queue.cancel(view.request.id)
        await started.queue.let_go(view.request.id, PLATFORM)
    why = failure_sentence(Failure(reason=Reason.CANCELLED), LANGUAGE)
    run.show.say(why)
    for song in [*run.open_songs]:
        run.finish(Outcome(song.word, "cancelled", reason=Reason.CANCELLED, message=why), song)

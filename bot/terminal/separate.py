"""`fl-bt separate`: what is checked before anything starts. Results go to stdout, everything else to stderr."""

from collections.abc import Sequence
from pathlib import Path

import click

from bot import texts
from bot.terminal.bring_in import identify
from bot.terminal.inputs import Refused, Song, gather, why_unwritable
from bot.terminal.options import Clash, Options
from bot.terminal.outcome import Outcome
from bot.terminal.output.hand_over import Delivered
from bot.terminal.output.notes import has_notes, there_already
from bot.terminal.output.places import in_marked_folder
from bot.terminal.run import LANGUAGE, Run
from bot.terminal.show import Show
from jobs.failures import Failed
from jobs.models import Upload, YouTube, track_id
from jobs.process.collector import importing
from jobs.settings import Settings


async def separate(settings: Settings, typed: Sequence[str], options: Options, scratch: Path) -> int:
    """Separate the typed links, files and folders. Returns the exit code: 0 only if every result is there.

    `scratch` is a folder for the log of the worker that this run starts.
    """
    if not options.quiet:
        for sentence in settings.ignored:
            click.echo(sentence, err=True)
    songs, refused = gather(typed, recursive=options.recursive, output=options.output, language=LANGUAGE)
    with Show(LANGUAGE, quiet=options.quiet, plain=options.verbose) as show:
        run = Run(options, show, open_songs=list(songs), count=len(songs))
        for each in refused:
            _refuse(run, each)
        code = 0
        todo = await _not_there(run, songs)
        if todo and (why := why_unwritable(options.output)):
            code = run.end(2, texts.say(LANGUAGE, "folder-unwritable", place=str(options.output), why=why))
        elif todo:
            with importing():
                from bot.terminal.work import work  # loads the queue's client, which checks do not wait for

            code = await work(settings, run, todo, scratch)
    if not options.json:
        for path in dict.fromkeys(run.paths):
            click.echo(path)
    return code or (1 if run.failures else 0)


def _refuse(run: Run, refused: Refused) -> None:
    run.show.say(f"{refused.word}: {refused.sentence}")
    run.finish(Outcome(refused.word, "failed", reason=refused.reason, message=refused.sentence))


async def _not_there(run: Run, songs: Sequence[Song]) -> list[Song]:
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
        names, heard = options.names(rendition), options.heard(rendition)
        paths = there_already(options.output, track, rendition, options.template_text, names)
        if not options.template and not has_notes(options.output, track):
            paths = in_marked_folder(options.output, track, rendition, names)
        if not paths:
            return []
        found += [Delivered(name, heard[name], path) for name, path in zip(names, paths, strict=True)]
    return found

"""`fl-bt analyse`: separates songs, waits for their analyses, and prints them to stdout; everything else to stderr."""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import click

from bot import texts
from bot.cards.analysis import analysis_line
from bot.terminal.inputs import Song, gather
from bot.terminal.options import Options
from bot.terminal.outcome import Outcome
from bot.terminal.run import LANGUAGE, Run
from bot.terminal.services import Services
from bot.terminal.show import Show
from bot.terminal.work import HandOver, work
from jobs.models import Request
from jobs.music.analysis import Analysis
from jobs.music.analysis_json import analysis_json
from jobs.settings import Settings
from jobs.store.store import ResultStore

LONGEST: Final = 300.0  # seconds from a song's stems to its analysis
LOOK: Final = 0.2  # seconds between two looks for it


async def analyse(settings: Settings, typed: Sequence[str], options: Options, scratch: Path, *, json: bool) -> int:
    """Analyse the typed links and files. Returns the exit code: 0 only if every analysis is there.

    Prints a line for each of them, in their order. `scratch` is a folder for the log of the worker that this run
    starts.
    """
    songs, refused = gather(typed, recursive=False, output=options.output, language=LANGUAGE)
    found: dict[str, Analysis] = {}
    with Show(LANGUAGE, quiet=options.quiet, plain=options.verbose) as show:
        run = Run(options, show, open_songs=list(songs), count=len(songs), failures=len(refused))
        for each in refused:
            show.say(f"{each.word}: {each.sentence}")
        code = await work(settings, run, songs, scratch, _kept_in(found)) if songs else 0
    for word in dict.fromkeys(typed):
        if json:
            click.echo(analysis_json(found[word]) if word in found else "null")
        elif word in found:
            line = analysis_line(found[word], LANGUAGE) or texts.say(LANGUAGE, "terminal-analysis-none")
            click.echo(f"{word}: {line}" if len(typed) > 1 else line)
    return code or (1 if run.failures else 0)


def _kept_in(found: dict[str, Analysis]) -> HandOver:
    """Waits for the analysis of a song whose stems are there, and keeps it in `found` by the word that was typed."""

    async def keep(run: Run, song: Song, request: Request, store: ResultStore, started: Services) -> None:
        try:
            async with asyncio.timeout(LONGEST):
                while (analysis := (await store.read(request.track_id)).analysis) is None:  # noqa: ASYNC110 - no event
                    await asyncio.sleep(LOOK)
        except TimeoutError:
            run.fail(song, "not_analysed", texts.say(LANGUAGE, "terminal-analysis-late"))
            return
        await started.queue.done(request.id)
        found[song.word] = analysis
        run.finish(Outcome(song.word, "done"), song)

    return keep

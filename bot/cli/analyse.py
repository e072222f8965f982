"""`fl-bt analyse`: tempo, key, beats, chords and notes of songs."""

import asyncio
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import click

from jobs.models import Model, Order
from jobs.monitoring.logs import set_up_logging
from jobs.music.separation_models import DEFAULT_MODEL, MODELS, models_by_count
from jobs.process.collector import importing
from jobs.settings import load_settings

BY_COUNT = models_by_count()


@click.command()
@click.argument("sources", metavar="SOURCE...", nargs=-1, type=click.Path(readable=False))
@click.option("--stems", type=click.Choice(list(BY_COUNT)), default=str(len(MODELS[DEFAULT_MODEL].stems)),
              show_default=True, help="Into how many it is separated. The notes of the bass need 4.")  # fmt: skip
@click.option("--json", "json_", is_flag=True, help="One line of JSON for each song, null for one that failed.")
@click.option("-v", "--verbose", is_flag=True, help="Show the log, the worker's too.")
@click.option("--demo", is_flag=True, help="Analyse a 15-second song made up on the spot.")
@click.pass_obj
def analyse(umask: int, sources: Sequence[str], stems: str, json_: bool, verbose: bool, demo: bool) -> None:
    """Find tempo, beats, bars, key, chords and notes of songs.

    SOURCE is a YouTube link, an audio file or a video file. A song is separated first, and kept like other results:
    its stems tell more than the song.

    \b
    {"bpm", "key", "metre", "beats": [s], "downbeats": [s], "chords": [[start, end, "C:maj"]],
     "notes": {"bass" or "vocals": [[on, off, MIDI number]]}, "confidence": {...}}

    What is not sure is null or empty.
    """
    with importing():
        from bot.terminal.analyse import analyse
        from bot.terminal.options import Options

    if not sources and not demo:
        raise click.UsageError("Give a YouTube link or a file, or try `fl-bt analyse --demo`.")
    settings = load_settings()
    if verbose:
        set_up_logging(settings)
    model = Model(name=BY_COUNT[stems], extension=settings.mask_extension)
    options = Options(order=Order(model=model), output=Path(), umask=umask, quiet=json_, verbose=verbose)
    with tempfile.TemporaryDirectory(prefix="fl-bt-") as scratch:
        asked = list(sources)
        if demo:
            from bot.cli.demo import demo_in

            asked.append(str(demo_in(Path(scratch))))
        sys.exit(asyncio.run(analyse(settings, asked, options, Path(scratch), json=json_)))

"""`fl-bt find`: links of songs by their names."""

import asyncio
import sys
import tempfile
from pathlib import Path

import click

from jobs.monitoring.logs import set_up_logging
from jobs.process.collector import importing
from jobs.settings import load_settings


@click.command()
@click.argument("words", metavar="WORDS...", nargs=-1)
@click.option("-v", "--verbose", is_flag=True, help="Show the log, the worker's too.")
def find(words: tuple[str, ...], verbose: bool) -> None:
    """Find songs on YouTube by their names, and print their links.

    A line for each song: link, length, title and channel, with tabs between them.

    \b
    fl-bt find elis tom águas de março
    """
    with importing():
        from bot.terminal.find import WordsError, find, searchable

    settings = load_settings()
    try:
        wanted = searchable(" ".join(words))
    except WordsError as error:
        raise click.UsageError(str(error)) from None
    if verbose:
        set_up_logging(settings)
    with tempfile.TemporaryDirectory(prefix="fl-bt-") as scratch:
        sys.exit(asyncio.run(find(settings, wanted, Path(scratch), verbose=verbose)))

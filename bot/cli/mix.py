"""`fl-bt mix`: one mix of each song, the short way to `fl-bt separate --mix`."""

from collections.abc import Sequence
from pathlib import Path

import click

from bot.cli.separate import separate
from jobs.models import Format


@click.command()
@click.argument("sources", metavar="SOURCE...", nargs=-1, type=click.Path(readable=False, allow_dash=True))
@click.argument("words", metavar="WORDS", default="")
@click.option("--tempo", type=click.IntRange(50, 120), help="In percent of the song's own: 80 is slower, for practice.")
@click.option("--key", type=click.IntRange(-12, 12), help="Semitones up or down: -2. Drums keep their pitch.")
@click.option("--click", "clicked", is_flag=True, help="A click on the beats, bars accented.")
@click.option("--stage", is_flag=True, help="The click on the left, the music on the right.")
@click.option("--count-in", type=click.IntRange(0, 2), help="Bars that are counted before the music.")
@click.option("--loop", metavar="WORDS", default="",
              help='A passage again and again: "1:02-1:18 x8", "bars 5-8"; "1:02-1:18 70-100%".')  # fmt: skip
@click.option("-f", "--format", "format_", type=click.Choice([each.value for each in Format]),
              default=Format.FLAC.value, show_default=True, help="Of the mix.")  # fmt: skip
@click.option("-o", "--output", type=click.Path(path_type=Path, file_okay=False), default=Path("stems"),
              show_default=True, help="Where the mix goes.")  # fmt: skip
@click.option("--json", "json_", is_flag=True, help="One line of JSON for each song, as soon as it ends.")
@click.option("-q", "--quiet", is_flag=True, help="Results and errors only.")
@click.option("-v", "--verbose", is_flag=True, help="Show the log, the worker's too.")
@click.pass_context
def mix(
    context: click.Context,
    sources: Sequence[str],
    words: str,
    tempo: int | None,
    key: int | None,
    clicked: bool,
    stage: bool,
    count_in: int | None,
    loop: str,
    format_: str,
    output: Path,
    json_: bool,
    quiet: bool,
    verbose: bool,
) -> None:
    """Make one mix of each song, in words.

    SOURCE is a YouTube link, a file, or - for a list of them on standard input. WORDS say what is heard, or what is
    not; they come last, in quotation marks. What a song was separated into before
    is used again. `fl-bt separate --mix` has more options.

    \b
    fl-bt mix song.mp3 "no drums" --tempo 80 --key -2 --click --count-in 1
    fl-bt mix song.mp3 "vocals -12, drums +3"
    """
    if not sources:
        raise click.UsageError('Give a song, and the mix in words: fl-bt mix song.mp3 "no drums"')
    context.invoke(
        separate,
        sources=sources,
        mix=words,
        tempo=tempo,
        key=key,
        clicked=clicked,
        stage=stage,
        count_in=count_in,
        loop=loop,
        format_=format_,
        output=output,
        json_=json_,
        quiet=quiet,
        verbose=verbose,
    )

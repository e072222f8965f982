"""`fl-bt separate`: its options, checked before anything starts."""

import asyncio
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import BinaryIO, Final, get_args

import click
from click.core import ParameterSource

from jobs.models import Chart, Click, Content, Deck, Format, Model, Notes, Order, Package, Session, Stem
from jobs.monitoring.logs import set_up_logging
from jobs.music.effects import ClickUse
from jobs.music.separation_models import DEFAULT_MODEL, MODELS, Band, models_by_count
from jobs.process.collector import importing
from jobs.settings import Settings, load_settings

BY_COUNT = models_by_count()
BITRATES = ("96", "128", "160", "192", "224", "256", "320")
STANDARD_INPUT = "-"
MADE: Final[dict[str, Content]] = {
    "click": Click(),
    "chords": Chart(),
    "notes": Notes(),
    "daw": Session(),
    "deck": Deck(),
}


@click.command()
@click.argument("sources", metavar="SOURCE...", nargs=-1, type=click.Path(readable=False, allow_dash=True))
@click.option("--stems", type=click.Choice(list(BY_COUNT)), default=str(len(MODELS[DEFAULT_MODEL].stems)),
              show_default=True, help="How many stems.")  # fmt: skip
@click.option("--model", type=click.Choice(list(MODELS)), help="Which model, instead of --stems.")
@click.option("--mix", metavar="WORDS", default="", help='One mix instead of the stems: "no drums", "vocals -12".')
@click.option("--tempo", type=click.IntRange(50, 120), help="In percent of the song's own: 80 is slower, for practice.")
@click.option("--key", type=click.IntRange(-12, 12), help="Semitones up or down: -2. Drums keep their pitch.")
@click.option(
    "--click", "clicked", is_flag=True, help="A click on the beats, bars accented; without --mix, over the song."
)
@click.option("--stage", is_flag=True, help="The click on the left, the music on the right.")
@click.option("--count-in", type=click.IntRange(0, 2), help="Bars that are counted before the music.")
@click.option("--loop", metavar="WORDS", default="",
              help='A passage again and again: "1:02-1:18 x8", "bars 5-8"; "1:02-1:18 70-100%".')  # fmt: skip
@click.option("--make", "made", type=click.Choice(list(MADE)),
              help="Something else: a click, chords, MIDI, a zip for a DAW, files for a DJ.")  # fmt: skip
@click.option(
    "--only", type=click.Choice([each.value for each in Stem]), multiple=True, help="This stem alone; may be repeated."
)
@click.option("-f", "--format", "format_", type=click.Choice([each.value for each in Format]),
              default=Format.FLAC.value, show_default=True, help="Of the results.")  # fmt: skip
@click.option("--bitrate", type=click.Choice(BITRATES), help="Of MP3 and M4A, in kbit/s.  [default: FLBT_MP3_KBPS]")
@click.option("--zip", "zipped", is_flag=True, help="One zip instead of a folder.")
@click.option("--player", is_flag=True, help="One HTML page that plays the stems, instead of them.")
@click.option("-o", "--output", type=click.Path(path_type=Path, file_okay=False), default=Path("stems"),
              show_default=True, help="Where the results go.")  # fmt: skip
@click.option("--name", metavar="TEMPLATE", default="",
              help='Names of the files: "{artist} - {title}/{stem}". Fields: artist, title, stem, model, format, file. '
              "Where a name is taken, it gets a number.")  # fmt: skip
@click.option("--overwrite", is_flag=True, help="Replace files that have the name of a result.")
@click.option("--skip", is_flag=True, help="Leave out songs whose results are in the output folder.")
@click.option("-r", "--recursive", is_flag=True, help="Take the songs in folders, and in the folders in them.")
@click.option("--band", type=click.Choice(get_args(Band)), default="11k", show_default=True,
              help="How far up the network looks.")  # fmt: skip
@click.option("--json", "json_", is_flag=True, help="One line of JSON for each song, as soon as it ends.")
@click.option("-q", "--quiet", is_flag=True, help="Results and errors only.")
@click.option("-v", "--verbose", is_flag=True, help="Show the log, the worker's too.")
@click.option("--demo", is_flag=True, help="Separate a 15-second song made up on the spot.")
@click.pass_obj
def separate(
    umask: int,
    sources: Sequence[str],
    stems: str,
    model: str | None,
    mix: str,
    tempo: int | None,
    key: int | None,
    clicked: bool,
    stage: bool,
    count_in: int | None,
    loop: str,
    made: str | None,
    only: Sequence[str],
    format_: str,
    bitrate: str | None,
    zipped: bool,
    player: bool,
    output: Path,
    name: str,
    overwrite: bool,
    skip: bool,
    recursive: bool,
    band: str,
    json_: bool,
    quiet: bool,
    verbose: bool,
    demo: bool,
) -> None:
    """Separate YouTube links, audio files or video files into stems.

    SOURCE is a link, a file, with --recursive a folder, or - for a list of them on standard input, one on each line.
    The paths of the results are printed last, to standard output; everything else goes to standard error.

    \b
    Exit codes:
      0    every result is there
      1    a song failed, or an input is none; the other songs are done
      2    an option, a setting or a folder is wrong; nothing was started
      130  stopped by Ctrl-C
    """
    with importing():
        from bot import terminal
        from bot.terminal.inputs import NotAListError, read_list
        from bot.terminal.options import Clash, Options
        from bot.terminal.output.naming import TemplateError, parse_name
        from bot.terminal.wanted import OptionError, check, choose, looped, treat, whole_song
        from bot.texts import say

    language = terminal.LANGUAGE
    if not sources and not demo:
        raise click.UsageError("Give a YouTube link or a file, or try `fl-bt separate --demo`.")
    typed_stems = click.get_current_context().get_parameter_source("stems") is ParameterSource.COMMANDLINE
    if model and typed_stems:
        raise click.UsageError("Give --stems or --model, not both.")
    if quiet and verbose:
        raise click.UsageError("Give --quiet or --verbose, not both.")
    if overwrite and skip:
        raise click.UsageError(say(language, "terminal-clash"))
    if made and (mix or only or zipped or player):
        raise click.UsageError(say(language, "terminal-make-alone"))
    settings = load_settings()
    named = model or (BY_COUNT[stems] if typed_stems else None)
    try:
        chosen, content, effect = choose(
            Model(name=named) if named else None, mix, [Stem(one) for one in only], language, player=player
        )
        use: ClickUse | None = "stage" if stage else "mixed" if clicked else None
        used = Model(name=chosen.name, band="16k" if band == "16k" else "11k", extension=settings.mask_extension)
        options = Options(
            order=Order(
                model=used,
                content=MADE[made] if made else whole_song(content, used) if use or loop else content,
                effect=looped(treat(effect, tempo, key, use, count_in), loop, language),
                format=Format.MP3 if player else Format(format_),
                package=Package.ZIP if zipped else Package.ALBUM,
            ),
            output=output,
            umask=umask,
            kbps=_kbps(bitrate, settings),
            only=tuple(Stem(one) for one in only),
            template=parse_name(name, language) if name else None,
            clash=Clash.OVERWRITE if overwrite else Clash.SKIP if skip else Clash.NUMBER,
            recursive=recursive,
            json=json_,
            quiet=quiet,
            verbose=verbose,
        )
        check(options, bitrate is not None, language)
        asked = [word for source in sources for word in _expanded(source, read_list)]
    except (OptionError, TemplateError) as error:
        raise click.UsageError(str(error)) from None
    except NotAListError:
        raise click.UsageError(say(language, "terminal-no-list")) from None
    if verbose:
        set_up_logging(settings)
    with tempfile.TemporaryDirectory(prefix="fl-bt-") as scratch:
        if demo:
            from bot.cli.demo import demo_in

            asked.append(str(demo_in(Path(scratch))))
        sys.exit(asyncio.run(terminal.separate(settings, asked, options, Path(scratch))))


def _expanded(source: str, read_list: Callable[[BinaryIO], list[str]]) -> list[str]:
    """A source, or the list on standard input for `-`."""
    return read_list(sys.stdin.buffer) if source == STANDARD_INPUT else [source]


def _kbps(bitrate: str | None, settings: Settings) -> int:
    """The bit rate of an encoding: 0 for the usual one, so that files of it are found in the store."""
    return 0 if bitrate is None or int(bitrate) == settings.mp3_kbps else int(bitrate)

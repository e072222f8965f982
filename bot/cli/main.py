"""The `fl-bt` command: options and subcommands only."""

import asyncio
import io
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import get_args

import click
from click.core import ParameterSource
from pydantic import SecretStr

from jobs import VERSION
from jobs.models import Format, Model, Order, Package
from jobs.monitoring.logs import set_up_logging
from jobs.music.separation_models import DEFAULT_MODEL, MODELS, Band, models_by_count, models_by_word
from jobs.process.exits import give_up, queue_of
from jobs.process.parent_watch import stop_with_parent
from jobs.process.privacy import be_private, close_memory
from jobs.process.supervise import MISCONFIGURED
from jobs.settings import SettingsError, load_settings

WORKER = (sys.executable, "-P", "-m", "worker")

BY_COUNT = models_by_count()


class _Command(click.Group):
    """Prints the sentence of a `SettingsError` of any subcommand."""

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except SettingsError as error:
            click.echo(error, err=True)
            ctx.exit(MISCONFIGURED)


@click.group(cls=_Command, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(VERSION, prog_name="fl-bt")
@click.pass_context
def main(context: click.Context) -> None:
    """A link or an audio file in, stems and backing tracks out: in a chat, or right here.

    \b
    Try it:      fl-bt separate --demo
    Run a bot:   fl-bt up
    """
    close_memory()
    context.obj = be_private()  # the person's own umask, for the files they get
    # Characters that the locale cannot encode are escaped, instead of a traceback.
    if isinstance(sys.stdout, io.TextIOWrapper) and sys.stdout.encoding.lower() not in ("utf-8", "utf8"):
        sys.stdout.reconfigure(errors="backslashreplace")


@main.command()
@click.argument("sources", metavar="SOURCE...", nargs=-1)
@click.option("--stems", type=click.Choice(list(BY_COUNT)), default=str(len(MODELS[DEFAULT_MODEL].stems)),
              show_default=True, help="How many stems.")  # fmt: skip
@click.option("--model", type=click.Choice(list(MODELS)), help="Which model, instead of --stems.")
@click.option(
    "--format",
    "format_",
    type=click.Choice([each.value for each in Format]),
    default=Format.FLAC.value,
    show_default=True,
    help="Of the stems.",
)
@click.option("--zip", "zipped", is_flag=True, help="One zip instead of a folder.")
@click.option(
    "--output", type=click.Path(path_type=Path, file_okay=False), default=Path("stems"), show_default=True,
    help="Where the results go.",
)  # fmt: skip
@click.option("--band", type=click.Choice(get_args(Band)), default="11k", show_default=True,
              help="How far up the network looks.")  # fmt: skip
@click.option("--demo", is_flag=True, help="Separate a 15-second song made up on the spot.")
@click.pass_obj
def separate(
    umask: int,
    sources: Sequence[str],
    stems: str,
    model: str | None,
    format_: str,
    zipped: bool,
    output: Path,
    band: str,
    demo: bool,
) -> None:
    """Separate YouTube links, audio files or video files into stems.

    The paths of the results are printed last, to standard output; everything else goes to standard error.
    """
    from bot import terminal

    if not sources and not demo:
        raise click.UsageError("Give a YouTube link or a file, or try `fl-bt separate --demo`.")
    if model and click.get_current_context().get_parameter_source("stems") is ParameterSource.COMMANDLINE:
        raise click.UsageError("Give --stems or --model, not both.")
    settings = load_settings()
    order = Order(
        model=Model(
            name=model or BY_COUNT[stems], band="16k" if band == "16k" else "11k", extension=settings.mask_extension
        ),
        format=Format(format_),
        package=Package.ZIP if zipped else Package.ALBUM,
    )
    with tempfile.TemporaryDirectory(prefix="fl-bt-") as scratch:
        asked = list(sources)
        if demo:
            from bot.cli.demo import write_demo_song

            song = Path(scratch) / "FL-BT demo.wav"
            write_demo_song(song)
            asked.append(str(song))
        sys.exit(asyncio.run(terminal.separate(settings, asked, order, output, Path(scratch), umask)))


@main.command()
def up() -> None:
    """Run everything on this machine: the bot, a worker and a private queue. Ctrl-C stops it."""
    from bot.cli.up import run_everything

    settings = load_settings()
    set_up_logging(settings)
    if settings.telegram_token is None:
        give_up(
            "A bot needs a token: open https://t.me/BotFather in Telegram, send /newbot, answer its two questions.\n"
            "Write what it gives you into a file named .env, here: FLBT_TELEGRAM_TOKEN=123456:ABC…\n"
            "Then run this again: uv run fl-bt up"
        )
    sys.exit(asyncio.run(run_everything(settings)))


@main.command()
@click.option("--tethered", is_flag=True, hidden=True)
def bot(tethered: bool) -> None:
    """Run the Telegram bot alone, on the queue named by FLBT_REDIS_URL."""
    from bot.telegram import run

    settings = load_settings()
    redis_url = queue_of(settings)
    if tethered:
        stop_with_parent()
    run(settings, redis_url)


@main.command(hidden=True)
def check() -> None:
    """Say whether the bot is alive, for its container: the exit code is 0 when it looks after its requests."""
    from redis.exceptions import RedisError

    from bot.telegram.address import PLATFORM
    from jobs.queue.requests import JobQueue

    async def front_ends(redis_url: SecretStr) -> list[str]:
        queue = JobQueue.at(redis_url)
        try:
            return await queue.front_ends()
        finally:
            await queue.close()

    try:
        alive = PLATFORM in asyncio.run(front_ends(queue_of(load_settings())))
    except (RedisError, OSError) as error:
        give_up(f"no answer from the queue: {error}", code=1)
    if not alive:
        give_up("no heartbeat", code=1)


@main.command()
def worker() -> None:
    """Run a worker alone, on the queue named by FLBT_REDIS_URL."""
    load_settings()  # reports a wrong setting before the worker starts
    os.execv(WORKER[0], [*WORKER, "run"])  # noqa: S606 - no shell; the bot must not import the worker


@main.command()
@click.argument("names", nargs=-1, type=click.Choice(list(models_by_word())))
def models(names: Sequence[str]) -> None:
    """Fetch and check the weights of models, named or by their number of stems (2 when none are named)."""
    load_settings()
    sys.exit(subprocess.run([*WORKER, "models", *names], check=False).returncode)


@main.command()
def doctor() -> None:
    """Check Python, weights, queue, store, disk and token, and say what to do about each."""
    from bot.cli.doctor import examine

    settings = load_settings()
    sys.exit(asyncio.run(examine(settings)))

"""The `fl-bt` command. A subcommand is imported when it is used, so that `--help` answers at once."""

import io
import sys
from importlib import import_module
from typing import Final

import click

from jobs import VERSION
from jobs.process.bytecode import is_damage, start_again_without, use_own_cache
from jobs.process.collector import importing
from jobs.process.privacy import be_private, close_memory

SEPARATE: Final = "bot.cli.separate"
COMMANDS: Final = "bot.cli.commands"
ANALYSE: Final = "bot.cli.analyse"
FIND: Final = "bot.cli.find"
MIX: Final = "bot.cli.mix"
MODELS: Final = "bot.cli.models"
#: The module of each subcommand, and the first sentence of its help, which fits into a line of 80 characters.
SUBCOMMANDS: Final = {
    "analyse": (ANALYSE, "Find tempo, beats, bars, key, chords and notes of songs."),
    "bot": (COMMANDS, "Run the bots alone: Telegram, Discord or both."),
    "check": (COMMANDS, ""),
    "completion": (COMMANDS, "Print a script that completes commands in a shell."),
    "doctor": (COMMANDS, "Check Python, weights, queue, store, disk and token."),
    "find": (FIND, "Find songs on YouTube by their names, and print their links."),
    "mix": (MIX, "Make one mix of each song, in words."),
    "models": (MODELS, "List the models, and fetch, add or check their weights."),
    "separate": (SEPARATE, "Separate YouTube links, audio files or video files into stems."),
    "up": (COMMANDS, "Run everything here: the bot, a worker and a private queue."),
    "web": (COMMANDS, "Serve the page and its HTTP interface."),
    "worker": (COMMANDS, "Run a worker alone, on the queue named by FLBT_REDIS_URL."),
}


class _Command(click.Group):
    """Imports its subcommands late, and prints the sentence of a `SettingsError` of any of them."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - as click's
        return list(SUBCOMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in SUBCOMMANDS:
            return None
        with importing():
            command = getattr(import_module(SUBCOMMANDS[cmd_name][0]), cmd_name)
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        with formatter.section("Commands"):
            formatter.write_dl([(name, help_) for name, (_, help_) in SUBCOMMANDS.items() if help_])

    def invoke(self, ctx: click.Context) -> object:
        cache = use_own_cache()
        try:
            return self._invoke(ctx)
        except (EOFError, ValueError, TypeError) as error:
            if cache is not None and is_damage(error):
                start_again_without(cache)
            raise

    def _invoke(self, ctx: click.Context) -> object:
        from jobs.settings import SettingsError  # late, as the subcommands

        try:
            return super().invoke(ctx)
        except SettingsError as error:
            from jobs.process.supervise import MISCONFIGURED

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

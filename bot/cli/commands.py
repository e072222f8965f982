"""The subcommands of `fl-bt` but `separate`: their options only."""

import asyncio
import os
import sys

import click
from click.shell_completion import get_completion_class
from pydantic import SecretStr

from jobs.monitoring.logs import set_up_logging
from jobs.process.collector import importing
from jobs.process.exits import give_up, queue_of
from jobs.process.parent_watch import stop_with_parent
from jobs.settings import load_settings

WORKER = (sys.executable, "-P", "-m", "worker")

PLATFORMS = ("telegram", "discord")


@click.command()
def up() -> None:
    """Run everything here: the bot, a worker and a private queue. Ctrl-C stops it."""
    from bot.cli.up import front_ends, run_everything

    settings = load_settings()
    set_up_logging(settings)
    if not front_ends(settings) and not settings.web_port:
        give_up(
            "A bot needs a token. Telegram: open https://t.me/BotFather, send /newbot, answer its two questions.\n"
            "Discord: make an application on https://discord.com/developers/applications, copy its bot's token.\n"
            "Write it into a file named .env, here: FLBT_TELEGRAM_TOKEN=123456:ABC… or FLBT_DISCORD_TOKEN=…\n"
            "Then run this again: uv run fl-bt up\n"
            "Without a bot, in a browser of this machine: FLBT_WEB_PORT=8000 uv run fl-bt up"
        )
    sys.exit(asyncio.run(run_everything(settings)))


@click.command()
@click.option("--tethered", is_flag=True, hidden=True)
@click.option("--platform", type=click.Choice(PLATFORMS), hidden=True, help="This one alone.")
def bot(tethered: bool, platform: str | None) -> None:
    """Run the bots alone: Telegram, Discord or both. On the queue named by FLBT_REDIS_URL, each bot with a token."""
    from bot.cli.up import front_ends, run_bots

    settings = load_settings()
    redis_url = queue_of(settings)
    if tethered:
        stop_with_parent()
    wanted = [platform] if platform else front_ends(settings)
    if len(wanted) > 1:
        set_up_logging(settings)
        sys.exit(asyncio.run(run_bots(settings, redis_url)))
    with importing():  # late: the other commands need neither library
        if wanted == ["discord"]:
            from bot.discord.main import run
        else:
            from bot.telegram.main import run
    run(settings, redis_url)


@click.command()
@click.option("--tethered", is_flag=True, hidden=True)
def web(tethered: bool) -> None:
    """Serve the page and its HTTP interface. On the queue named by FLBT_REDIS_URL.

    For this machine alone, at http://localhost:8000/app, unless FLBT_WEB_HOST, FLBT_WEB_PORT and FLBT_WEB_URL say
    otherwise.
    """
    settings = load_settings()
    redis_url = queue_of(settings)
    if tethered:
        stop_with_parent()
    with importing():  # late: the other commands do not need the library
        from bot.web.main import run
    run(settings, redis_url)


@click.command(hidden=True)
@click.argument("names", nargs=-1)
def check(names: tuple[str, ...]) -> None:
    """Say whether front ends are alive, for their container: the exit code is 0 when they look after their requests.

    NAMES: telegram, discord, web. Default: the bots that have a token.
    """
    from redis.exceptions import RedisError

    from bot.cli.up import front_ends
    from jobs.queue.requests import JobQueue

    async def living(redis_url: SecretStr) -> list[str]:
        queue = JobQueue.at(redis_url)
        try:
            return await queue.front_ends()
        finally:
            await queue.close()

    settings = load_settings()
    try:
        alive = asyncio.run(living(queue_of(settings)))
    except (RedisError, OSError) as error:
        give_up(f"no answer from the queue: {error}", code=1)
    if not set(names or front_ends(settings) or ["telegram"]) <= set(alive):
        give_up("no heartbeat", code=1)


@click.command()
def worker() -> None:
    """Run a worker alone, on the queue named by FLBT_REDIS_URL."""
    load_settings()  # reports a wrong setting before the worker starts
    os.execv(WORKER[0], [*WORKER, "run"])  # noqa: S606 - no shell; the bot must not import the worker


@click.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def completion(shell: str) -> None:
    """Print a script that completes commands in a shell. It completes options and files, too.

    \b
    bash:  eval "$(fl-bt completion bash)"                in ~/.bashrc
    zsh:   eval "$(fl-bt completion zsh)"                 in ~/.zshrc
    fish:  fl-bt completion fish | source                 in ~/.config/fish/config.fish
    """
    kind = get_completion_class(shell)
    assert kind is not None
    click.echo(kind(click.get_current_context().find_root().command, {}, "fl-bt", "_FL_BT_COMPLETE").source())


@click.command()
def doctor() -> None:
    """Check Python, weights, queue, store, disk and token. Say what to do about each fault."""
    with importing():
        from bot.cli.doctor import examine

    settings = load_settings()
    sys.exit(asyncio.run(examine(settings)))

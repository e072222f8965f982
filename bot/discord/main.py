"""The bot's process: from a token to a running bot, and to an end within seconds when told."""

import asyncio
import contextlib
import logging
import signal
from typing import Final

import discord
from pydantic import SecretStr

from bot.discord.app import LONGEST_PAUSE, Bot
from bot.discord.errors import ERRORS
from jobs.monitoring.logs import set_up_logging
from jobs.process.privacy import close_to_others
from jobs.queue.requests import JobQueue
from jobs.settings import IN_DATA, Settings, SettingsError
from jobs.store.address import open_store

log = logging.getLogger(__name__)

UNSET: Final = (
    "FLBT_DISCORD_TOKEN is missing: make an application on https://discord.com/developers/applications, "
    "and put the token of its bot into .env."
)
REFUSED: Final = (
    "Discord refuses FLBT_DISCORD_TOKEN: reset it on https://discord.com/developers/applications under Bot, "
    "and put the new one into .env."
)


def run(settings: Settings, redis_url: SecretStr) -> None:
    """See `bot.discord.run`."""
    set_up_logging(settings)
    asyncio.run(_run(settings, redis_url))


async def _run(settings: Settings, redis_url: SecretStr) -> None:
    if settings.discord_token is None:
        raise SettingsError(UNSET)
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    close_to_others(settings.data, IN_DATA)
    queue, store = JobQueue.at(redis_url), open_store(settings, settings.min_free_mb * 1e6)
    await asyncio.to_thread(store.workspace.sweep)  # removes partial files of a killed process
    try:
        await serve(Bot(settings, queue, store), settings.discord_token.get_secret_value(), stop)
    finally:
        await queue.close()


async def serve(bot: Bot, token: str, stop: asyncio.Event) -> None:
    """Connect, listen until `stop` is set, end in good order. Raises `SettingsError` for a bad token."""
    listening, stopping = asyncio.create_task(_listen(bot, token)), asyncio.create_task(stop.wait())
    try:
        await asyncio.wait({listening, stopping}, return_when=asyncio.FIRST_COMPLETED)
        if listening.done():
            listening.result()
    except discord.LoginFailure:
        raise SettingsError(REFUSED) from None
    finally:
        log.info("stopping")
        await bot.end()
        for task in (listening, stopping):
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError, *ERRORS):
                await task


async def _listen(bot: Bot, token: str) -> None:
    """Log in and listen, patiently. Raises `LoginFailure`, which no patience mends."""
    pause = 1.0
    while True:
        try:
            await bot.login(token)
            break
        except discord.LoginFailure:
            raise
        except ERRORS as error:
            log.warning("Discord cannot be reached, trying again in %.0f s: %s", pause, error)
            await asyncio.sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE)
    try:
        await bot.connect(reconnect=True)
    except discord.ConnectionClosed as error:
        if error.code == 4004:  # the token was reset while we ran
            raise discord.LoginFailure from error
        raise

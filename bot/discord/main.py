"""The bot's process: from a token to a running bot, and to an end within seconds when told."""

import asyncio
import logging

import discord
from pydantic import SecretStr

from bot import front_end
from bot.discord.app import Bot
from bot.discord.errors import ERRORS
from bot.tokens import DISCORD_TOKEN
from jobs.process.patience import insist
from jobs.settings import Settings, SettingsError

log = logging.getLogger(__name__)


def run(settings: Settings, redis_url: SecretStr) -> None:
    """Run the bot until SIGTERM or SIGINT.

    Raises `SettingsError` if the token is missing or refused. Retries without end while Discord is unreachable.
    """
    token = DISCORD_TOKEN.checked(settings.discord_token)
    front_end.run(settings, redis_url, lambda it: serve(Bot(settings, it.queue, it.store), token, it.stop))


async def serve(bot: Bot, token: str, stop: asyncio.Event) -> None:
    """Connect, listen until `stop` is set, end in good order. Raises `SettingsError` for a bad token."""
    try:
        await front_end.until_stopped(_listen(bot, token), stop)
    except discord.LoginFailure:
        raise SettingsError(DISCORD_TOKEN.refused) from None
    finally:
        log.info("stopping")
        await bot.end()


async def _listen(bot: Bot, token: str) -> None:
    """Log in and listen. Raises `LoginFailure`, which a retry cannot fix."""
    await insist(lambda: bot.login(token), ERRORS, "Discord unreachable", final=(discord.LoginFailure,))
    try:
        # discord.py 2.7 resumes its first connection, too: without a session to resume that is an `AttributeError`.
        await insist(lambda: bot.connect(reconnect=True), (AttributeError,), "Discord's gateway unreachable")
    except discord.ConnectionClosed as error:
        if error.code == 4004:  # the token was reset while we ran
            raise discord.LoginFailure from error
        raise

"""The bot's process: from a token to a running bot, and to an end within seconds when told."""

import asyncio
import logging
import re
from typing import Final

import discord
from pydantic import SecretStr

from bot.discord.app import Bot
from bot.discord.errors import ERRORS
from bot.front_end import front_end, until_stopped
from jobs.monitoring.logs import set_up_logging
from jobs.process.patience import insist
from jobs.settings import Settings, SettingsError

log = logging.getLogger(__name__)

UNSET: Final = (
    "FLBT_DISCORD_TOKEN is missing: make an application on https://discord.com/developers/applications, "
    "and put the token of its bot into .env."
)
MISSHAPEN: Final = (
    "FLBT_DISCORD_TOKEN is no bot token: copy it whole from https://discord.com/developers/applications, under Bot. "
    "It has dots in it, and no spaces; the application's id and public key are not it."
)
SHAPE: Final = re.compile(r"[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+){1,2}")
REFUSED: Final = (
    "Discord refuses FLBT_DISCORD_TOKEN: reset it on https://discord.com/developers/applications under Bot, "
    "and put the new one into .env."
)


def run(settings: Settings, redis_url: SecretStr) -> None:
    """See `bot.discord.run`."""
    set_up_logging(settings)
    asyncio.run(_run(settings, redis_url))


def token_of(settings: Settings) -> str:
    """The bot's token. Raises `SettingsError` if there is none, or one that cannot be any."""
    if settings.discord_token is None:
        raise SettingsError(UNSET)
    token = settings.discord_token.get_secret_value()
    if not SHAPE.fullmatch(token):
        raise SettingsError(MISSHAPEN)
    return token


async def _run(settings: Settings, redis_url: SecretStr) -> None:
    token = token_of(settings)
    async with front_end(settings, redis_url) as opened:
        await serve(Bot(settings, opened.queue, opened.store), token, opened.stop)


async def serve(bot: Bot, token: str, stop: asyncio.Event) -> None:
    """Connect, listen until `stop` is set, end in good order. Raises `SettingsError` for a bad token."""
    try:
        await until_stopped(_listen(bot, token), stop)
    except discord.LoginFailure:
        raise SettingsError(REFUSED) from None
    finally:
        log.info("stopping")
        await bot.end()


async def _listen(bot: Bot, token: str) -> None:
    """Log in and listen. Raises `LoginFailure`, which a retry cannot fix."""
    await insist(lambda: bot.login(token), ERRORS, "Discord unreachable", final=(discord.LoginFailure,))
    try:
        await bot.connect(reconnect=True)
    except discord.ConnectionClosed as error:
        if error.code == 4004:  # the token was reset while we ran
            raise discord.LoginFailure from error
        raise

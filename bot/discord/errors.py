"""One table from Discord's errors to what they mean for us."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import aiohttp
import discord

from bot.delivery import platform
from bot.delivery.platform import Away, CardGone, Later, Refused, TooLarge, Trouble, Unconfirmed, Unreachable
from bot.discord.pace import DISCORD

#: What a call may raise. discord.py lets aiohttp's errors through.
ERRORS: Final = (discord.DiscordException, aiohttp.ClientError, OSError, asyncio.TimeoutError)

#: https://discord.com/developers/docs/topics/opcodes-and-status-codes#json
_CODES: Final[dict[int, type[Trouble]]] = {
    10003: Unreachable,  # unknown channel
    10004: Unreachable,  # unknown server
    10008: CardGone,  # unknown message
    40005: TooLarge,
    50001: Unreachable,  # missing access
    50007: Unreachable,  # the person takes no messages from us
    50013: platform.Forbidden,
    50083: Unreachable,  # the thread is archived
    50278: Unreachable,  # no server in common with the person
}
TOO_MANY_OLD_EDITS: Final = 30046


@contextmanager
def as_trouble(old_card: float = DISCORD.old_card) -> Iterator[None]:
    """Turns Discord's errors into `Trouble`. `old_card`: see `Pace`."""
    try:
        yield
    except (*ERRORS, KeyError) as error:
        raise trouble(error, old_card) from error


def trouble(error: Exception, old_card: float = DISCORD.old_card) -> Trouble:
    """What an error means. Total: every error means something."""
    said = str(error) or type(error).__name__
    match error:
        case discord.RateLimited():
            return Later(error.retry_after + 0.1, said)
        case discord.HTTPException(code=code) if code == TOO_MANY_OLD_EDITS:
            return Later(old_card, said)
        case discord.HTTPException(status=429):
            told = error.response.headers.get("Retry-After", "")
            return Later(float(told) + 0.1 if told.isdecimal() else 5.0, said)
        case discord.HTTPException() if error.code in _CODES:
            return _CODES[error.code](said)
        case discord.HTTPException(status=413):
            return TooLarge(said)
        case discord.HTTPException(status=401):
            return Later(60, "the token is refused")
        case discord.HTTPException() if error.status >= 500:
            return Unconfirmed(said)
        case KeyError():  # discord.py's, of a 429 that does not tell how long to wait
            return Later(60, f"blocked for a while: {said}")
        case aiohttp.ClientConnectorError():
            return Away(said)
        case aiohttp.ClientError() | OSError():
            return Unconfirmed(said)
        case _:
            return Refused(said)

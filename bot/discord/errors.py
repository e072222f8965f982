"""One table from Discord's errors to what they mean for us."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import aiohttp
import discord

from bot.delivery.platform import (
    Away,
    CardGone,
    Forbidden,
    Later,
    Refused,
    TooLarge,
    Trouble,
    Unconfirmed,
    Unreachable,
)

#: What a call may raise. discord.py lets aiohttp's errors through.
ERRORS: Final = (discord.DiscordException, aiohttp.ClientError, OSError, asyncio.TimeoutError)

#: Seconds without an edit of a message that is older than an hour, after Discord had enough of them (30046).
OLD_MESSAGE: Final = 60.0

#: https://discord.com/developers/docs/topics/opcodes-and-status-codes#json
_CODES: Final[dict[int, type[Trouble]]] = {
    10003: Unreachable,  # unknown channel
    10004: Unreachable,  # unknown server
    10008: CardGone,  # unknown message
    40005: TooLarge,
    50001: Unreachable,  # missing access
    50007: Unreachable,  # the person takes no messages from us
    50013: Forbidden,
    50083: Unreachable,  # the thread is archived
    50278: Unreachable,  # no server in common with the person
}


@contextmanager
def as_trouble() -> Iterator[None]:
    """Turns Discord's errors into `Trouble`."""
    try:
        yield
    except ERRORS as error:
        if isinstance(error, OSError) and not isinstance(error, aiohttp.ClientError | ConnectionError | TimeoutError):
            raise  # of a file
        raise trouble(error) from error


def trouble(error: Exception) -> Trouble:
    """What an error means. Total: every error means something."""
    said = str(error) or type(error).__name__
    match error:
        case discord.RateLimited():
            return Later(error.retry_after + 0.1, said)
        case discord.HTTPException(code=30046):
            return Later(OLD_MESSAGE, said)
        case discord.HTTPException(status=429):
            return Later(_retry_after(error), said)
        case discord.HTTPException() if error.code in _CODES:
            return _CODES[error.code](said)
        case discord.HTTPException(status=413):
            return TooLarge(said)
        case discord.HTTPException(status=401):
            return Later(60, "the token is refused")
        case discord.HTTPException() if error.status >= 500:
            return Unconfirmed(said)
        case aiohttp.ClientConnectorError():
            return Away(said)
        case aiohttp.ClientError() | OSError():
            return Unconfirmed(said)
        case _:
            return Refused(said)


def _retry_after(error: discord.HTTPException) -> float:
    try:
        return float(error.response.headers.get("Retry-After", "")) + 0.1
    except ValueError:
        return 5.0

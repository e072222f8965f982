"""Mapping of Telegram's errors to `Trouble`."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import httpx
from telegram.error import BadRequest, ChatMigrated, Forbidden, InvalidToken, NetworkError, RetryAfter, TelegramError

from bot.delivery.platform import (
    Away,
    CardGone,
    Later,
    Refused,
    TooLarge,
    Trouble,
    Unconfirmed,
    UnknownFile,
    Unreachable,
)
from bot.telegram.sending.rate_limiter import seconds_of

#: Errors before the request was complete: Telegram cannot have acted on it.
_NOT_SENT: Final = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.WriteTimeout, httpx.ProxyError)

#: Parts of the Bot API's descriptions of a bad request, in lower case. The API has no codes for them.
_BAD_REQUESTS: Final[tuple[tuple[type[Trouble], tuple[str, ...]], ...]] = (
    (CardGone, ("message to edit not found", "message can't be edited", "message_id_invalid")),
    (TooLarge, ("file is too big", "too large", "file_parts_invalid")),
    (UnknownFile, ("wrong file identifier", "wrong remote file", "can't use file of type", "file_reference")),
    (
        Unreachable,
        (
            *("chat not found", "user is deactivated", "peer_id_invalid", "chat was deactivated", "not a member"),
            *("not enough rights", "have no rights", "chat_write_forbidden", "topic_closed", "thread not found"),
            *("chat_restricted", "chat_send_", "user not found"),
        ),
    ),
)

_BENIGN: Final = ("message is not modified", "query is too old", "query id is invalid")


@contextmanager
def as_trouble() -> Iterator[None]:
    """Turns Telegram's errors into `Trouble`."""
    try:
        yield
    except TelegramError as error:
        raise trouble(error) from error


@contextmanager
def nothing_to_do() -> Iterator[None]:
    """Ignores errors that report an edit or answer as needless: text unchanged, query expired."""
    try:
        yield
    except BadRequest as error:
        if not any(words in str(error).lower() for words in _BENIGN):
            raise


def trouble(error: TelegramError) -> Trouble:
    """The `Trouble` of an error. Total: never raises."""
    said = str(error)
    match error:
        case RetryAfter():
            return Later(seconds_of(error) + 0.1, said)
        case Forbidden():
            return Unreachable(said)
        case BadRequest():
            for meaning, signs in _BAD_REQUESTS:
                if any(sign in said.lower() for sign in signs):
                    return meaning(said)
            return Refused(said)
        case ChatMigrated():  # the rate limiter has moved the group; the next try uses the new id
            return Later(1.0, said)
        case InvalidToken():  # revoked at run time: `Polling` ends the process with a message
            return Later(60, "the token is refused")
        case NetworkError() if "too large" in said.lower():  # 413
            return TooLarge(said)
        case NetworkError() if isinstance(error.__cause__, httpx.HTTPError):
            return Away(said) if isinstance(error.__cause__, _NOT_SENT) else Unconfirmed(said)
        case NetworkError():  # a 5xx of Telegram: the call had no effect
            return Away(said)
        case _:
            return Refused(said)

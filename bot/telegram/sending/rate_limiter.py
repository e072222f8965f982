"""Client-side rate limiting, and waiting for Telegram's "retry after" chat by chat.

python-telegram-bot's own AIORateLimiter halts every chat when one is refused, and refills its buckets while they are
emptied: twice the limit fits into the first minute. Here only the refused chat waits, and the limits apply to sliding
windows of a second and a minute: see `send_window`.
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Coroutine
from datetime import timedelta
from math import inf
from typing import Any, Final

from telegram.error import ChatMigrated, RetryAfter
from telegram.ext import BaseRateLimiter, ExtBot

from bot.telegram.sending.pace import TELEGRAM, Pace
from bot.telegram.sending.send_window import Line, Rank, Room, held_up, later

log = logging.getLogger(__name__)

#: A longer wait raises: an answer in a conversation would come too late.
LONGEST_WAIT: Final = 60.0  # seconds

#: Calls that may upload a file, and count from the end of the upload.
UPLOADS: Final = frozenset({"sendAudio", "sendDocument", "sendMediaGroup", "sendPhoto", "editMessageMedia"})

#: The patience of a card's last edit: it has room that edits of progress and news leave free, and waits for no "retry
#: after".
LAST_EDIT: Final = -1  # the library drops a 0

TelegramBot = ExtBot[int]  # int: how many times a call may wait for "retry after" and try again

#: A parsed answer of the Bot API.
Answer = bool | dict[str, Any] | list[dict[str, Any]]


class RateLimiter(BaseRateLimiter[int]):
    """The application's rate limiter. A call's `rate_limit_args` is how many times it may wait for "retry after" and
    try again; without, `RetryAfter` goes to the caller. In both cases the chat gets no call before that time."""

    def __init__(self, pace: Pace = TELEGRAM) -> None:
        self._pace = pace
        self._room = Room(pace)
        self._lines: dict[int, Line] = {}
        #: Called with the old and the new id of a group that became a supergroup.
        self.on_moved: Callable[[int, int], Awaitable[None]] | None = None

    async def initialize(self) -> None:
        """Nothing to open."""

    async def shutdown(self) -> None:
        """Nothing to close."""

    async def process_request(
        self,
        callback: Callable[..., Coroutine[Any, Any, Answer]],
        args: Any,
        kwargs: dict[str, Any],
        endpoint: str,
        data: dict[str, Any],
        rate_limit_args: int | None,
    ) -> Answer:
        chat_id = data.get("chat_id")
        if not isinstance(chat_id, int) or endpoint.startswith("get") or endpoint == "sendChatAction":
            return await callback(*args, **kwargs)  # the call shows no message, so no limit applies
        line, waits, rank = self._line(chat_id), rate_limit_args or 0, _rank(endpoint, rate_limit_args)
        longest = inf if rank is Rank.ANSWER else self._pace.longest_hold
        while True:
            if (wait := line.closed_until - time.monotonic()) > 0:
                if waits < 1 or wait > LONGEST_WAIT:
                    raise later(wait)
                waits -= 1
                held_up.get()()
                await asyncio.sleep(wait)
            async with self._room.taken(line, _messages(data), rank, longest, upload=endpoint in UPLOADS):
                if line.closed_until > time.monotonic():  # "retry after" came while this call waited
                    continue
                try:
                    return await callback(*args, **kwargs)
                except RetryAfter as told:
                    line.closed_until = time.monotonic() + seconds_of(told) + 0.1
                    if waits < 1:
                        raise
                except ChatMigrated as moved:
                    await self._moved(chat_id, moved.new_chat_id)
                    if rate_limit_args in (None, LAST_EDIT):
                        raise
                    # An answer goes to the new group, without a reply: message ids differ there.
                    data["chat_id"] = chat_id = moved.new_chat_id
                    data.pop("reply_parameters", None)
                    line = self._line(chat_id)

    async def _moved(self, old: int, new: int) -> None:
        try:
            if self.on_moved is not None:
                await self.on_moved(old, new)
        except Exception:
            log.exception("chat %d became %d, its data not all moved", old, new)

    def _line(self, chat_id: int) -> Line:
        if len(self._lines) > 1000:  # forget idle chats
            now = time.monotonic()
            self._lines = {
                chat: line for chat, line in self._lines.items() if line.closed_until > now or not line.is_idle(now)
            }
        return self._lines.setdefault(chat_id, Line(chat_id, self._pace))


def seconds_of(told: RetryAfter) -> float:
    """The wait that Telegram demands, in seconds."""
    wait = told.retry_after
    return wait.total_seconds() if isinstance(wait, timedelta) else float(wait)


def _rank(endpoint: str, patience: int | None) -> Rank:
    """The rank of a call. Only answers to people, and last edits of cards, set a patience."""
    if patience is not None:
        return Rank.LAST_EDIT if patience == LAST_EDIT else Rank.ANSWER
    return Rank.EDIT if endpoint.startswith("edit") else Rank.NEWS


def _messages(data: dict[str, Any]) -> int:
    """The number of messages of a call: an album counts each of its messages."""
    media = data.get("media")
    return len(media) if isinstance(media, list | tuple) else 1

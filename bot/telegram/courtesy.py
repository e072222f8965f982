"""Telegram's limits, kept before it has to say so; and its "retry after" obeyed, chat by chat.

python-telegram-bot's own AIORateLimiter halts every chat when one is refused, and fills its buckets while they are
emptied: twice the limit fits into the first minute. Here only the refused chat waits, and what counts is what was sent
within the last second, and the last minute.

Who comes first where there is not room for all: answers to people and deliveries, in the order in which they came. An
edit of a card never stands in line; there will be another one.
"""

import asyncio
import logging
import time
from collections import deque
from collections.abc import Awaitable, Callable, Coroutine
from datetime import timedelta
from typing import Any, Final

from telegram.error import ChatMigrated, RetryAfter
from telegram.ext import BaseRateLimiter, ExtBot

log = logging.getLogger(__name__)

#: Messages and edits: about one a second to a chat, twenty a minute to a group, thirty a second overall.
#: https://core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this
CHAT_BURST: Final = 3
GROUP_PER_MINUTE: Final = 18
PER_SECOND: Final = 26
#: Of a group's minute, what edits leave to messages.
GROUP_SPARE: Final = 8

SECOND: Final = 1.05  # seconds, and
MINUTE: Final = 61.0  # the same with what a network adds

#: A wait longer than this is for the caller to plan; a conversation's answer would come as a surprise.
LONGEST_WAIT: Final = 60.0  # seconds
#: The same for calls that nobody sits and waits for: a delivery has others to make meanwhile.
LONGEST_HOLD: Final = 3.0  # seconds

TelegramBot = ExtBot[int]  # int: how often a call may wait as told and try again

#: What the Bot API answers, parsed.
Answer = bool | dict[str, Any] | list[dict[str, Any]]


class Window:
    """At most `most` messages within any `seconds`."""

    def __init__(self, most: int, seconds: float) -> None:
        self.most = most
        self.seconds = seconds
        self._sent: deque[float] = deque()

    def wait(self, messages: int, now: float) -> float:
        """Seconds until there is room for so many more; an album larger than the window takes all of it."""
        while self._sent and self._sent[0] <= now - self.seconds:
            self._sent.popleft()
        over = len(self._sent) + min(messages, self.most) - self.most
        return self._sent[over - 1] + self.seconds - now if over > 0 else 0.0

    def take(self, messages: int, now: float) -> None:
        self._sent.extend([now] * messages)

    @property
    def is_empty(self) -> bool:
        return not self._sent


class Line:
    """One chat: what it was sent, who stands in line for it, and until when it must be left alone."""

    def __init__(self, chat_id: int) -> None:
        self.turn = asyncio.Lock()
        self.closed_until = 0.0  # time.monotonic(): Telegram said so
        self.claimed_until = 0.0  # time.monotonic(): a delivery comes back for the room there will be
        self.is_group = chat_id < 0
        self._minute = Window(GROUP_PER_MINUTE, MINUTE)
        self._credit = float(CHAT_BURST)  # messages; an album may take it below zero, and others wait for it
        self._at = time.monotonic()

    def wait(self, messages: int) -> float:
        """Seconds until so many messages are within the limits."""
        now = time.monotonic()
        self._credit, self._at = min(float(CHAT_BURST), self._credit + (now - self._at) / SECOND), now
        second = (min(messages, CHAT_BURST) - self._credit) * SECOND
        minute = self._minute.wait(messages, now)
        return max(0.0, second, minute if self.is_group else 0.0)

    def take(self, messages: int) -> None:
        self._credit -= messages
        self._minute.take(messages, time.monotonic())

    def wait_of_edit(self) -> float:
        """Seconds until an edit is welcome: one that others need not wait for."""
        now = time.monotonic()
        if self.turn.locked():
            return 2 * SECOND
        spare = self._minute.wait(1 + GROUP_SPARE, now) if self.is_group else 0.0
        return max(0.0, self.claimed_until - now, spare, self.wait(1))

    @property
    def is_idle(self) -> bool:
        now = time.monotonic()
        return not self.turn.locked() and self._minute.wait(1, now) == 0 and self._minute.is_empty


class Courtesy(BaseRateLimiter[int]):
    """The application's rate limiter. A call's `rate_limit_args` say how often it may wait as told and try again;
    without, `RetryAfter` goes to the caller. Either way the chat gets no other call before its time."""

    def __init__(self) -> None:
        self._overall = Window(PER_SECOND, SECOND)
        self._lines: dict[int, Line] = {}
        #: Called with the old and the new id of a group that became a supergroup.
        self.on_moved: Callable[[int, int], Awaitable[None]] | None = None

    async def initialize(self) -> None:
        """Nothing to open."""

    async def shutdown(self) -> None:
        """Nothing to close."""

    def wait(self, chat_id: int) -> float:
        """Seconds until this chat may be spoken to again, 0 when it may now."""
        return max(0.0, self._line(chat_id).closed_until - time.monotonic())

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
            return await callback(*args, **kwargs)  # shows nobody a message
        line, waits = self._line(chat_id), rate_limit_args or 0
        while True:
            if (wait := line.closed_until - time.monotonic()) > 0:
                if waits < 1 or wait > LONGEST_WAIT:
                    raise _later(wait)
                waits -= 1
                await asyncio.sleep(wait)
            if rate_limit_args is None and endpoint.startswith("edit") and (wait := line.wait_of_edit()) > 0:
                raise _later(wait)
            await self._room(line, _messages(data), LONGEST_HOLD if rate_limit_args is None else MINUTE + SECOND)
            if line.closed_until > time.monotonic():  # while this call stood in line
                continue
            try:
                return await callback(*args, **kwargs)
            except RetryAfter as told:
                line.closed_until = time.monotonic() + seconds_of(told) + 0.1
                if waits < 1:
                    raise
            except ChatMigrated as moved:
                await self._moved(chat_id, moved.new_chat_id)
                if rate_limit_args is None:
                    raise
                # An answer follows the group; what it answers to has another number there.
                data["chat_id"] = chat_id = moved.new_chat_id
                data.pop("reply_parameters", None)
                line = self._line(chat_id)

    async def _room(self, line: Line, messages: int, longest: float) -> None:
        """Wait in line until a call is within all limits, and count it. Raises `RetryAfter` when that takes longer."""
        async with line.turn:
            if (wait := line.wait(messages)) > longest:
                line.claimed_until = time.monotonic() + wait + 2 * SECOND
                raise _later(wait)
            while (  # noqa: ASYNC110 - until a time, not until an event
                wait := max(line.wait(messages), self._overall.wait(messages, time.monotonic()))
            ) > 0:
                await asyncio.sleep(wait)
            line.take(messages)
            self._overall.take(messages, time.monotonic())
            line.claimed_until = 0.0

    async def _moved(self, old: int, new: int) -> None:
        try:
            if self.on_moved is not None:
                await self.on_moved(old, new)
        except Exception:
            log.exception("chat %d is %d now, and not all of it moved", old, new)

    def _line(self, chat_id: int) -> Line:
        if len(self._lines) > 1000:  # forget whoever has been silent
            now = time.monotonic()
            self._lines = {
                chat: line for chat, line in self._lines.items() if line.closed_until > now or not line.is_idle
            }
        return self._lines.setdefault(chat_id, Line(chat_id))


def seconds_of(told: RetryAfter) -> float:
    """How long Telegram told us to wait."""
    wait = told.retry_after
    return wait.total_seconds() if isinstance(wait, timedelta) else float(wait)


def _later(wait: float) -> RetryAfter:
    return RetryAfter(timedelta(seconds=wait))


def _messages(data: dict[str, Any]) -> int:
    """An album counts as its messages."""
    media = data.get("media")
    return len(media) if isinstance(media, list | tuple) else 1

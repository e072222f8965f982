"""Telegram's limits, kept before it has to say so; and its "retry after" obeyed, chat by chat.

python-telegram-bot's own AIORateLimiter halts every chat when one is refused. Here only the refused chat waits.
"""

import asyncio
import time
from collections.abc import Callable, Coroutine
from datetime import timedelta
from typing import Any, Final

from aiolimiter import AsyncLimiter
from telegram.error import RetryAfter
from telegram.ext import BaseRateLimiter, ExtBot

#: Messages and edits: about one a second to a chat, twenty a minute to a group, thirty a second overall.
#: https://core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this
CHAT_BURST: Final = 3
GROUP_PER_MINUTE: Final = 18
PER_SECOND: Final = 28

#: A wait longer than this is for the caller to plan; a conversation's answer would come as a surprise.
LONGEST_WAIT: Final = 60.0  # seconds

TelegramBot = ExtBot[int]  # int: how often a call may wait as told and try again

#: What the Bot API answers, parsed.
Answer = bool | dict[str, Any] | list[dict[str, Any]]


class Courtesy(BaseRateLimiter[int]):
    """The application's rate limiter. A call's `rate_limit_args` say how often it may wait as told and try again;
    without, `RetryAfter` goes to the caller. Either way the chat gets no other call before its time."""

    def __init__(self) -> None:
        self._overall = AsyncLimiter(PER_SECOND, 1)
        self._chats: dict[int, tuple[AsyncLimiter, ...]] = {}
        self._closed_until: dict[int, float] = {}  # time.monotonic() from when on the chat may be spoken to again

    async def initialize(self) -> None:
        """Nothing to open."""

    async def shutdown(self) -> None:
        """Nothing to close."""

    def wait(self, chat_id: int) -> float:
        """Seconds until this chat may be spoken to again, 0 when it may now."""
        return max(0.0, self._closed_until.get(chat_id, 0.0) - time.monotonic())

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
        waits = rate_limit_args or 0
        while True:
            if (wait := self.wait(chat_id)) > 0:
                if waits < 1 or wait > LONGEST_WAIT:
                    raise RetryAfter(int(wait) + 1)
                waits -= 1
                await asyncio.sleep(wait)
            for _ in range(_messages(data)):
                for limiter in (*self._limiters(chat_id), self._overall):
                    await limiter.acquire()
            if self.wait(chat_id) > 0:  # closed while this call queued up
                continue
            try:
                return await callback(*args, **kwargs)
            except RetryAfter as told:
                self._closed_until[chat_id] = time.monotonic() + seconds_of(told) + 0.1
                if waits < 1:
                    raise

    def _limiters(self, chat_id: int) -> tuple[AsyncLimiter, ...]:
        if len(self._chats) > 1000:  # forget whoever has been silent
            idle = [chat for chat, kept in self._chats.items() if all(one.has_capacity(one.max_rate) for one in kept)]
            for chat in idle:
                del self._chats[chat]
                self._closed_until.pop(chat, None)
        if chat_id not in self._chats:
            second = AsyncLimiter(CHAT_BURST, CHAT_BURST)
            self._chats[chat_id] = (second, AsyncLimiter(GROUP_PER_MINUTE, 60)) if chat_id < 0 else (second,)
        return self._chats[chat_id]


def seconds_of(told: RetryAfter) -> float:
    """How long Telegram told us to wait."""
    wait = told.retry_after
    return wait.total_seconds() if isinstance(wait, timedelta) else float(wait)


def _messages(data: dict[str, Any]) -> int:
    """An album counts as its messages."""
    media = data.get("media")
    return len(media) if isinstance(media, list | tuple) else 1

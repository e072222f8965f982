"""Telegram's send limits, overall and per chat, and the order of the calls that wait for them.

Answers to people come first, then last edits of cards, new cards and deliveries, then edits of progress; within a
rank, the earliest call. The lower ranks always leave some room free, so that an answer need not wait.
"""

import asyncio
import time
from bisect import insort
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import timedelta
from enum import IntEnum, unique
from math import inf
from typing import Final

from telegram.error import RetryAfter

from bot.telegram.sending.pace import TELEGRAM, Pace


@unique
class Rank(IntEnum):
    """The purpose of a call, the most urgent first."""

    ANSWER = 0  # to a person who just wrote or tapped
    LAST_EDIT = 1  # of a card: the result that people wait for
    NEWS = 2  # a new card, or a delivery
    EDIT = 3  # of a card; a later edit replaces it


#: Messages that each rank leaves free: of the overall second, of a chat's burst, of a group's minute.
SPARE: Final = {Rank.ANSWER: 0, Rank.LAST_EDIT: 4, Rank.NEWS: 4, Rank.EDIT: 8}
SPARE_IN_CHAT: Final = {Rank.ANSWER: 0, Rank.LAST_EDIT: 0, Rank.NEWS: 1, Rank.EDIT: 1}
SPARE_IN_GROUP: Final = {Rank.ANSWER: 0, Rank.LAST_EDIT: 2, Rank.NEWS: 2, Rank.EDIT: 11}


def _nobody() -> None:
    """Nothing waits for this task."""


#: Called in a task whose answer has to wait for room, so that waiters of the task may continue.
held_up: ContextVar[Callable[[], None]] = ContextVar("held_up", default=_nobody)


class Window:
    """At most `most` messages within any `seconds`, counted at the bot or at Telegram.

    A message occupies its place from its departure until `seconds` after its answer, so that the limit holds at
    Telegram for any delay.
    """

    def __init__(self, most: int, seconds: float) -> None:
        self.most = most
        self.seconds = seconds
        self._sent: deque[float] = deque()
        self._under_way = 0

    def wait(self, messages: int, now: float, spare: int = 0) -> float:
        """Seconds until there is room for `messages` and `spare` more; `inf` if that depends on messages under way.

        An album larger than the window takes all of it.
        """
        while self._sent and self._sent[0] <= now - self.seconds:
            self._sent.popleft()
        most = self.most - spare
        over = len(self._sent) + self._under_way + min(messages, most) - most
        if over > len(self._sent):
            return inf
        return self._sent[over - 1] + self.seconds - now if over > 0 else 0.0

    def leave(self, messages: int) -> None:
        self._under_way += messages

    def arrive(self, messages: int, now: float) -> None:
        self._under_way -= messages
        self.take(messages, now)

    def take(self, messages: int, now: float) -> None:
        self._sent.extend([now] * messages)

    @property
    def is_empty(self) -> bool:
        return not self._sent


class Line:
    """The limits of one chat: its messages sent, the number of its waiting calls, and the end of its "retry after"."""

    def __init__(self, chat_id: int, pace: Pace = TELEGRAM) -> None:
        self._pace = pace
        self.closed_until = 0.0  # time.monotonic(): end of Telegram's "retry after"
        self.claimed_until = 0.0  # time.monotonic(): until then the room is reserved for a delivery that retries
        self.standing = 0
        self.is_group = chat_id < 0
        self._minute = Window(pace.group_per_minute, pace.minute)
        self._credit = float(pace.chat_burst)  # messages; an album may take it below zero
        self._at = time.monotonic()

    def wait(self, messages: int, rank: Rank, now: float) -> float:
        """Seconds until `messages` are within the limits, with the spare room of `rank`."""
        burst, each = self._pace.chat_burst, self._pace.second
        self._credit, self._at = min(float(burst), self._credit + (now - self._at) / each), now
        second = (min(messages + SPARE_IN_CHAT[rank], burst) - self._credit) * each
        minute = self._minute.wait(messages, now, SPARE_IN_GROUP[rank]) if self.is_group else 0.0
        claimed = self.claimed_until - now if rank is Rank.EDIT else 0.0
        return max(0.0, second, minute, claimed)

    def take(self, messages: int, now: float) -> None:
        self._credit -= messages
        self._minute.take(messages, now)

    def is_idle(self, now: float) -> bool:
        return not self.standing and self._minute.wait(1, now) == 0 and self._minute.is_empty


@dataclass(order=True)
class _Call:
    """A waiting call, ordered by rank, then number. `longest`: seconds that it waits for its chat at most."""

    rank: Rank
    number: int
    line: Line = field(compare=False)
    messages: int = field(compare=False)
    longest: float = field(compare=False)
    granted: "asyncio.Future[None]" = field(compare=False)


class Room:
    """The overall limit, and the calls that wait for room."""

    def __init__(self, pace: Pace = TELEGRAM) -> None:
        self._overall = Window(pace.per_second, pace.second)
        self._second = pace.second
        self._calls: list[_Call] = []  # in order
        self._number = 0
        self._timer: asyncio.TimerHandle | None = None

    @asynccontextmanager
    async def taken(
        self, line: Line, messages: int, rank: Rank, longest: float, *, upload: bool
    ) -> AsyncIterator[None]:
        """Wait until a call is within all limits, and count it; the caller makes it inside the context.

        Raises `RetryAfter` if its chat has no room within `longest` seconds. An edit never waits for its chat, and at
        most a second for the overall limit.
        """
        await self._wait(line, messages, rank, longest)
        if upload:  # an upload counts at its end; other calls need not wait for it
            self._overall.arrive(messages, time.monotonic())
        try:
            yield
        finally:
            if upload:
                self._overall.take(messages, time.monotonic())
            else:
                self._overall.arrive(messages, time.monotonic())
            self._look()

    async def _wait(self, line: Line, messages: int, rank: Rank, longest: float) -> None:
        self._number += 1
        granted = asyncio.get_running_loop().create_future()
        call = _Call(rank, self._number, line, messages, 0.0 if rank is Rank.EDIT else longest, granted)
        insort(self._calls, call)
        line.standing += 1
        self._look()
        if rank is Rank.ANSWER and not granted.done():
            held_up.get()()
        try:
            async with asyncio.timeout(self._second if rank is Rank.EDIT else None):
                await granted
        except TimeoutError:
            if not _has_result(granted):
                raise later(2 * self._second) from None
        except asyncio.CancelledError:
            if _has_result(granted):  # granted and cancelled at the same time
                self._overall.arrive(messages, time.monotonic())
            raise
        finally:
            line.standing -= 1
            if call in self._calls:
                self._calls.remove(call)
                self._look()

    def _look(self) -> None:
        """Grant the waiting calls that have room, in order, also within a chat. Sets a timer for the next look."""
        now, soonest = time.monotonic(), inf
        waiting: list[_Call] = []
        chats: set[Line] = set()  # chats with a waiting call
        for number, call in enumerate(self._calls):
            if call.granted.done():  # it was cancelled just now
                continue
            wait = 2 * self._second if call.rank is Rank.EDIT and call.line in chats else 0.0
            if call.line not in chats:
                wait = call.line.wait(call.messages, call.rank, now)
            if wait > call.longest:
                if call.rank is Rank.NEWS:
                    call.line.claimed_until = now + wait + 2 * self._second
                call.granted.set_exception(later(wait))
                continue
            overall = self._overall.wait(call.messages, now, SPARE[call.rank])
            if wait == 0 and overall > 0 and call.line not in chats:
                soonest = min(soonest, overall)
                waiting += self._calls[number:]
                break
            if wait > 0 or call.line in chats:
                chats.add(call.line)
                waiting.append(call)
                soonest = min(soonest, wait or inf)
            else:
                self._let_go(call, now)
        self._calls = waiting
        if self._timer is not None:
            self._timer.cancel()
        self._timer = None
        if soonest < inf:
            self._timer = asyncio.get_running_loop().call_later(soonest, self._look)

    def _let_go(self, call: _Call, now: float) -> None:
        call.line.take(call.messages, now)
        call.line.claimed_until = 0.0
        self._overall.leave(call.messages)
        call.granted.set_result(None)


class Paced(RetryAfter):
    """The bot's own pace allows a call later. Telegram has refused nothing, which is what the library's words say."""

    def __str__(self) -> str:
        return "not before the chat's turn"


def later(wait: float) -> Paced:
    return Paced(timedelta(seconds=wait))


def _has_result(future: "asyncio.Future[None]") -> bool:
    return future.done() and not future.cancelled() and future.exception() is None

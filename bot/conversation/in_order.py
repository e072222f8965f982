"""Messages in their order, also across a time when no bot listened. For platforms that do not repeat what was missed.

Channels and messages have the platform's ids; those of messages grow with time.
"""

import asyncio
from collections.abc import Awaitable, Callable
from weakref import WeakValueDictionary

from bot.chats.heard import Heard

#: Handles a message: ids of its channel and of itself, its place in `Heard`, and a call that tells whether to note it.
Turn = Callable[[int, int, str, Callable[[], Awaitable[bool]]], Awaitable[None]]


class InOrder:
    """Handles each message once, and after all earlier ones of its channel. Notes the last handled ones."""

    def __init__(self, heard: Heard) -> None:
        self._heard = heard
        self._last: dict[int, int] = {}  # channel → its last handled message
        self._noted: dict[str, int] = {}
        self._turns: WeakValueDictionary[int, asyncio.Lock] = WeakValueDictionary()
        self._caught_up = asyncio.Event()

    def pause(self) -> None:
        """New messages wait for `go_on`: earlier ones may have been missed."""
        self._caught_up.clear()

    def go_on(self) -> None:
        self._caught_up.set()

    async def new(self, channel: int, message: int, place: str, hear: Callable[[], Awaitable[bool]]) -> None:
        """Handle a new message. `hear` does it, and returns whether to note it, for its `place` in `Heard`."""
        await self._caught_up.wait()
        await self.missed(channel, message, place, hear)

    async def missed(self, channel: int, message: int, place: str, hear: Callable[[], Awaitable[bool]]) -> None:
        """Handle a message that came before the new ones, which wait. Raises `QueueAway`."""
        turn = self._turns.setdefault(channel, asyncio.Lock())
        async with turn:
            if self._last.get(channel, 0) >= message:
                return
            if await hear() and self._noted.get(place, 0) < message:  # messages of several channels share a place
                self._noted[place] = message
                await self._heard.note(place, message)
            self._last[channel] = message

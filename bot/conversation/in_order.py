"""Messages in their order, those first that came while no bot listened. For platforms that do not repeat them."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from weakref import WeakValueDictionary

from bot.chats.heard import GROUPS, Heard
from bot.conversation.hearing import hear
from bot.conversation.services import Services
from bot.conversation.values import Incoming
from bot.delivery.poster import Poster


@dataclass(frozen=True)
class Posted:
    """A message that is no command, with the platform's ids of its channel and of itself, which grow with time.

    `parts`: one, or one for each of its files.
    """

    channel: int
    id: int
    parts: Sequence[Incoming]

    @property
    def place(self) -> str:
        """Where it is noted as handled, see `Heard`."""
        return GROUPS if self.parts[0].asker.in_group else str(self.channel)


class InOrder:
    """Handles each message once, and after all earlier ones of its channel. Notes the last handled ones."""

    def __init__(self, services: Services, poster: Poster) -> None:
        self.heard = Heard(services.queue.redis, services.platform.name)
        self._services = services
        self._poster = poster
        self._last: dict[int, int] = {}  # channel → its last handled message
        self._noted: dict[str, int] = {}  # the same by place
        self._turns: WeakValueDictionary[int, asyncio.Lock] = WeakValueDictionary()
        self._caught_up = asyncio.Event()

    def pause(self) -> None:
        """New messages wait for `go_on`: earlier ones may have been missed."""
        self._caught_up.clear()

    def go_on(self) -> None:
        self._caught_up.set()

    async def caught_up(self) -> None:
        """Wait until all that was missed is handled."""
        await self._caught_up.wait()

    async def new(self, message: Posted) -> None:
        """Handle a new message."""
        await self.caught_up()
        await self.missed(message)

    async def missed(self, message: Posted) -> None:
        """Handle a message that came before the new ones, which wait. Raises `QueueAway`."""
        turn = self._turns.setdefault(message.channel, asyncio.Lock())
        async with turn:
            if self._last.get(message.channel, 0) >= message.id:
                return
            if await hear(self._services, self._poster, message.parts):
                await self._note(message)
            self._last[message.channel] = message.id

    async def _note(self, message: Posted) -> None:
        """Of several channels at one place, the latest message counts."""
        if self._noted.get(message.place, 0) < message.id:
            self._noted[message.place] = message.id
            await self.heard.note(message.place, message.id)

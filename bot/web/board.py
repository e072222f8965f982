"""The messages of browsers' chats that are no tasks. They are in memory alone, and gone after a restart."""

import asyncio
import secrets
from collections import OrderedDict
from typing import Final

from bot.cards.cards import Card
from bot.web.address import Address
from bot.web.values import Message
from jobs.progress import View

MOST_CHATS: Final = 1000
MOST_MESSAGES: Final = 30  # of a chat


class Board:
    """A `bot.delivery.poster.Poster` of messages, and a signal for each chat that something changed."""

    name: Final = "web"

    def __init__(self) -> None:
        self._chats: OrderedDict[str, OrderedDict[str, Message]] = OrderedDict()
        self._listening: dict[str, set[asyncio.Event]] = {}
        self._seen: dict[str, View] = {}  # by open request: as it was when its chat was woken last

    def pace(self, _: str) -> float:
        return 0.5

    async def post(self, address: str, card: Card) -> str:
        reference = secrets.token_hex(8)
        self.put(Address.of(address).chat, Message(id=reference, text=card.text, buttons=card.buttons))
        return reference

    async def edit(self, address: str, reference: str, card: Card) -> None:
        """Edit a message; one that is gone, as after a restart, is there again."""
        chat = Address.of(address).chat
        before = self.message(chat, reference)
        text = card.text or (before.text if before else "")
        self.put(chat, Message(id=reference, text=text, buttons=card.buttons))

    def put(self, chat: str, message: Message) -> None:
        """Show a message, new or changed."""
        messages = self._chats.setdefault(chat, OrderedDict())
        self._chats.move_to_end(chat)
        messages[message.id] = message
        while len(messages) > MOST_MESSAGES:
            messages.popitem(last=False)
        while len(self._chats) > MOST_CHATS:
            self._chats.popitem(last=False)
        self.wake(chat)

    def remove(self, chat: str, reference: str) -> None:
        """A message became a task, or is not shown any more."""
        if chat in self._chats and self._chats[chat].pop(reference, None) is not None:
            self.wake(chat)

    def message(self, chat: str, reference: str) -> Message | None:
        return self._chats[chat].get(reference) if chat in self._chats else None

    def messages(self, chat: str) -> tuple[Message, ...]:
        """In the order of their posting."""
        return tuple(self._chats[chat].values()) if chat in self._chats else ()

    def seen(self, view: View) -> None:
        """A request of this platform was looked at; its chat is woken if it changed."""
        request = view.request
        is_news = self._seen.get(request.id) != view
        if view.is_open:
            self._seen[request.id] = view
        else:
            self._seen.pop(request.id, None)
        if is_news:
            self.wake(request.chat)

    # --- listening ---------------------------------------------------------------------------------------------

    def wake(self, chat: str) -> None:
        for event in self._listening.get(chat, ()):
            event.set()

    def listen(self, chat: str, event: asyncio.Event) -> None:
        """Set `event` when something changes in a chat, until `leave`."""
        self._listening.setdefault(chat, set()).add(event)

    def leave(self, chat: str, event: asyncio.Event) -> None:
        listening = self._listening.get(chat, set())
        listening.discard(event)
        if not listening:
            self._listening.pop(chat, None)

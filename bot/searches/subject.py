"""A search as a subject of `StatusCards`."""

import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

from bot.cards.cards import Card
from bot.delivery.cards.status_cards import CardNote, First
from bot.searches.search import Search

SETTLING: Final = 2.0  # seconds that the first message waits for the hits, so that it is the only one


@dataclass(frozen=True)
class SearchSubject:
    """A search's state and its message. `store_note` and `stop` take its id; `forget` ends the attention to it."""

    search: Search
    card: Card
    store_note: Callable[[str, CardNote], Awaitable[None]]
    stop: Callable[[str], Awaitable[bool]]
    forget: Callable[[Search], Awaitable[None]]

    must_be_seen = False
    slowed = 1.0

    @property
    def id(self) -> str:
        return self.search.id

    @property
    def chat(self) -> str:
        return self.search.chat

    @property
    def address(self) -> str:
        return self.search.address

    @property
    def note(self) -> CardNote | None:
        search = self.search
        if not search.face and not search.gone:
            return None
        return CardNote(reference=search.card, at=search.shown_at, face=search.face, gone=search.gone)

    @property
    def is_open(self) -> bool:
        return self.search.is_open

    @property
    def first(self) -> First:
        waits = self.is_open and time.time() - self.search.created_at < SETTLING
        return First.LATER if waits else First.NOW

    async def keep(self, note: CardNote) -> None:
        await self.store_note(self.id, note)

    async def chat_gone(self) -> None:
        await self.stop(self.id)

    async def let_go(self) -> None:
        await self.forget(self.search)

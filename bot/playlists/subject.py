"""A playlist as a subject of `StatusCards`."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from bot.cards.cards import Card
from bot.delivery.cards.status_cards import CardNote, First
from bot.playlists.run import Run


@dataclass(frozen=True)
class RunSubject:
    """A run's state and its card. `store_note`, `stop` and `forget` take its id."""

    run: Run
    card: Card
    store_note: Callable[[str, CardNote], Awaitable[None]]
    stop: Callable[[str], Awaitable[bool]]
    forget: Callable[[str], Awaitable[None]]

    first = First.NOW
    must_be_seen = False  # the songs are delivered without it, too
    slowed = 1.0

    @property
    def id(self) -> str:
        return self.run.id

    @property
    def chat(self) -> str:
        return self.run.chat

    @property
    def address(self) -> str:
        return self.run.address

    @property
    def note(self) -> CardNote | None:
        run = self.run
        if not run.face and not run.gone:
            return None
        return CardNote(reference=run.card, at=run.shown_at, face=run.face, gone=run.gone)

    @property
    def is_open(self) -> bool:
        return self.run.is_open

    async def keep(self, note: CardNote) -> None:
        await self.store_note(self.id, note)

    async def chat_gone(self) -> None:
        await self.stop(self.id)

    async def let_go(self) -> None:
        await self.forget(self.id)

"""How a platform shows cards: of requests, of playlists, of songs that did not fit."""

from typing import Protocol

from bot.cards.cards import Card


class Poster(Protocol):
    """Shows cards. `address`: the platform's word for where something was asked. `post` and `edit` raise `Trouble`."""

    @property
    def name(self) -> str:
        """The platform's."""
        ...

    def pace(self, address: str) -> float:
        """Seconds between two edits of a card there."""
        ...

    async def post(self, address: str, card: Card) -> str:
        """Show a card for the first time. Returns the platform's reference to it."""
        ...

    async def edit(self, address: str, reference: str, card: Card) -> None:
        """Show something else on a card; one without text keeps the text it has. Raises `CardGone`."""
        ...

"""The interface of a platform for cards: of requests, playlists and leftovers."""

from typing import Protocol

from bot.cards.cards import Card


class Poster(Protocol):
    """Posts and edits cards. `address`: the platform's address of the question. `post` and `edit` raise `Trouble`."""

    @property
    def name(self) -> str:
        """The platform's name."""
        ...

    def pace(self, address: str) -> float:
        """Seconds between two edits of a card at an address."""
        ...

    async def post(self, address: str, card: Card) -> str:
        """Post a card without a picture. Returns the platform's reference to its message."""
        ...

    async def edit(self, address: str, reference: str, card: Card) -> None:
        """Edit a card; without text, the message keeps its text, and without a picture its picture. A picture that
        cannot be shown is left out. Raises `CardGone`.
        """
        ...

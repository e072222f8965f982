"""Edits of the message of a pressed button."""

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import suppress

from bot.cards.cards import Card
from bot.delivery.platform import Trouble
from bot.delivery.poster import Poster

Place = tuple[str, str]  # an address, and the reference to a message there


class PressEdits:
    """Pending edits of messages. The first edit of a message is made at once, later ones at the pace of a card; of
    several pending edits only the last is made.

    Nothing is stored: an edit that the platform refuses is dropped, and the next press makes another one.
    """

    def __init__(self, poster: Poster, aside: Callable[[str, Coroutine[None, None, None]], None]) -> None:
        """`aside` runs a named coroutine in the background, see `Follower.aside`."""
        self._poster = poster
        self._aside = aside
        self._wanted: dict[Place, Card] = {}
        self._attended: set[Place] = set()  # edited within the pace, or about to be

    def make(self, address: str, reference: str, shown: Card, *, is_shown: bool) -> None:
        """Begin an edit, in the background: the edit may have to wait, the answer to the press must not.

        A card without text keeps the message's text. `is_shown`: the message already showed this card at the press.
        """
        place = address, reference
        if place in self._attended:
            self._wanted[place] = shown
        elif not is_shown:
            self._wanted[place] = shown
            self._attended.add(place)
            self._aside(f"{place}", self._attend(place))

    async def _attend(self, place: Place) -> None:
        pace = self._poster.pace(place[0])
        last: Card | None = None
        try:
            while place in self._wanted:
                if (new := self._wanted.pop(place)) != last:
                    await self._show(place, new)
                last = new
                await asyncio.sleep(pace)
        except asyncio.CancelledError:  # the bot stops: pending edits are not stored
            kept = self._wanted.pop(place, None)
            if kept is not None and kept != last:
                await self._show(place, kept)
            raise
        finally:
            self._attended.discard(place)

    async def _show(self, place: Place, shown: Card) -> None:
        with suppress(Trouble):  # the message was deleted, or the platform refuses the card
            await self._poster.edit(*place, shown)

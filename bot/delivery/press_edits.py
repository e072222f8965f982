"""Changing the message under a pressed button."""

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import suppress

from bot.cards.cards import Card
from bot.delivery.platform import Trouble
from bot.delivery.poster import Poster

Place = tuple[str, str]  # an address, and the reference to a message there


class PressEdits:
    """What messages are to show instead. The first change of each is made at once, those after it at the pace of a
    card; of what is wanted meanwhile only the last counts, and that always lands.

    Nothing is stored: a change that the platform refuses is dropped, and the next press makes another one.
    """

    def __init__(self, poster: Poster, aside: Callable[[str, Coroutine[None, None, None]], None]) -> None:
        """`aside` runs something in the background until the bot stops."""
        self._poster = poster
        self._aside = aside
        self._wanted: dict[Place, Card] = {}
        self._attended: set[Place] = set()  # changed just now, or about to be

    def make(self, address: str, reference: str, shown: Card, *, is_shown: bool) -> None:
        """Show something else under the button. It may have to wait, and the press must be answered at once.

        A card without text keeps the one it has. `is_shown`: the message looked so when the button was pressed.
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
        except asyncio.CancelledError:  # told to stop: the next bot knows of nothing to be shown here
            kept = self._wanted.pop(place, None)
            if kept is not None and kept != last:
                await self._show(place, kept)
            raise
        finally:
            self._attended.discard(place)

    async def _show(self, place: Place, shown: Card) -> None:
        with suppress(Trouble):  # it is gone, or will not take this one
            await self._poster.edit(*place, shown)

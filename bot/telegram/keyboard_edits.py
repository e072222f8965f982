"""Changing the message under a pressed button."""

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import suppress

from telegram import CallbackQuery, MaybeInaccessibleMessage, Message
from telegram.error import TelegramError

from bot.cards.cards import Card
from bot.telegram import poster
from bot.telegram.poster import PATIENT, keyboard
from bot.telegram.rate_limiter import TelegramBot

Place = tuple[int, int]  # a chat, and a message in it


class KeyboardEdits:
    """What messages are to show instead. The first change of each is made at once, those after it at the pace of a
    card; of what is wanted meanwhile only the last counts, and that always lands."""

    def __init__(self, bot: TelegramBot, aside: Callable[[str, Coroutine[None, None, None]], None]) -> None:
        """`aside` does something that nobody waits for, until the bot stops."""
        self._bot = bot
        self._aside = aside
        self._wanted: dict[Place, Card] = {}
        self._attended: set[Place] = set()  # changed just now, or about to be

    def make(self, query: CallbackQuery, shown: Card) -> None:
        """Show something else under the button. It may have to wait, and the press must be answered at once.

        A card without text keeps the one it has.
        """
        if query.message is None:
            return
        place = query.message.chat.id, query.message.message_id
        if place in self._attended:
            self._wanted[place] = shown
        elif not _looks_so(query.message, shown):
            self._wanted[place] = shown
            self._attended.add(place)
            self._aside(f"{place}", self._attend(place))

    async def _attend(self, place: Place) -> None:
        pace = poster.PACE_IN_GROUPS if place[0] < 0 else poster.PACE
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
        chat_id, message_id = place
        buttons = keyboard(shown)
        with suppress(TelegramError):  # it looks like that already, or is gone
            if shown.text:
                await self._bot.edit_message_text(
                    shown.text, chat_id, message_id, reply_markup=buttons, rate_limit_args=PATIENT
                )
            else:
                await self._bot.edit_message_reply_markup(
                    chat_id, message_id, reply_markup=buttons, rate_limit_args=PATIENT
                )


def _looks_so(message: MaybeInaccessibleMessage, shown: Card) -> bool:
    """Whether a message, as it was when a button of it was pressed, is what it shall be."""
    if not isinstance(message, Message) or (shown.text and message.text != shown.text):
        return False
    return message.reply_markup == keyboard(shown)

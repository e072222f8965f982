"""Pressed buttons: each is answered, whatever comes of it, and in no more words than Telegram shows."""

from collections.abc import Awaitable
from typing import Final

from telegram import CallbackQuery

from bot.telegram.errors import nothing_to_do
from bot.telegram.replies import Asker
from bot.texts import say

#: Characters. https://core.telegram.org/bots/api#answercallbackquery
LONGEST: Final = 200
#: What is longer stays until it is closed; the rest is gone after a moment.
IN_PASSING: Final = 100


async def answered(asker: Asker, query: CallbackQuery, act: Awaitable[str]) -> None:
    """Do what the button says, and tell the person what came of it."""
    said = say(asker.language, "went-wrong")
    try:
        said = await act
    finally:
        await tell(query, said)


async def tell(query: CallbackQuery, said: str) -> None:
    """Tell whoever pressed a button something; nothing, where it says enough that something changed."""
    with nothing_to_do():  # an answer that comes too late is missed by nobody
        await query.answer(shortened(said) or None, show_alert=len(said) > IN_PASSING)


def shortened(said: str) -> str:
    """As many whole sentences as there is room for, the first in any case."""
    if len(said) <= LONGEST:
        return said
    end = said.rfind(". ", 0, LONGEST)
    return said[: end + 1] if end > 0 else f"{said[: LONGEST - 1]}…"

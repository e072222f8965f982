"""Changing the message under a pressed button."""

from contextlib import suppress

from telegram import CallbackQuery
from telegram.error import TelegramError

from bot.cards import Card
from bot.telegram.front import PATIENT, Front
from bot.telegram.platform import keyboard


def change(front: Front, query: CallbackQuery, shown: Card) -> None:
    """Show something else there, soon: in a busy group that may have to wait, and the press must be answered at once.

    A card without text keeps the one it has. Of two changes of one message the later one counts.
    """
    if query.message is not None:
        place = query.message.chat.id, query.message.message_id
        front.follower.aside(f"{place}", _change(front, *place, shown))


async def _change(front: Front, chat_id: int, message_id: int, shown: Card) -> None:
    buttons = keyboard(shown)
    with suppress(TelegramError):  # it looks like that already, or is gone
        if shown.text:
            await front.bot.edit_message_text(
                shown.text, chat_id, message_id, reply_markup=buttons, rate_limit_args=PATIENT
            )
        else:
            await front.bot.edit_message_reply_markup(
                chat_id, message_id, reply_markup=buttons, rate_limit_args=PATIENT
            )

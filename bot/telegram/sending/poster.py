"""Posting and editing of cards on Telegram."""

from typing import Any, Final

from telegram import InlineKeyboardButton, InlineKeyboardMarkup, ReplyParameters

from bot.cards.cards import Card
from bot.telegram.address import PLATFORM, Address
from bot.telegram.sending.errors import as_trouble, nothing_to_do
from bot.telegram.sending.pace import TELEGRAM, Pace
from bot.telegram.sending.rate_limiter import LAST_EDIT, TelegramBot

#: How many times an answer in a conversation waits for Telegram's "retry after".
PATIENT: Final = 3


class TelegramPoster:
    """A `bot.delivery.poster.Poster`. `patience`: how many times a call waits for "retry after"; None: it raises."""

    name: Final = PLATFORM

    def __init__(self, bot: TelegramBot, pace: Pace = TELEGRAM, *, patience: int | None = None) -> None:
        self._pace = pace
        self._bot = bot
        self._patience = patience

    def pace(self, address: str) -> float:
        place = Address.model_validate_json(address)
        return self._pace.card_in_groups if place.is_group else self._pace.card

    async def post(self, address: str, card: Card) -> str:
        place = Address.model_validate_json(address)
        with as_trouble():
            message = await self._bot.send_message(
                place.chat_id,
                card.text,
                reply_markup=keyboard(card),
                rate_limit_args=self._patience,
                **as_answer(place),
            )
        return str(message.message_id)

    async def edit(self, address: str, reference: str, card: Card) -> None:
        chat_id = Address.model_validate_json(address).chat_id
        with as_trouble(), nothing_to_do():
            patience = LAST_EDIT if card.is_final and self._patience is None else self._patience
            if card.text:
                await self._bot.edit_message_text(
                    card.text, chat_id, int(reference), reply_markup=keyboard(card), rate_limit_args=patience
                )
            else:
                await self._bot.edit_message_reply_markup(
                    chat_id, int(reference), reply_markup=keyboard(card), rate_limit_args=patience
                )


def keyboard(card: Card) -> InlineKeyboardMarkup | None:
    if not card.buttons:
        return None
    return InlineKeyboardMarkup(
        [[InlineKeyboardButton(button.label, callback_data=button.action) for button in row] for row in card.buttons]
    )


def as_answer(address: Address) -> dict[str, Any]:
    """Parameters that put a message into the request's topic, as a reply to the request while that exists."""
    there = ReplyParameters(address.message_id, allow_sending_without_reply=True) if address.message_id else None
    return {"message_thread_id": address.thread_id, "reply_parameters": there}

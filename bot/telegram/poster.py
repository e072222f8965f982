"""Cards that belong to no request, on Telegram."""

from typing import Final

from bot.cards.cards import Card
from bot.telegram import platform
from bot.telegram.address import PLATFORM, Address
from bot.telegram.errors import as_trouble, nothing_to_do
from bot.telegram.platform import as_answer, keyboard
from bot.telegram.rate_limiter import TelegramBot


class TelegramPoster:
    """A `bot.delivery.poster.Poster`. `patience`: how often a call waits as Telegram tells it to; None: it raises."""

    name: Final = PLATFORM

    def __init__(self, bot: TelegramBot, *, patience: int | None = None) -> None:
        self._bot = bot
        self._patience = patience

    def pace(self, address: str) -> float:
        return platform.PACE_IN_GROUPS if Address.model_validate_json(address).is_group else platform.PACE

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
            await self._bot.edit_message_text(
                card.text, chat_id, int(reference), reply_markup=keyboard(card), rate_limit_args=self._patience
            )

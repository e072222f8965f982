"""From the conversation's answers to Telegram's calls."""

from typing import Final

from telegram import CallbackQuery, MaybeInaccessibleMessage, Message

from bot.cards.cards import Card
from bot.conversation.values import Answers, Edit, Place, Reply, Toast
from bot.delivery.press_edits import PressEdits
from bot.telegram.address import Address
from bot.telegram.errors import nothing_to_do
from bot.telegram.poster import PATIENT, as_answer, keyboard
from bot.telegram.rate_limiter import TelegramBot

#: Characters. https://core.telegram.org/bots/api#answercallbackquery
LONGEST: Final = 200
#: What is longer stays until it is closed; the rest is gone after a moment.
IN_PASSING: Final = 100


class Replies:
    """Gives answers. All methods raise `TelegramError`."""

    def __init__(self, bot: TelegramBot, press_edits: PressEdits) -> None:
        self._bot = bot
        self._press_edits = press_edits

    async def to_message(self, place: Place, answers: Answers) -> None:
        for answer in answers:
            if isinstance(answer, Reply):
                await self._reply(answer.to or place, answer.card)

    async def to_press(self, query: CallbackQuery, place: Place, answers: Answers) -> str:
        """Everything but the words in passing, which are returned: they end the press, whatever came of the rest."""
        for answer in answers:
            match answer:
                case Reply():
                    await self._reply(answer.to or place, answer.card)
                case Edit():
                    is_shown = _looks_so(query.message, answer.card)
                    self._press_edits.make(place.address, place.message, answer.card, is_shown=is_shown)
                case Toast():
                    pass
        return " ".join(answer.text for answer in answers if isinstance(answer, Toast))

    async def _reply(self, place: Place, card: Card) -> None:
        address = Address.model_validate_json(place.address)
        await self._bot.send_message(
            address.chat_id, card.text, reply_markup=keyboard(card), rate_limit_args=PATIENT, **as_answer(address)
        )


async def end_press(query: CallbackQuery, said: str) -> None:
    """Tell whoever pressed a button something; nothing, where it says enough that something changed."""
    with nothing_to_do():  # an answer that comes too late is missed by nobody
        await query.answer(shortened(said) or None, show_alert=len(said) > IN_PASSING)


def _looks_so(message: MaybeInaccessibleMessage | None, shown: Card) -> bool:
    """Whether a message, as it was when a button of it was pressed, is what it shall be."""
    if not isinstance(message, Message) or (shown.text and message.text != shown.text):
        return False
    return message.reply_markup == keyboard(shown)


def shortened(said: str) -> str:
    """As many whole sentences as there is room for, the first in any case."""
    if len(said) <= LONGEST:
        return said
    end = said.rfind(". ", 0, LONGEST)
    return said[: end + 1] if end > 0 else f"{said[: LONGEST - 1]}…"

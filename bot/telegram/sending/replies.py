"""Sending of the conversation's answers as calls to Telegram."""

from typing import Final

from telegram import CallbackQuery, MaybeInaccessibleMessage, Message
from telegram.constants import ReactionEmoji
from telegram.error import BadRequest, InvalidToken

from bot.cards.cards import Card
from bot.chats.mixer_links import MixerLinks
from bot.conversation.values import Answers, Edit, Place, Reply, Toast
from bot.delivery.cards.pictures import Pictured
from bot.delivery.cards.press_edits import PressEdits
from bot.telegram.address import Address
from bot.telegram.sending.errors import nothing_to_do
from bot.telegram.sending.poster import PATIENT, as_answer, caption_of, keyboard, with_mixer
from bot.telegram.sending.rate_limiter import TelegramBot

#: Characters. https://core.telegram.org/bots/api#answercallbackquery
LONGEST: Final = 200
#: Longest text shown as a toast, in characters; a longer one is an alert that the person closes.
IN_PASSING: Final = 100


class Replies:
    """Sends answers. All methods raise `TelegramError`."""

    def __init__(self, bot: TelegramBot, press_edits: PressEdits, pictured: Pictured, mixer: MixerLinks) -> None:
        self._bot = bot
        self._press_edits = press_edits
        self._pictured = pictured
        self._mixer = mixer

    async def to_message(self, place: Place, answers: Answers) -> None:
        for answer in answers:
            if isinstance(answer, Reply) and not (answer.or_mark and await self._mark(place)):
                await self._reply(answer.to or place, answer.card)

    async def to_press(self, query: CallbackQuery, place: Place, answers: Answers) -> str:
        """Send all answers but the toasts, whose text is returned for `end_press`."""
        if isinstance(query.message, Message) and query.message.effective_attachment is not None:
            self._pictured.note(query.message.chat_id, query.message.message_id)
        for answer in answers:
            match answer:
                case Reply():
                    await self._reply(answer.to or place, answer.card)
                case Edit():
                    is_shown = _looks_so(query.message, self._with_mixer(place, answer.card))
                    self._press_edits.make(place.address, place.message, answer.card, is_shown=is_shown)
                case Toast():
                    pass
        return " ".join(answer.text for answer in answers if isinstance(answer, Toast))

    async def _mark(self, place: Place) -> bool:
        """Put a pair of eyes on a message. False in a chat that does not allow it, or on an older server."""
        address = Address.model_validate_json(place.address)
        try:
            return await self._bot.set_message_reaction(
                address.chat_id, address.message_id, ReactionEmoji.EYES, rate_limit_args=PATIENT
            )
        except (BadRequest, InvalidToken):  # the library's name for a method that is not there
            return False

    async def _reply(self, place: Place, card: Card) -> None:
        address = Address.model_validate_json(place.address)
        await self._bot.send_message(
            address.chat_id,
            card.text,
            reply_markup=keyboard(self._with_mixer(place, card)),
            rate_limit_args=PATIENT,
            **as_answer(address),
        )

    def _with_mixer(self, place: Place, card: Card) -> Card:
        return with_mixer(card, Address.model_validate_json(place.address).chat_id, self._mixer, self._bot)


async def end_press(query: CallbackQuery, said: str) -> None:
    """Answer a pressed button, with a text or with ''."""
    with nothing_to_do():  # Telegram refuses a late answer; that is harmless
        await query.answer(shortened(said) or None, show_alert=len(said) > IN_PASSING)


def _looks_so(message: MaybeInaccessibleMessage | None, shown: Card) -> bool:
    """Whether a message, as it was at the press of its button, already equals a card."""
    if not isinstance(message, Message):
        return False
    text = caption_of(shown) if message.text is None else shown.text
    if shown.text and text != (message.text or message.caption):
        return False
    return message.reply_markup == keyboard(shown)


def shortened(said: str) -> str:
    """The whole sentences that fit, or the beginning of the first."""
    if len(said) <= LONGEST:
        return said
    end = said.rfind(". ", 0, LONGEST)
    return said[: end + 1] if end > 0 else f"{said[: LONGEST - 1]}…"

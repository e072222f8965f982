"""Posting and editing of cards on Telegram. A card with a picture is a photo, whose caption is the card's text."""

import logging
from typing import Any, Final

from telegram import InlineKeyboardButton, InlineKeyboardMarkup, InputFile, InputMediaPhoto, ReplyParameters
from telegram.error import BadRequest

from bot.cards.cards import Card, Picture
from bot.cards.lists import units
from bot.delivery.pictures import Pictured, read_picture
from bot.delivery.platform import Refused, TooLarge
from bot.telegram.address import PLATFORM, Address
from bot.telegram.sending.errors import as_trouble, nothing_to_do
from bot.telegram.sending.pace import Pace
from bot.telegram.sending.rate_limiter import LAST_EDIT, TelegramBot
from jobs.store.store import ResultStore

log = logging.getLogger(__name__)

#: How many times an answer in a conversation waits for Telegram's "retry after".
PATIENT: Final = 3
#: Seconds for Telegram's answer after a complete upload: it inspects the files first.
DIGESTION: Final = 180.0
#: UTF-16 code units of a caption. https://core.telegram.org/bots/api#editmessagecaption
CAPTION: Final = 1024

NO_TEXT: Final = "no text in the message to edit"


class TelegramPoster:
    """A `bot.delivery.poster.Poster`. `patience`: how many times a call waits for "retry after"; None: it raises.

    `pictured`: the messages known to hold a picture; all posters of one bot share it.
    """

    name: Final = PLATFORM

    def __init__(
        self,
        bot: TelegramBot,
        store: ResultStore,
        pace: Pace,
        pictured: Pictured,
        *,
        patience: int | None = None,
    ) -> None:
        self._bot = bot
        self._store = store
        self._pace = pace
        self._pictured = pictured
        self._patience = patience

    def pace(self, address: str) -> float:
        place = Address.model_validate_json(address)
        return self._pace.card_in_groups if place.is_group else self._pace.card

    async def post(self, address: str, card: Card) -> str:
        place = Address.model_validate_json(address)
        message_id = await self._post_picture(place, card, card.picture) if _fits(card) and card.picture else None
        if message_id is None:
            with as_trouble():
                message = await self._bot.send_message(
                    place.chat_id,
                    card.text,
                    reply_markup=keyboard(card),
                    rate_limit_args=self._patience,
                    **as_answer(place),
                )
            message_id = message.message_id
        return str(message_id)

    async def edit(self, address: str, reference: str, card: Card) -> None:
        chat_id, message_id = Address.model_validate_json(address).chat_id, int(reference)
        picture = card.picture if _fits(card) and self._pictured.may_get(chat_id, message_id) else None
        if picture and await self._add_picture(chat_id, message_id, card, picture):
            return
        with as_trouble(), nothing_to_do():
            try:
                await self._edit(chat_id, message_id, card)
            except BadRequest as error:
                if NO_TEXT not in str(error).lower():
                    raise
                self._pictured.note(chat_id, message_id, holds=True)  # before a restart it became a photo
                await self._edit(chat_id, message_id, card)

    async def _edit(self, chat_id: int, message_id: int, card: Card) -> None:
        """Edit the text or the caption, whichever the message has. Raises `TelegramError`."""
        shown: dict[str, Any] = {"reply_markup": keyboard(card), "rate_limit_args": self._patience_for(card)}
        if not card.text:
            await self._bot.edit_message_reply_markup(chat_id, message_id, **shown)
        elif self._pictured.holds(chat_id, message_id):
            await self._bot.edit_message_caption(chat_id, message_id, caption=caption_of(card), **shown)
        else:
            await self._bot.edit_message_text(card.text, chat_id, message_id, **shown)

    def _patience_for(self, card: Card) -> int | None:
        return LAST_EDIT if card.is_final and self._patience is None else self._patience

    # --- pictures --------------------------------------------------------------------------------------------------

    async def _post_picture(self, place: Address, card: Card, picture: Picture) -> int | None:
        """Post a card as a photo. None when the picture cannot be shown."""
        try:
            photo = await self._photo(picture)
            with as_trouble():
                message = await self._bot.send_photo(
                    place.chat_id,
                    photo,
                    caption_of(card),
                    reply_markup=keyboard(card),
                    read_timeout=DIGESTION,
                    rate_limit_args=self._patience,
                    **as_answer(place),
                )
        except (Refused, TooLarge, FileNotFoundError) as why:
            log.warning("picture of %s not shown: %r", picture.track_id, why)
            return None
        self._pictured.note(place.chat_id, message.message_id, holds=True)
        return message.message_id

    async def _add_picture(self, chat_id: int, message_id: int, card: Card, picture: Picture) -> bool:
        """Make a photo of a text message. False when the picture cannot be shown."""
        try:
            photo = await self._photo(picture)
            with as_trouble(), nothing_to_do():
                await self._bot.edit_message_media(
                    InputMediaPhoto(photo, caption_of(card)),
                    chat_id,
                    message_id,
                    reply_markup=keyboard(card),
                    read_timeout=DIGESTION,
                    rate_limit_args=self._patience_for(card),
                )
        except (Refused, TooLarge, FileNotFoundError) as why:
            log.warning("picture of %s not shown: %r", picture.track_id, why)
            self._pictured.note(chat_id, message_id, holds=False)
            return False
        self._pictured.note(chat_id, message_id, holds=True)
        return True

    async def _photo(self, picture: Picture) -> InputFile:
        name, content = await read_picture(self._store, picture)
        return InputFile(content, filename=name, attach=True)


def caption_of(card: Card) -> str:
    """The text of a card as the caption of its picture: whole lines, as many as fit."""
    lines = card.text.split("\n")
    while len(lines) > 1 and units("\n".join(lines)) > CAPTION:
        lines.pop()
    return "\n".join(lines)


def _fits(card: Card) -> bool:
    """Whether the text of a card may be a caption."""
    return bool(card.text) and units(card.text) <= CAPTION


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

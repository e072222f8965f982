"""Posting and editing of cards on Telegram. A card with a picture is a photo, whose caption is the card's text."""

from functools import partial
from typing import Any, Final

from telegram import InlineKeyboardButton, InlineKeyboardMarkup, InputMediaPhoto, ReplyParameters, WebAppInfo
from telegram.error import BadRequest

from bot.cards.cards import Button, Card, Picture
from bot.cards.lists import units
from bot.cards.mixer import linked, without
from bot.chats.mixer_links import NO_MIXER, MixerLinks
from bot.delivery.cards.pictures import Pictured, read_picture
from bot.telegram.address import PLATFORM, Address
from bot.telegram.sending.errors import as_trouble, nothing_to_do
from bot.telegram.sending.pace import Pace
from bot.telegram.sending.rate_limiter import LAST_EDIT, TelegramBot
from jobs.store.store import ResultStore

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
        mixer: MixerLinks = NO_MIXER,
        *,
        patience: int | None = None,
    ) -> None:
        self._bot = bot
        self._store = store
        self._pace = pace
        self._pictured = pictured
        self._mixer = mixer
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
                reply_markup=keyboard(with_mixer(card, place.chat_id, self._mixer, self._bot)),
                rate_limit_args=self._patience,
                **as_answer(place),
            )
        return str(message.message_id)

    async def edit(self, address: str, reference: str, card: Card) -> None:
        chat_id, message_id = Address.model_validate_json(address).chat_id, int(reference)
        card = with_mixer(card, chat_id, self._mixer, self._bot)
        if card.picture is not None and card.text and units(card.text) <= CAPTION:
            add = partial(self._add_picture, chat_id, message_id, card, card.picture)
            if await self._pictured.add_to(chat_id, message_id, add):
                return
        with as_trouble(), nothing_to_do():
            try:
                await self._edit(chat_id, message_id, card)
            except BadRequest as error:
                if NO_TEXT not in str(error).lower():
                    raise
                self._pictured.note(chat_id, message_id)  # before a restart it became a photo
                await self._edit(chat_id, message_id, card)

    async def _add_picture(self, chat_id: int, message_id: int, card: Card, picture: Picture) -> None:
        """Make a photo of a text message. Raises `FileNotFoundError` and `Trouble`."""
        name, content = await read_picture(self._store, picture)
        with as_trouble(), nothing_to_do():
            await self._bot.edit_message_media(
                InputMediaPhoto(content, card.text, filename=name),
                chat_id,
                message_id,
                reply_markup=keyboard(card),
                read_timeout=DIGESTION,
                rate_limit_args=self._patience_for(card),
            )

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


def caption_of(card: Card) -> str:
    """The text of a card as the caption of its picture: whole lines, as many as fit."""
    lines = card.text.split("\n")
    while len(lines) > 1 and units("\n".join(lines)) > CAPTION:
        lines.pop()
    return "\n".join(lines)


def with_mixer(card: Card, chat_id: int, mixer: MixerLinks, bot: TelegramBot) -> Card:
    """The card with links to the Mixer. Only private chats may have a button that opens an app itself.

    https://core.telegram.org/bots/api#inlinekeyboardbutton
    """
    return mixer.as_app(card) if chat_id > 0 else mixer.to_app(card, bot.username)


def keyboard(card: Card) -> InlineKeyboardMarkup | None:
    """The buttons, without those of the Mixer that have no link."""
    rows = linked(card, without).buttons
    return InlineKeyboardMarkup([[_button(button) for button in row] for row in rows]) if rows else None


def _button(button: Button) -> InlineKeyboardButton:
    if button.as_app:
        return InlineKeyboardButton(button.label, web_app=WebAppInfo(button.url))
    if button.url:
        return InlineKeyboardButton(button.label, url=button.url)
    return InlineKeyboardButton(button.label, callback_data=button.action)


def as_answer(address: Address) -> dict[str, Any]:
    """Parameters that put a message into the request's topic, as a reply to the request while that exists."""
    there = ReplyParameters(address.message_id, allow_sending_without_reply=True) if address.message_id else None
    return {"message_thread_id": address.thread_id, "reply_parameters": there}

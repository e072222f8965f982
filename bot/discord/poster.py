"""Cards on Discord: messages by the bot's token, which it can edit for ever; an interaction's answer dies soon."""

import hashlib
from functools import partial
from io import BytesIO
from typing import Any, Final

import discord

from bot.cards.actions import parse_action
from bot.cards.cards import Card
from bot.cards.mixer import linked, without
from bot.cards.rows import folded
from bot.chats.mixer_links import MixerLinks
from bot.delivery.cards.pictures import Pictured, read_cover, read_picture
from bot.delivery.files.plain_names import plain_name
from bot.discord.address import PLATFORM, Address
from bot.discord.errors import as_trouble
from bot.discord.pace import Pace
from bot.texts.markdown import escaped
from jobs.store.store import ResultStore

#: Characters of a message's content. https://discord.com/developers/docs/resources/message#create-message
CONTENT: Final = 2000
#: A larger cover is left out; a message holds 10 MiB at least.
COVER_BYTES: Final = 4 << 20


class DiscordPoster:
    """A `bot.delivery.poster.Poster`."""

    name: Final = PLATFORM

    def __init__(self, client: discord.Client, store: ResultStore, pace: Pace, mixer: MixerLinks) -> None:
        self._client = client
        self._mixer = mixer
        self._store = store
        self._pace = pace
        self._pictured = Pictured()

    def pace(self, _: str) -> float:
        return self._pace.card

    async def post(self, address: str, card: Card) -> str:
        """A repeated call within minutes makes no second message, whatever the card shows by then."""
        place, content, card = Address.of(address), escaped(card.text, CONTENT), self._mixer.plain(card)
        about = {action.target for row in card.buttons for one in row if (action := parse_action(one.action))}
        key = nonce_of(address, *(sorted(about) or [card.text]))
        with as_trouble():
            try:
                message = await self._send(place, card, key)
            except discord.NotFound as error:
                if error.code != 10008:
                    raise
                message = await self._send(place, card, nonce_of(key, "again"))  # the first one was deleted
            if message.content != content:  # an earlier call had arrived
                await message.edit(**shown(card))
        return str(message.id)

    async def _send(self, place: Address, card: Card, nonce: str) -> discord.Message:
        return await self.channel(place).send(nonce=nonce, suppress_embeds=True, **as_answer(place), **shown(card))

    async def edit(self, address: str, reference: str, card: Card) -> None:
        place, card = Address.of(address), self._mixer.plain(card)
        message = self.channel(place).get_partial_message(int(reference))
        edit = partial(self._edit, message, card)
        if card.picture is None or not await self._pictured.add_to(place.channel_id, message.id, edit):
            await self._edit(message, card.model_copy(update={"picture": None}))

    async def _edit(self, message: discord.PartialMessage, card: Card) -> None:
        """Edit a message, which keeps its pictures when the card has none."""
        pictures: dict[str, Any] = {}
        if card.picture is not None:
            read = [await read_picture(self._store, card.picture)]
            read += await read_cover(self._store, card.picture, COVER_BYTES)
            pictures["attachments"] = [discord.File(BytesIO(one.content), plain_name(one.name)) for one in read]
        with as_trouble(self._pace.old_card):
            await message.edit(**shown(card), **pictures)

    def channel(self, place: Address) -> discord.PartialMessageable:
        return self._client.get_partial_messageable(place.channel_id, guild_id=place.guild_id or None)


def shown(card: Card) -> dict[str, Any]:
    """A card as parameters of a call; one without text keeps a message's text."""
    text: dict[str, Any] = {"content": escaped(card.text, CONTENT)} if card.text else {}
    return {"view": _view_of(card), **text}


def _view_of(card: Card) -> discord.ui.View:
    view = discord.ui.View(timeout=None)
    for number, row in enumerate(folded(linked(card, without).buttons, most_rows=5, most_in_row=5, most_letters=80)):
        for button in row:
            url, action = button.url or None, None if button.url else button.action
            view.add_item(discord.ui.Button(label=button.label, custom_id=action, url=url, row=number))
    view.stop()  # the library keeps views to call them back; our buttons say themselves what they do
    return view


def as_answer(place: Address) -> dict[str, Any]:
    """Parameters that make a message a reply to what was asked, while that is there."""
    if not place.message_id:
        return {}
    there = discord.MessageReference(message_id=place.message_id, channel_id=place.channel_id, fail_if_not_exists=False)
    return {"reference": there}


def nonce_of(*parts: str) -> str:
    """24 characters, of the 25 that a nonce may have. The same parts give the same one."""
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:24]

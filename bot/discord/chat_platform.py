"""What the conversation asks of Discord: names, limits, who is an admin, direct messages."""

from typing import Final

import discord

from bot.cards.cards import Card
from bot.conversation.values import number_of
from bot.discord.address import PLATFORM, Address
from bot.discord.errors import as_trouble
from bot.discord.poster import CONTENT, shown

#: What people may attach, with every subscription. https://support.discord.com/hc/articles/25444343291031
ATTACHMENT: Final = 500 << 20


class DiscordChats:
    """Discord, as `bot.conversation.services.ChatPlatform` describes it."""

    name: Final = PLATFORM
    library: Final = f"discord.py {discord.__version__}"
    card_seconds: Final = 50 * 60.0  # Discord takes few edits of messages older than an hour
    text_units: Final = CONTENT * 4 // 5  # the rest is for escapes
    fetch_bytes: Final = ATTACHMENT
    fetch_limit_can_be_lifted: Final = False

    def __init__(self, client: discord.Client) -> None:
        self._client = client

    @property
    def our_link(self) -> str:
        user = self._client.user
        return f"https://discord.com/users/{user.id}" if user is not None else "https://discord.com"

    def message_of(self, address: str) -> str:
        place = Address.of(address)
        return str(place.message_id or place.asked or "")

    def address_at(self, address: str, message: str) -> str:
        return str(Address.of(address).model_copy(update={"message_id": int(message), "asked": int(message)}))

    async def is_admin(self, _chat: str, _person: str) -> bool:
        return False  # interactions tell it, see `Asker.is_admin`; settings are changed by nothing else

    async def sees_all(self) -> bool:
        return False

    async def tell_alone(self, person: str, card: Card) -> bool:
        with as_trouble():
            try:
                channel = await self._client.create_dm(discord.Object(int(number_of(person))))
                await channel.send(suppress_embeds=True, **shown(card))
            except (discord.Forbidden, discord.NotFound):
                return False
        return True

    async def show_owners_menu(self, owner: str) -> None:
        """Discord has one menu for everybody."""

"""Telegram as a `ChatPlatform` of the conversation: names, limits, admins, private messages, menus."""

import logging
import time
from math import inf
from typing import Final

from telegram import ChatMember, ChatMemberAdministrator, ChatMemberMember, ChatMemberOwner, ChatMemberRestricted
from telegram import __version__ as library_version
from telegram.error import BadRequest, Forbidden, TelegramError

from bot.cards.cards import Card
from bot.telegram.address import PLATFORM, Address, number
from bot.telegram.menus import show_owners_menu
from bot.telegram.sending.poster import PATIENT, keyboard
from bot.telegram.sending.rate_limiter import TelegramBot

log = logging.getLogger(__name__)

#: Largest file that a bot may fetch, in bytes: from Telegram's server, and from a local Bot API server.
#: https://core.telegram.org/bots/api#getfile, https://core.telegram.org/bots/api#using-a-local-bot-api-server
CLOUD_DOWNLOAD: Final = 20 << 20
LOCAL_DOWNLOAD: Final = 2000 << 20
#: Longest text of a message, in UTF-16 code units. https://core.telegram.org/bots/api#sendmessage
TEXT_UNITS: Final = 4096
#: Seconds for which an answer of getChatMember is cached.
REMEMBERED: Final = 60.0


class TelegramChats:
    """A `bot.conversation.services.ChatPlatform`."""

    name: Final = PLATFORM
    library: Final = f"python-telegram-bot {library_version}"
    text_units: Final = TEXT_UNITS
    card_seconds: Final = inf

    def __init__(self, bot: TelegramBot, *, local: bool) -> None:
        self.fetch_bytes = LOCAL_DOWNLOAD if local else CLOUD_DOWNLOAD
        self.fetch_limit_can_be_lifted = not local
        self._bot = bot
        self._members: dict[tuple[str, str], tuple[ChatMember, float]] = {}  # (chat, person) → answer, expiry

    @property
    def our_link(self) -> str:
        return f"t.me/{self._bot.username}"

    def message_of(self, address: str) -> str:
        return str(Address.model_validate_json(address).message_id or "")

    def address_at(self, address: str, message: str) -> str:
        return str(Address.model_validate_json(address).model_copy(update={"message_id": int(message)}))

    async def is_admin(self, chat: str, person: str) -> bool:
        if number(person) < 0:  # a chat as the sender; only admins can write as the group itself
            return person == chat
        return isinstance(await self._member(chat, person), ChatMemberAdministrator | ChatMemberOwner)

    async def is_member(self, chat: str, person: str) -> bool:
        """Whether a person is in a group now; False if Telegram does not answer."""
        match await self._member(chat, person):
            case ChatMemberRestricted(is_member=is_member):
                return is_member
            case member:
                return isinstance(member, ChatMemberAdministrator | ChatMemberOwner | ChatMemberMember)

    async def _member(self, chat: str, person: str) -> ChatMember | None:
        """The answer of getChatMember, cached; None if Telegram does not answer."""
        now = time.monotonic()
        self._members = {key: known for key, known in self._members.items() if known[1] > now}
        if (chat, person) not in self._members:
            try:
                member = await self._bot.get_chat_member(number(chat), number(person))
            except TelegramError:
                return None
            self._members[chat, person] = member, now + REMEMBERED
        return self._members[chat, person][0]

    async def sees_all(self) -> bool:
        return bool((await self._bot.get_me()).can_read_all_group_messages)

    async def tell_alone(self, person: str, card: Card) -> bool:
        try:
            await self._bot.send_message(
                number(person), card.text, reply_markup=keyboard(card), rate_limit_args=PATIENT
            )
        except (Forbidden, BadRequest):  # the person never opened the chat, or has blocked the bot
            return False
        return True

    async def show_owners_menu(self, owner: str) -> None:
        try:
            await show_owners_menu(self._bot, owner)
        except TelegramError as error:  # no retry: the bot sets it at its start, too
            log.warning("owner's menu not set until the next start: %s", error)

"""Who is an admin of which group, as Telegram says."""

import time
from typing import Final

from telegram import ChatMember
from telegram.error import TelegramError

from bot.telegram.address import number
from bot.telegram.rate_limiter import TelegramBot

#: Seconds for which Telegram's word on who is an admin is good.
REMEMBERED: Final = 60.0


class Admins:
    """Who is an admin where, remembered a short while."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str], tuple[bool, float]] = {}  # (chat, person) → the answer, and until when

    async def include(self, bot: TelegramBot, chat: str, person: str) -> bool:
        """Whether `person` is an admin of the group; also False where Telegram does not say."""
        if number(person) < 0:  # a mask; only its admins can write as the group itself
            return person == chat
        now = time.monotonic()
        self._known = {key: known for key, known in self._known.items() if known[1] > now}
        if (chat, person) not in self._known:
            try:
                member = await bot.get_chat_member(number(chat), number(person))
            except TelegramError:
                return False
            is_admin = member.status in (ChatMember.ADMINISTRATOR, ChatMember.OWNER)
            self._known[chat, person] = is_admin, now + REMEMBERED
        return self._known[chat, person][0]

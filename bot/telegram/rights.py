"""Who may do what in a group; in a private chat there is nobody else."""

import time
from typing import TYPE_CHECKING, Final

from telegram import ChatMember
from telegram.error import TelegramError

from bot.telegram.address import number
from bot.telegram.courtesy import TelegramBot
from jobs.models import Request

if TYPE_CHECKING:
    from bot.telegram.front import Asker, Front

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


async def may_cancel(front: "Front", asker: "Asker", request: Request) -> bool:
    """The one who asked, the group's admins and the owner."""
    return await may_act_for(front, asker, request.asker)


async def may_act_for(front: "Front", asker: "Asker", person: str) -> bool:
    """The person, the group's admins and the owner."""
    return asker.person == person or await may_change_settings(front, asker)


async def may_change_settings(front: "Front", asker: "Asker") -> bool:
    """The group's admins and the owner."""
    if not asker.in_group or await front.people.is_owner(asker.person):
        return True
    return await front.admins.include(front.bot, asker.chat, asker.person)

"""Who may do what in a group; in a private chat there is nobody else."""

from telegram import ChatMember
from telegram.error import TelegramError

from bot.telegram.address import number
from bot.telegram.front import Asker, Front
from jobs.models import Request


async def may_cancel(front: Front, asker: Asker, request: Request) -> bool:
    """The one who asked, the group's admins and the owner."""
    return request.asker == asker.person or await may_change_settings(front, asker)


async def may_change_settings(front: Front, asker: Asker) -> bool:
    """The group's admins and the owner."""
    if not asker.in_group or await front.people.is_owner(asker.person):
        return True
    try:
        member = await front.bot.get_chat_member(number(asker.chat), number(asker.person))
    except TelegramError:
        return False
    return member.status in (ChatMember.ADMINISTRATOR, ChatMember.OWNER)

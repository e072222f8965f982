"""Who may do what in a group; in a private chat there is nobody else."""

from bot.telegram.front import Asker, Front
from jobs.models import Request


async def may_cancel(front: Front, asker: Asker, request: Request) -> bool:
    """The one who asked, the group's admins and the owner."""
    return await may_act_for(front, asker, request.asker)


async def may_act_for(front: Front, asker: Asker, person: str) -> bool:
    """The person, the group's admins and the owner."""
    return asker.person == person or await may_change_settings(front, asker)


async def may_change_settings(front: Front, asker: Asker) -> bool:
    """The group's admins and the owner."""
    if not asker.in_group or await front.people.is_owner(asker.person):
        return True
    return await front.admins.include(front.bot, asker.chat, asker.person)

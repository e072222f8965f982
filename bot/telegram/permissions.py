"""Who may do what in a group; in a private chat there is nobody else."""

from bot.telegram.replies import Asker, Services
from jobs.models import Request


async def may_cancel(services: Services, asker: Asker, request: Request) -> bool:
    """The one who asked, the group's admins and the owner."""
    return await may_act_for(services, asker, request.asker)


async def may_act_for(services: Services, asker: Asker, person: str) -> bool:
    """The person, the group's admins and the owner."""
    return asker.person == person or await may_change_settings(services, asker)


async def may_change_settings(services: Services, asker: Asker) -> bool:
    """The group's admins and the owner."""
    if not asker.in_group or await services.access.is_owner(asker.person):
        return True
    return await services.admins.include(services.bot, asker.chat, asker.person)

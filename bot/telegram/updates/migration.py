"""Moving a group's data to its new id when it becomes a supergroup."""

import logging

from bot.chats.untold import UntoldBatches
from bot.conversation.services import Services
from bot.conversation.strangers import moved
from bot.telegram.address import PLATFORM, Address, name
from jobs.queue.moved_chats import move_requests

log = logging.getLogger(__name__)


def new_address(address: str, chat_id: int) -> str:
    """An address in the supergroup. Messages from before the move have no id there."""
    return str(Address.model_validate_json(address).model_copy(update={"chat_id": chat_id, "message_id": 0}))


async def move(services: Services, old_id: int, new_id: int) -> None:
    """Move settings, access, strangers, requests, repertoire, playlists and leftovers. Raises `RedisError`.

    Idempotent, also after a partial move.
    """
    old, new, redis = name(old_id), name(new_id), services.queue.redis

    def address_there(address: str) -> str:
        return new_address(address, new_id)

    await services.preferences.move(old, new)
    await services.access.move(old, new)
    await moved(services, old, new, address_there)
    await move_requests(redis, old, new, address_there)
    await services.repertoires.move(old, new)
    await services.playlists.moved(old, new, address_there)
    for batch in await services.batches.leftovers.move(old, new, address_there):
        await UntoldBatches(redis, PLATFORM).add(batch)
    log.info("group %s moved to %s", old, new)

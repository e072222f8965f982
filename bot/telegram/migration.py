"""A group became a supergroup: it has another id now, and everything that is known of it goes along."""

import logging
from contextlib import suppress
from functools import partial
from typing import Final

from arq.connections import ArqRedis
from redis.exceptions import ResponseError

from bot.chats.access import Access
from bot.chats.leftovers import move_leftovers
from bot.chats.untold import UntoldBatches
from bot.playlists.follow import Playlists
from bot.telegram.address import PLATFORM, Address, name
from jobs.models import Request
from jobs.parsing import parse_stored
from jobs.queue import keys, sent_files
from jobs.queue.connection import answer

log = logging.getLogger(__name__)

_KNOWN: Final = (keys.wish, keys.group, partial(keys.minutes, "chat"))


def new_address(address: str, chat_id: int) -> str:
    """An address in the group as it is now. The messages of before have no number that we could answer to."""
    return str(Address.model_validate_json(address).model_copy(update={"chat_id": chat_id, "message_id": 0}))


async def move(redis: ArqRedis, access: Access, playlists: Playlists, old_id: int, new_id: int) -> None:
    """Move settings, permission, requests, playlists and what did not fit. Raises `RedisError`.

    Doing it again, or after dying half-way, does no harm.
    """
    old, new = name(old_id), name(new_id)
    for key in _KNOWN:
        with suppress(ResponseError):  # nothing is known; or it moved already: Telegram tells us twice, at once
            await redis.rename(key(old), key(new))
    await access.move(old, new)
    for request_id in await redis.zrange(keys.chat(old), 0, -1):
        stored = await answer(redis.hget(keys.request(request_id.decode()), "request"))
        if request := parse_stored(Request, stored):
            moved = request.model_copy(update={"chat": new, "address": new_address(request.address, new_id)})
            await answer(redis.hset(keys.request(request.id), "request", moved.model_dump_json()))
            await sent_files.chat_moved(redis, request.track_id, old, new)
    # The requests first: a list without them would leave them behind.
    if await redis.exists(keys.chat(old)):
        await redis.zunionstore(keys.chat(new), [keys.chat(old), keys.chat(new)], aggregate="MAX")
        await redis.delete(keys.chat(old))
    await playlists.moved(old, new, lambda address: new_address(address, new_id))
    for batch in await move_leftovers(redis, old, new, lambda address: new_address(address, new_id)):
        await UntoldBatches(redis, PLATFORM).add(batch)
    log.info("%s is %s now", old, new)

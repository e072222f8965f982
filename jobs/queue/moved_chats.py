"""Moves a chat's requests to its new name, as when a group becomes a supergroup."""

from collections.abc import Callable

from jobs.models import Request
from jobs.parsing import parse_stored
from jobs.queue import keys
from jobs.queue.changes import retell
from jobs.queue.connection import Redis, answer
from jobs.queue.sent_files import SentFiles
from jobs.queue.views import texts


async def move_requests(redis: Redis, old: str, new: str, address_there: Callable[[str], str]) -> None:
    """Gives a chat's requests its new name. `address_there`: an address in the chat → the same in the new one.

    Idempotent, also after an interruption.
    """
    moving = texts(await redis.zrange(keys.chat(old), 0, -1))
    for request_id in moving:
        stored = await answer(redis.hget(keys.request(request_id), "request"))
        if request := parse_stored(Request, stored):
            moved = request.model_copy(update={"chat": new, "address": address_there(request.address)})
            await answer(redis.hset(keys.request(request.id), "request", moved.model_dump_json()))
            await SentFiles(redis, request.platform).move(request.track_id, old, new)
    await retell(redis, moving)
    # The requests first: an interruption before the list is renamed must not lose any.
    if await redis.exists(keys.chat(old)):
        await redis.zunionstore(keys.chat(new), [keys.chat(old), keys.chat(new)], aggregate="MAX")
        await redis.delete(keys.chat(old))

"""Listings of playlists by the worker, before their songs are requested.

    await ask_listing(queue, playlist_id, chat)  # once or often
    while (found := await listing(queue, playlist_id)) is None: ...

A listing is kept for ten minutes; a failed one only until it is read, so that the next question tries again. Askers are
not stored.
"""

import secrets

from arq.connections import ArqRedis
from pydantic import TypeAdapter

from jobs.parsing import parse_stored
from jobs.progress import Lane
from jobs.queue import keys
from jobs.queue.requests import JobQueue
from jobs.queue.turns import enqueue_in_turn
from jobs.youtube import Listing, PlaylistId

#: The arq function: it takes a playlist's id.
LISTING_FUNCTION = "listing"
#: Seconds after which an answer is overdue, and the question may be asked again.
OVERDUE = 90
#: Seconds that a listing is kept, and a failed one until it is read.
KEEP = 600
KEEP_FAILED = 30

_playlist_id: TypeAdapter[str] = TypeAdapter(PlaylistId)


async def ask_listing(queue: JobQueue, playlist_id: str, chat: str = "", person: str = "") -> bool:
    """Lets a worker list a playlist, in the turn of `chat` and `person`. False when it is listed or being listed.

    Raises `ValueError` for an id that is not of a playlist with an end.
    """
    playlist_id = _playlist_id.validate_python(playlist_id)
    redis = queue.redis
    if await redis.exists(keys.listing(playlist_id)):
        return False
    if not await redis.set(keys.listing_asked(playlist_id), "", ex=OVERDUE, nx=True):
        return False
    # A new id for every attempt: arq remembers jobs that a killed worker had begun.
    job = f"listing.{playlist_id}.{secrets.token_hex(4)}"
    await enqueue_in_turn(
        redis, Lane.QUICK, job, LISTING_FUNCTION, playlist_id, chat=chat, person=person, expires=OVERDUE
    )
    return True


async def listing(queue: JobQueue, playlist_id: str) -> Listing | None:
    """The listing of a playlist; None until there is one."""
    kept = await queue.redis.get(keys.listing(playlist_id))
    return parse_stored(Listing, kept)


async def keep_listing(redis: ArqRedis, found: Listing) -> None:
    """Stores a listing for `listing`: the worker's side."""
    async with redis.pipeline(transaction=True) as pipe:
        pipe.set(keys.listing(found.playlist_id), found.model_dump_json(), ex=KEEP_FAILED if found.failure else KEEP)
        pipe.delete(keys.listing_asked(found.playlist_id))
        await pipe.execute()

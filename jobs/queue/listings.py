"""Playlists: what is in one, asked of the worker before anybody commits to it.

    await ask_listing(queue, playlist_id, chat)  # once or often, by whoever wants to know
    while (found := await listing(queue, playlist_id)) is None: ...

A listing is kept for ten minutes; one that failed only as long as it takes to read it, so that asking again tries
again. Nothing is remembered of who asked.
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
#: Seconds after which an answer is no longer to be expected, and the question may be asked anew.
OVERDUE = 90
#: Seconds that a listing, and one that failed, is kept.
KEEP = 600
KEEP_FAILED = 30

_playlist_id: TypeAdapter[str] = TypeAdapter(PlaylistId)


async def ask_listing(queue: JobQueue, playlist_id: str, chat: str = "", person: str = "") -> bool:
    """Have a worker list a playlist, in the turn of `chat` and `person`. False when it is listed, or somebody is at it.

    Raises `ValueError` for what is no id of a playlist with an end.
    """
    playlist_id = _playlist_id.validate_python(playlist_id)
    redis = queue.redis
    if await redis.exists(keys.listing(playlist_id)):
        return False
    if not await redis.set(keys.listing_asked(playlist_id), "", ex=OVERDUE, nx=True):
        return False
    # An id of its own for every attempt: arq remembers for long what a killed worker had begun.
    job = f"listing.{playlist_id}.{secrets.token_hex(4)}"
    await enqueue_in_turn(
        redis, Lane.QUICK, job, LISTING_FUNCTION, playlist_id, chat=chat, person=person, expires=OVERDUE
    )
    return True


async def listing(queue: JobQueue, playlist_id: str) -> Listing | None:
    """What is in a playlist that was asked for; None while nobody knows yet."""
    kept = await queue.redis.get(keys.listing(playlist_id))
    return parse_stored(Listing, kept)


async def keep_listing(redis: ArqRedis, found: Listing) -> None:
    """Remember a listing, for `listing` to find: the worker's side."""
    async with redis.pipeline(transaction=True) as pipe:
        pipe.set(keys.listing(found.playlist_id), found.model_dump_json(), ex=KEEP_FAILED if found.failure else KEEP)
        pipe.delete(keys.listing_asked(found.playlist_id))
        await pipe.execute()

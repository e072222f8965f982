"""Takes a playlist from the queue and publishes its listing, or the failure."""

import logging

from arq.connections import ArqRedis

from jobs.failures import Failure
from jobs.queue.listings import keep_listing
from jobs.settings import Settings
from jobs.youtube import Listing
from worker.asking import ask
from worker.child.tasks import ListingTask

log = logging.getLogger(__name__)

DEADLINE = 45.0  # seconds; people wait for the answer, and renderings queue behind it


async def take_listing(redis: ArqRedis, settings: Settings, playlist_id: str) -> None:
    """Lists a playlist and stores the listing or its failure. Raises nothing but `RedisError`."""
    found = await _list(settings, playlist_id)
    if found.failure is None:
        log.info("playlist %s: %d videos", playlist_id, len(found.entries))
    else:
        log.warning("playlist %s: listing failed: %s: %s", playlist_id, found.failure.reason, found.failure.detail)
    await keep_listing(redis, found)


async def _list(settings: Settings, playlist_id: str) -> Listing:
    task = ListingTask(playlist_id=playlist_id, proxy=settings.youtube_proxy)
    found = await ask("worker.sources.youtube.listing", task, Listing, DEADLINE, settings.memory_mb)
    if isinstance(found, Failure):
        return Listing(playlist_id=playlist_id, failure=found)
    # Under the id that was asked for: a child must not answer for another playlist.
    return found.model_copy(update={"playlist_id": playlist_id})

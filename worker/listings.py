"""Takes a playlist from the queue and publishes its listing, or the failure."""

import logging

from arq.connections import ArqRedis

from jobs.failures import Failed, Failure, Reason
from jobs.queue.listings import keep_listing
from jobs.settings import Settings
from jobs.youtube import Listing
from worker.child.limits import Limits
from worker.child.messages import Step
from worker.child.parent_side import run_child
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


async def _list(settings: Settings, playlist_id: str, *, again: bool = False) -> Listing:
    task = ListingTask(playlist_id=playlist_id, proxy=settings.youtube_proxy)
    try:
        limits = Limits(memory_mb=settings.memory_mb, cpu_seconds=DEADLINE)
        found = await run_child(
            "worker.sources.youtube.listing", task, Listing, _ignore, deadline=DEADLINE, limits=limits
        )
        # Under the id that was asked for: a child must not answer for another playlist.
        return found.model_copy(update={"playlist_id": playlist_id})
    except Failed as error:
        failure = error.failure
        if failure.reason is Reason.INTERRUPTED and not again:  # another process killed it
            return await _list(settings, playlist_id, again=True)
    except Exception as error:
        log.exception("playlist %s: unhandled exception", playlist_id)
        failure = Failure(reason=Reason.INTERNAL, detail=repr(error))
    return Listing(playlist_id=playlist_id, failure=failure)


def _ignore(step: Step) -> None:
    """A listing shows no progress."""

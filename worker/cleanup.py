"""Old results go by age and quota, and so does what a killed worker left half made; and no work begins without room."""

import asyncio
import logging

from redis.exceptions import RedisError

from jobs.failures import Reason, failed
from jobs.queue.tracks import TrackQueue
from jobs.settings import Settings
from jobs.store.store import ResultStore

log = logging.getLogger(__name__)

EVERY = 600  # seconds


async def keep_tidy(track_queue: TrackQueue, store: ResultStore, settings: Settings) -> None:
    """Tidy the store now and every ten minutes, until cancelled."""
    while True:
        try:
            await tidy(track_queue, store, settings)
        except (RedisError, OSError) as error:
            log.warning("the store could not be tidied: %s", error)
        except Exception:  # it would never be tidied again, and nobody would know
            log.exception("the store could not be tidied: a bug")
        await asyncio.sleep(EVERY)


async def tidy(track_queue: TrackQueue, store: ResultStore, settings: Settings) -> list[str]:
    """Remove what is too old or over the quota and not waited for, and what the dead left. Returns the names."""
    busy = await track_queue.awaited()
    removed = await asyncio.to_thread(store.tidy, settings.keep_hours * 3600, settings.quota_gb * 1e9, busy)
    for name in removed:
        log.info("%s: removed from the store", name)
    return [*removed, *await sweep(store)]


async def sweep(store: ResultStore) -> list[str]:
    """Remove what the dead left half made: quick, so it is done after each track. Returns the names."""
    swept = await asyncio.to_thread(store.sweep)
    for name in swept:
        log.info("%s: left half made, removed", name)
    return swept


async def make_room(track_queue: TrackQueue, store: ResultStore, settings: Settings) -> None:
    """Before a separation: see that there is room for it, by the quota and on the disk, and that the store takes it.

    Raises `Failed` with NO_DISK when there is none though everything old is gone, and `OSError` for a store that cannot
    be written.
    """
    quota, least = settings.quota_gb * 1e9, settings.min_free_mb * 1e6
    used, free = await asyncio.to_thread(store.used_bytes), store.free_bytes()
    if used > quota or free < least:
        await tidy(track_queue, store, settings)
        used, free = await asyncio.to_thread(store.used_bytes), store.free_bytes()
    if free < least:
        raise failed(Reason.NO_DISK, f"{free / 1e6:.0f} MB free, {settings.min_free_mb:.0f} MB have to be")
    if used > quota:
        raise failed(
            Reason.NO_DISK, f"{used / 1e9:.2f} GB in the store and waited for, {settings.quota_gb:g} GB may be"
        )
    with store.workspace():
        pass

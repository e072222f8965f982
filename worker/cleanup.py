"""Removes old results by age and quota, and leftovers of killed workers; makes room before a separation."""

import asyncio
import logging

from redis.exceptions import RedisError

from jobs.failures import Reason, failed
from jobs.queue import keys
from jobs.queue.catalogue import Catalogue
from jobs.queue.in_use import in_use
from jobs.queue.tracks import TrackQueue
from jobs.settings import Settings
from jobs.store.workspace import Workspace

log = logging.getLogger(__name__)

EVERY = 600  # seconds


async def keep_tidy(track_queue: TrackQueue, catalogue: Catalogue, settings: Settings) -> None:
    """Tidies the store now and every ten minutes, until cancelled: of several workers, one does."""
    while True:
        try:
            if await track_queue.redis.set(keys.TIDYING, track_queue.worker, nx=True, ex=round(EVERY * 0.9)):
                await tidy(track_queue, catalogue, settings)
            else:
                await sweep(catalogue.store.workspace)
        except (RedisError, OSError) as error:
            log.warning("cannot tidy the store: %s", error)
        except Exception:  # the loop must go on
            log.exception("tidying the store: unhandled exception")
        await asyncio.sleep(EVERY)


async def tidy(track_queue: TrackQueue, catalogue: Catalogue, settings: Settings) -> list[str]:
    """Removes results over the age or quota that no request waits for, and leftovers. Returns the names."""
    busy = await in_use(track_queue.redis)
    removed = await catalogue.age(settings.keep_hours * 3600, settings.quota_gb * 1e9, busy)
    for name in removed:
        log.info("removed %s from the store", name)
    return [*removed, *await sweep(catalogue.store.workspace)]


async def sweep(workspace: Workspace) -> list[str]:
    """Removes leftovers of dead processes; quick enough after each track. Returns the names."""
    swept = await asyncio.to_thread(workspace.sweep)
    for name in swept:
        log.info("removed leftover %s", name)
    return swept


async def make_room(track_queue: TrackQueue, catalogue: Catalogue, settings: Settings) -> None:
    """Makes room for a separation, within the quota and on the disk, and checks that the store is writable.

    Raises `Failed` with NO_DISK when there is none after old results are removed, and `OSError` for a store that cannot
    be written.
    """
    store, quota, least = catalogue.store, settings.quota_gb * 1e9, settings.min_free_mb * 1e6
    used, free = await store.used_bytes(), store.workspace.free_bytes()
    if used > quota or free < least:
        await tidy(track_queue, catalogue, settings)
        used, free = await store.used_bytes(), store.workspace.free_bytes()
    if free < least:
        raise failed(Reason.NO_DISK, f"{free / 1e6:.0f} MB free, {settings.min_free_mb:.0f} MB have to be")
    if used > quota:
        raise failed(
            Reason.NO_DISK, f"{used / 1e9:.2f} GB in the store and waited for, {settings.quota_gb:g} GB may be"
        )
    with store.workspace.folder():
        pass
    await store.check()

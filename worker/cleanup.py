"""Old results go by age and quota, and so does what a killed worker left half made."""

import asyncio
import logging

from redis.exceptions import RedisError

from worker.pipeline import Studio

log = logging.getLogger(__name__)

EVERY = 600  # seconds


async def keep_tidy(studio: Studio) -> None:
    """Tidy the store now and every ten minutes, until cancelled."""
    while True:
        try:
            await tidy(studio)
        except (RedisError, OSError) as error:
            log.warning("the store could not be tidied: %s", error)
        await asyncio.sleep(EVERY)


async def tidy(studio: Studio) -> list[str]:
    """Remove what is too old or over the quota and not waited for, and what the dead left. Returns the names."""
    settings = studio.settings
    busy = await studio.desk.awaited()
    removed = await asyncio.to_thread(studio.store.tidy, settings.keep_hours * 3600, settings.quota_gb * 1e9, busy)
    swept = await asyncio.to_thread(studio.store.sweep)
    for name in (*removed, *swept):
        log.info("%s: removed from the store", name)
    return [*removed, *swept]

"""Waits for a store that is out of reach."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Final, TypeVar

from jobs.store.store import StoreAway

log = logging.getLogger(__name__)

PAUSE: Final = 3.0  # seconds between two tries

ResultT = TypeVar("ResultT")


async def until_there(step: Callable[[], Awaitable[ResultT]]) -> ResultT:
    """Repeats a step until the store is in reach. The caller limits the time."""
    while True:
        try:
            return await step()
        except StoreAway as why:
            log.warning("the store is out of reach, trying again in %.0f s: %s", PAUSE, why)
            await asyncio.sleep(PAUSE)

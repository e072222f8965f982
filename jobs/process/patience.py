"""Calls of a remote service that are made again until they succeed."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Final, TypeVar

log = logging.getLogger(__name__)

FIRST_PAUSE: Final = 1.0  # seconds before the second try; each later pause is twice as long
LONGEST_PAUSE: Final = 30.0  # seconds between two tries

ResultT = TypeVar("ResultT")


async def insist(
    call: Callable[[], Awaitable[ResultT]],
    passing: tuple[type[Exception], ...],
    failed: str,
    final: tuple[type[Exception], ...] = (),
) -> ResultT:
    """Call until it succeeds. `passing`: errors that a retry may fix, except for those of `final`, which are raised.

    `failed`: the log line's words for a failure.
    """
    pause = FIRST_PAUSE
    while True:
        try:
            return await call()
        except final:
            raise
        except passing as error:
            log.warning("%s, retry in %.0f s: %s", failed, pause, error)
            await asyncio.sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE)

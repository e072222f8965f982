"""How background tasks are ended."""

import asyncio
from typing import Any


async def cancel_and_wait(*tasks: asyncio.Task[Any]) -> None:
    """Cancel tasks and wait for them. What they raise is nobody's any more.

    More than once, where needed: before Python 3.12 `asyncio.wait_for`, through which the Redis client sends, now and
    then swallows a cancellation.
    """
    left = set(tasks)
    while left:
        for task in left:
            task.cancel()
        done, left = await asyncio.wait(left, timeout=1)
        for task in done:
            if not task.cancelled():
                task.exception()  # looked at, or asyncio complains

"""How background tasks are ended, and how a step is not."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import Any, TypeVar, TypeVarTuple

ResultT = TypeVar("ResultT")
Arguments = TypeVarTuple("Arguments")


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


async def run_to_end(step: Callable[[*Arguments], ResultT], *arguments: *Arguments) -> ResultT:
    """Run a function in a thread. A cancellation meanwhile is raised only when the function has ended."""
    running = asyncio.ensure_future(asyncio.to_thread(step, *arguments))
    try:
        return await asyncio.shield(running)
    except asyncio.CancelledError:
        while not running.done():
            with suppress(asyncio.CancelledError):
                await asyncio.wait({running})
        if not running.cancelled():
            running.exception()  # looked at, or asyncio complains
        raise

"""Cancels background tasks; shields steps from cancellation."""

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import Any, TypeVar, TypeVarTuple

ResultT = TypeVar("ResultT")
Arguments = TypeVarTuple("Arguments")


async def cancel_and_wait(*tasks: asyncio.Task[Any]) -> None:
    """Cancels tasks and waits for them. Their exceptions are discarded.

    Cancels repeatedly: before Python 3.12, `asyncio.wait_for` in the Redis client sometimes loses a cancellation.
    """
    left = set(tasks)
    while left:
        for task in left:
            task.cancel()
        done, left = await asyncio.wait(left, timeout=1)
        for task in done:
            if not task.cancelled():
                task.exception()  # retrieved, or asyncio logs it


async def wait_for_event(event: asyncio.Event, seconds: float) -> None:
    """Waits until an event is set, at most `seconds`. The pause of a background loop.

    Raises `CancelledError` at once if the task was cancelled and a library lost the cancellation: before Python 3.12,
    `asyncio.wait_for` in the Redis client sometimes does.
    """
    task = asyncio.current_task()
    if task is not None and task.cancelling():
        raise asyncio.CancelledError
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await event.wait()


async def run_to_end(step: Callable[[*Arguments], ResultT], *arguments: *Arguments) -> ResultT:
    """Runs a function in a thread. A cancellation meanwhile is raised only after the function has ended."""
    return await await_to_end(asyncio.to_thread(step, *arguments))


async def await_to_end(work: Coroutine[Any, Any, ResultT]) -> ResultT:
    """Awaits a coroutine. A cancellation meanwhile is raised only after it has ended."""
    running = asyncio.ensure_future(work)
    try:
        return await asyncio.shield(running)
    except asyncio.CancelledError:
        while not running.done():
            with suppress(asyncio.CancelledError):
                await asyncio.wait({running})
        if not running.cancelled():
            running.exception()  # retrieved, or asyncio logs it
        raise

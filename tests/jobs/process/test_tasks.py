"""`cancel_and_wait` ends tasks in every case, and `wait_for_event` ends a loop that lost its cancellation."""

import asyncio
import gc
from contextlib import suppress
from typing import Any

from jobs.process.tasks import cancel_and_wait, wait_for_event


async def lives(hears: asyncio.Event) -> None:
    hears.set()
    await asyncio.Event().wait()


async def swallows_the_first(hears: asyncio.Event) -> None:
    """As the Redis client sometimes does."""
    try:
        await lives(hears)
    except asyncio.CancelledError:
        await asyncio.Event().wait()


async def falls_over(hears: asyncio.Event) -> None:
    try:
        await lives(hears)
    finally:
        raise ZeroDivisionError


async def begun(*works: Any) -> list["asyncio.Task[None]"]:
    heard = [asyncio.Event() for _ in works]
    tasks = [asyncio.create_task(work(event)) for work, event in zip(works, heard, strict=True)]
    for event in heard:
        await event.wait()
    return tasks


async def test_any_number_of_tasks_is_cancelled() -> None:
    tasks = await begun(lives, lives, lives)
    await cancel_and_wait(*tasks)
    assert all(task.cancelled() for task in tasks)
    await cancel_and_wait(*tasks)
    await cancel_and_wait()


async def test_a_task_that_loses_a_cancellation_is_cancelled_again() -> None:
    tasks = await begun(swallows_the_first, lives)
    async with asyncio.timeout(60):
        await cancel_and_wait(*tasks)
    assert all(task.cancelled() for task in tasks)


async def test_exceptions_of_cancelled_tasks_are_discarded() -> None:
    """The caller does not get them, nor does asyncio log them as never retrieved."""
    complaints: list[dict[str, Any]] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, what: complaints.append(what))
    tasks = await begun(falls_over)
    await cancel_and_wait(*tasks)
    assert not tasks[0].cancelled()
    del tasks
    gc.collect()
    assert complaints == []


async def test_a_loop_that_lost_its_cancellation_ends_at_its_pause() -> None:
    heard, woken = asyncio.Event(), asyncio.Event()

    async def loop() -> None:
        while True:
            with suppress(asyncio.CancelledError):  # lost
                await lives(heard)
            await wait_for_event(woken, 600)

    task = asyncio.create_task(loop())
    await heard.wait()
    task.cancel()
    done, _ = await asyncio.wait({task}, timeout=60)
    assert done == {task}
    assert task.cancelled()


async def test_a_pause_ends_with_the_event_or_the_time() -> None:
    woken = asyncio.Event()
    await wait_for_event(woken, 0.01)
    assert not woken.is_set()
    asyncio.get_running_loop().call_soon(woken.set)
    async with asyncio.timeout(60):
        await wait_for_event(woken, 600)

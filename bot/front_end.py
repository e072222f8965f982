"""What the process of every chat platform opens, and closes at its end."""

import asyncio
import signal
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from typing import NamedTuple

from pydantic import SecretStr

from jobs.monitoring.logs import set_up_logging
from jobs.process.privacy import close_to_others
from jobs.queue.requests import JobQueue
from jobs.queue.suitability import refuse_unsuitable_if_reachable
from jobs.settings import IN_DATA, Settings
from jobs.store.address import open_store
from jobs.store.store import ResultStore


class FrontEnd(NamedTuple):
    """`stop` is set by SIGTERM and SIGINT."""

    queue: JobQueue
    store: ResultStore
    stop: asyncio.Event


def run(settings: Settings, redis_url: SecretStr, serve: Callable[[FrontEnd], Awaitable[None]]) -> None:
    """Serve, with logs, queue and store, until `serve` ends."""
    set_up_logging(settings)

    async def all_() -> None:
        async with front_end(settings, redis_url) as opened:
            await serve(opened)

    asyncio.run(all_())


@asynccontextmanager
async def front_end(settings: Settings, redis_url: SecretStr) -> AsyncIterator[FrontEnd]:
    """The queue and the store, for the length of the context.

    Raises `SettingsError` for a Redis server that cannot hold the queue.
    """
    stop, loop = asyncio.Event(), asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    close_to_others(settings.data, IN_DATA)
    queue, store = JobQueue.at(redis_url), open_store(settings, settings.min_free_mb * 1e6)
    try:
        await refuse_unsuitable_if_reachable(queue.redis)
        await asyncio.to_thread(store.workspace.sweep)  # removes partial files of a killed process
        yield FrontEnd(queue, store, stop)
    finally:
        await queue.close()


async def until_stopped(work: Awaitable[None], stop: asyncio.Event) -> bool:
    """Await `work` until it ends or `stop` is set, which cancels it. True if `work` ended."""
    task, stopping = asyncio.ensure_future(work), asyncio.create_task(stop.wait())
    try:
        await asyncio.wait({task, stopping}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        stopping.cancel()
        if not task.done():
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
    if task.cancelled():
        return False
    task.result()
    return True

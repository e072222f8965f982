"""The queue and the worker of one run, and its end by Ctrl-C."""

import asyncio
import contextlib
import signal
from collections.abc import AsyncIterator, Coroutine, Sequence
from pathlib import Path
from typing import IO, NamedTuple

from bot.cli.up import parts
from jobs.process.supervise import running
from jobs.process.tasks import cancel_and_wait
from jobs.process.valkey import private_valkey
from jobs.queue.recipe import Recipe, current_recipe, recipe_for
from jobs.queue.requests import JobQueue
from jobs.settings import Settings

WORKER_LOG = "worker.log"
STOPPED = 130  # exit code of a command ended by Ctrl-C


class Services(NamedTuple):
    """`recipe`: how the worker makes things, None if none ever ran. `keepers`: supervisors of our own worker."""

    queue: JobQueue
    recipe: Recipe | None
    keepers: list["asyncio.Task[None]"]


@contextlib.asynccontextmanager
async def services(settings: Settings, scratch: Path, *, verbose: bool) -> AsyncIterator[Services]:
    """The queue of the settings; or a private one, and a worker on it, for the length of the context.

    The worker's log goes to a file in `scratch`; `verbose`: to standard error.
    """
    async with contextlib.AsyncExitStack() as stack:
        url, keepers = settings.redis_url, []
        if url is None:
            url = stack.enter_context(private_valkey())
            log: IO[bytes] | None = None if verbose else stack.enter_context((scratch / WORKER_LOG).open("wb"))
            for part in parts(settings, url, bot=False, output=log):
                keepers.append(await stack.enter_async_context(running(part)))
        queue = JobQueue.at(url)
        stack.push_async_callback(queue.close)
        recipe = recipe_for(settings) if keepers else await current_recipe(queue.redis)
        yield Services(queue, recipe, keepers)


async def unless_stopped(work: Coroutine[None, None, int], keepers: Sequence["asyncio.Task[None]"]) -> int:
    """Returns the result of `work`, or STOPPED if Ctrl-C or SIGTERM came first.

    Raises `Misconfigured` if the worker reports that: no other worker would do the work.
    """
    loop = asyncio.get_running_loop()
    stop = asyncio.Event()
    signals = (signal.SIGINT, signal.SIGTERM)
    for signal_ in signals:
        loop.add_signal_handler(signal_, stop.set)
    task, stopping = asyncio.create_task(work), asyncio.create_task(stop.wait())
    try:
        await asyncio.wait({task, stopping, *keepers}, return_when=asyncio.FIRST_COMPLETED)
        if task.done():
            return task.result()
        for keeper in keepers:
            if keeper.done():
                keeper.result()
        return STOPPED
    finally:
        await cancel_and_wait(task, stopping)
        for signal_ in signals:
            loop.remove_signal_handler(signal_)


def last_line(log: Path) -> str:
    """The last line of a log, empty without one."""
    if not log.exists():
        return ""
    return log.read_text(encoding="utf-8", errors="replace").strip().rpartition("\n")[2]

"""Keep a few processes running: a part that dies is started again, and all of them stop together."""

import asyncio
import contextlib
import logging
import os
import signal
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import IO

log = logging.getLogger(__name__)

STOP_SECONDS = 10  # how long a part may take to stop in good order
STEADY_SECONDS = 10  # a part that ran this long has recovered from whatever it was
LONGEST_PAUSE = 15  # seconds between two starts of a part that keeps dying

#: Exit code of a part that cannot run as it is set up: starting it again would not help.
MISCONFIGURED = 2


@dataclass(frozen=True)
class Part:
    """One process: what to call it, what to run, with what in its environment beside ours."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    output: IO[bytes] | None = None  # where its standard error goes; none: where ours goes


class Misconfigured(Exception):  # noqa: N818 - what a part is, not an error in the program
    """A part said that it cannot run as it is set up."""


@asynccontextmanager
async def running(part: Part) -> AsyncIterator["asyncio.Task[None]"]:
    """Keep `part` running as long as the context lasts, then stop it.

    The task yielded never ends by itself, but with `Misconfigured` when starting the part again would not help.
    """
    keeper = asyncio.create_task(_keep(part), name=part.name)
    try:
        yield keeper
    finally:
        keeper.cancel()
        with contextlib.suppress(asyncio.CancelledError, Misconfigured):
            await keeper


async def _keep(part: Part) -> None:
    pause = 0.2
    loop = asyncio.get_running_loop()
    while True:
        begun = loop.time()
        code = await _run_once(part)
        if code == MISCONFIGURED:
            raise Misconfigured(part.name)
        if loop.time() - begun > STEADY_SECONDS:
            pause = 0.2
        log.warning("%s ended with code %d; starting it again in %.1f s", part.name, code, pause)
        await asyncio.sleep(pause)
        pause = min(pause * 2, LONGEST_PAUSE)


async def _run_once(part: Part) -> int:
    """Run a part to its end; on cancellation ask it to stop, then insist."""
    process = await _start(part)
    try:
        return await process.wait()
    finally:
        await _stop(part, process)


async def _start(part: Part) -> asyncio.subprocess.Process:
    """Start the part's process. When cancelled, stop it as one that runs.

    asyncio kills a process whose start is cancelled, though the program may run already and has things to put in order.
    """
    starting = asyncio.ensure_future(
        asyncio.create_subprocess_exec(
            *part.command,
            stdin=asyncio.subprocess.PIPE,  # its tether: see jobs/process/parent_watch.py
            stdout=asyncio.subprocess.DEVNULL if part.output else None,
            stderr=part.output,
            env={**os.environ, **part.environment},
            start_new_session=True,  # a Ctrl-C in the terminal is for us; we stop the parts in order
        )
    )
    try:
        return await asyncio.shield(starting)
    except asyncio.CancelledError:
        await _stop(part, await starting)
        raise


async def _stop(part: Part, process: asyncio.subprocess.Process) -> None:
    """Ask the process to stop, kill it after `STOP_SECONDS`, and kill what it left in its process group."""
    try:
        if process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                process.send_signal(signal.SIGTERM)
            async with asyncio.timeout(STOP_SECONDS):
                await process.wait()
    except TimeoutError:
        log.warning("%s did not stop within %d s", part.name, STOP_SECONDS)
    finally:  # also when the caller lost patience with us meanwhile
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        await process.wait()

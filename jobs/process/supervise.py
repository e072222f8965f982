"""Keeps a few processes running: restarts a part that dies, and stops all of them together."""

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

#: Exit code of a part that cannot run as it is set up: starting it again would not help.
MISCONFIGURED = 2


@dataclass(frozen=True)
class Part:
    """One process: its name, its command, its additional environment. `without`: variables that it does not inherit."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    output: IO[bytes] | None = None  # its standard error; None: ours
    without: tuple[str, ...] = ()
    stop_seconds: float = 10  # to stop before it is killed
    steady_seconds: float = 10  # after which it has recovered
    longest_pause: float = 15  # seconds between two starts while it keeps dying


class Misconfigured(Exception):  # noqa: N818 - an answer, not an error in the program
    """A part exited with MISCONFIGURED."""


@asynccontextmanager
async def running(part: Part) -> AsyncIterator["asyncio.Task[None]"]:
    """Keeps `part` running as long as the context lasts, then stops it.

    The task yielded ends only by `Misconfigured`, when a restart would not help.
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
        if loop.time() - begun > part.steady_seconds:
            pause = 0.2
        log.warning("%s ended with code %d; starting it again in %.1f s", part.name, code, pause)
        await asyncio.sleep(pause)
        pause = min(pause * 2, part.longest_pause)


async def _run_once(part: Part) -> int:
    """Runs a part to its end; on cancellation stops it."""
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
            stdin=asyncio.subprocess.PIPE,  # see jobs/process/parent_watch.py
            stdout=asyncio.subprocess.DEVNULL if part.output else None,
            stderr=part.output,
            env={name: value for name, value in os.environ.items() if name not in part.without} | {**part.environment},
            start_new_session=True,  # Ctrl-C in the terminal reaches only us; we stop the parts in order
        )
    )
    try:
        return await asyncio.shield(starting)
    except asyncio.CancelledError:
        await _stop(part, await starting)
        raise


async def _stop(part: Part, process: asyncio.subprocess.Process) -> None:
    """Asks the process to stop, kills it after `stop_seconds`, and kills the rest of its process group."""
    try:
        if process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                process.send_signal(signal.SIGTERM)
            async with asyncio.timeout(part.stop_seconds):
                await process.wait()
    except TimeoutError:
        log.warning("%s did not stop within %.0f s", part.name, part.stop_seconds)
    finally:  # also on a second cancellation
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        await process.wait()

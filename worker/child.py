"""Heavy or untrusted work runs in a child process: it can be killed, and its memory goes back to the system.

The parent's half. The parent writes one JSON task line to the child's standard input and keeps that pipe open; the
child writes one JSON event per line: any number of progress events, then one outcome. When the parent dies, even by
`kill -9`, the pipe closes and the child leaves. The child's half is `worker/childside.py`.
"""

import asyncio
import contextlib
import logging
import os
import signal
import sys
from collections.abc import Callable
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from jobs.failures import Failed, Failure, Reason, failed
from jobs.models import Value
from worker.limits import NO_LIMITS, Limits, impose, oom_kills, until_too_much

log = logging.getLogger(__name__)

LINE_LIMIT = 1 << 20  # bytes: the longest event we read
STDERR_KEPT = 4000  # characters of a child's last words that reach the log

ResultT = TypeVar("ResultT", bound=BaseModel)


class Step(Value):
    """How far a child is: `fraction` of its own work, 0 to 1, and what it has learnt about the track so far."""

    fraction: float | None = None
    note: str = ""
    title: str | None = None
    artist: str | None = None
    seconds: float | None = None  # length of the song
    alive: int = 0  # a number that changes while work goes on even when the fraction does not (bytes, segments)


class Event(Value):
    """One line from a child: a step, or its outcome."""

    step: Step | None = None
    result: str | None = None  # JSON of the result model
    failure: Failure | None = None


async def run_child(
    module: str,
    task: BaseModel,
    result: type[ResultT],
    on_step: Callable[[Step], None],
    *,
    deadline: float,
    stall: float | None = None,
    limits: Limits = NO_LIMITS,
) -> ResultT:
    """Run `python -m module` on `task` and return its result.

    `deadline` and `stall` are seconds: of the whole run, and without a word from the child. Raises `Failed`: with
    the child's own failure, TIMED_OUT (processor time included), STALLED, OUT_OF_MEMORY when it held more than its
    limit or the kernel killed it for memory, INTERRUPTED when somebody else killed it, INTERNAL when it died by
    itself. However it ends, cancellation included, the child and everything it started are gone on return.
    """
    kills_before = oom_kills()
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-P", "-m", module,
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        start_new_session=True, limit=LINE_LIMIT, env=_environment(),
    )  # fmt: skip
    assert process.stderr is not None
    impose(process.pid, limits)
    last_words = asyncio.create_task(_tail(process.stderr))
    eating = asyncio.create_task(until_too_much(process.pid, limits.memory_mb))
    eating.add_done_callback(lambda ended: None if ended.cancelled() else _kill(process))
    try:
        async with asyncio.timeout(deadline):
            outcome = await _listen(process, task, on_step, stall)
            code = await process.wait() if outcome is None else 0
        if eating.done():
            held = f"{module} held {eating.result():.0f} MB, {limits.memory_mb:.0f} MB are allowed"
            raise failed(Reason.OUT_OF_MEMORY, held)
        if outcome is None:
            _kill(process)  # what it started may hold its last words open
            words = await last_words
            reason = reason_of_death(code, words, by_kernel=oom_kills() > kills_before)
            raise failed(reason, f"{module} ended with code {code}: {words}")
        if outcome.failure is not None:
            raise Failed(outcome.failure)
        return result.model_validate_json(outcome.result or "")
    except TimeoutError:
        raise failed(Reason.TIMED_OUT, f"{module} took longer than {deadline:.0f} s") from None
    finally:
        eating.cancel()
        await _end(process)
        last_words.cancel()


async def _listen(
    process: asyncio.subprocess.Process, task: BaseModel, on_step: Callable[[Step], None], stall: float | None
) -> Event | None:
    """The child's outcome, or None when it closed its output without one."""
    assert process.stdin is not None
    assert process.stdout is not None
    with contextlib.suppress(ConnectionError):  # it died at once: its exit code tells more
        process.stdin.write(task.model_dump_json().encode() + b"\n")
        await process.stdin.drain()
    while True:
        try:
            line = await asyncio.wait_for(process.stdout.readline(), stall)
        except TimeoutError:
            raise failed(Reason.STALLED, f"not a word for {stall:.0f} s") from None
        except ValueError:  # a line longer than LINE_LIMIT
            return None
        if not line:
            return None
        try:
            event = Event.model_validate_json(line)
        except ValidationError:
            log.debug("a child said: %r", line[:200])  # a library printing to stdout
            continue
        if event.step is None:
            return event
        on_step(event.step)


async def _end(process: asyncio.subprocess.Process) -> None:
    """Kill the child's whole process group and reap it."""
    _kill(process)
    # Shielded: a second cancellation must not leave a zombie with an open pipe.
    await asyncio.shield(process.wait())


def _kill(process: asyncio.subprocess.Process) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)


async def _tail(stream: asyncio.StreamReader) -> str:
    kept = b""
    while chunk := await stream.read(65536):
        kept = (kept + chunk)[-STDERR_KEPT:]
    return kept.decode(errors="replace").strip()


def reason_of_death(code: int, words: str, *, by_kernel: bool) -> Reason:
    """Why a child died without an outcome, whom we did not kill. `by_kernel`: which killed for memory meanwhile."""
    match code:
        case _ if code == -signal.SIGXCPU:
            return Reason.TIMED_OUT
        case _ if code == -signal.SIGKILL and by_kernel:
            return Reason.OUT_OF_MEMORY
        case _ if code in (-signal.SIGKILL, -signal.SIGTERM):
            return Reason.INTERRUPTED
        case _ if code == -signal.SIGABRT and "bad_alloc" in words:  # a C++ runtime at the wall: see worker/limits.py
            return Reason.OUT_OF_MEMORY
        case _:
            return Reason.INTERNAL


def _environment() -> dict[str, str]:
    """The child's environment: ours without settings, so that no secret is in reach of a decoder or a downloader."""
    return {name: value for name, value in os.environ.items() if not name.startswith("FLBT_")}

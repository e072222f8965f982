"""Heavy or untrusted work runs in a child process: it can be killed, and its memory goes back to the system.

The parent's half. The parent writes one JSON task line to the child's standard input and keeps that pipe open; the
child writes one JSON event per line: any number of progress events, then one outcome. When the parent dies, even by
`kill -9`, the pipe closes and the child leaves. The child's half is `worker/child/child_side.py`.
"""

import asyncio
import contextlib
import logging
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from jobs.failures import Failed, Reason, failed
from worker.child.confinement import Confinement
from worker.child.environment import environment_for
from worker.child.limits import NO_LIMITS, Limits, impose, oom_kills, until_too_much
from worker.child.messages import AHEAD, Event, Step
from worker.child.tasks import Task

log = logging.getLogger(__name__)

LINE_LIMIT = 1 << 20  # bytes: the longest event we read
MOST_LINES = 500_000  # of one child: a download of ten minutes at a gigabit has half of that
STDERR_KEPT = 4000  # characters of a child's last words that reach the log
LAST_WORDS = 5.0  # seconds for them, where somebody who left the child's group still holds them open
MEASURED = "COVERAGE_PROCESS_CONFIG"  # set while branches are counted: children write their counts where we run
LOOK = 0.01  # seconds between two looks at whether a child has ended

ResultT = TypeVar("ResultT", bound=BaseModel)


@dataclass
class Child:
    """A child process that has not been asked yet; `start_child` makes it."""

    module: str
    limits: Limits
    _process: asyncio.subprocess.Process
    _last_words: "asyncio.Task[str]"
    _eating: "asyncio.Task[str]"
    _kills_before: int

    async def get_ready(self, wanted: BaseModel) -> None:
        """Let it make ready what it will need: see `worker/child/child_side.py`."""
        await _say(self._process, AHEAD + wanted.model_dump_json())

    async def ask(
        self,
        task: BaseModel,
        result: type[ResultT],
        on_step: Callable[[Step], None],
        *,
        deadline: float,
        stall: float | None = None,
    ) -> ResultT:
        """Let it do `task`, once, and return its result.

        `deadline` and `stall` are seconds: of the whole task, and without a word from the child. Raises `Failed`: with
        the child's own failure, TIMED_OUT (processor time included), STALLED, OUT_OF_MEMORY when it held more than its
        limit or the kernel killed it for memory, INTERRUPTED when somebody else killed it, INTERNAL when it died by
        itself.
        """
        process, module, eating = self._process, self.module, self._eating
        try:
            async with asyncio.timeout(deadline):
                await _say(process, task.model_dump_json())
                outcome = await _listen(process, on_step, stall)
                code = await _code_of(process) if outcome is None else 0
        except TimeoutError:
            raise failed(Reason.TIMED_OUT, f"{module} took longer than {deadline:.0f} s") from None
        if eating.done():
            raise failed(Reason.OUT_OF_MEMORY, f"{module} {eating.result()}")
        if outcome is None:
            _kill(process)  # what it started may hold its last words open
            words = await _heard(self._last_words)
            reason = reason_of_death(code, words, by_kernel=oom_kills() > self._kills_before)
            raise failed(reason, f"{module} ended with code {code}: {words}")
        if outcome.failure is not None:
            raise Failed(outcome.failure)
        try:
            return result.model_validate_json(outcome.result or "")
        except ValidationError as error:
            wrong = "; ".join(f"{each['loc']}: {each['msg']}" for each in error.errors(include_input=False)[:3])
            raise failed(Reason.INTERNAL, f"{module} answered what is no {result.__name__}: {wrong}") from None


@contextlib.asynccontextmanager
async def start_child(module: str, confinement: Confinement | None, limits: Limits = NO_LIMITS) -> AsyncIterator[Child]:
    """Start `python -m module` behind the walls of `confinement`, for one task.

    The folders that it may write into are made first. Asked or not, it and all it started are gone when the context
    ends.
    """
    kills_before = oom_kills()
    for folder in confinement.write if confinement else ():
        folder.mkdir(parents=True, exist_ok=True)  # a wall stands around what is there
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-P", "-m", *_behind_walls(confinement), module,
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        start_new_session=True, limit=LINE_LIMIT, env=environment_for(confinement, os.environ),
    )  # fmt: skip
    assert process.stderr is not None
    impose(process.pid, limits)
    last_words = asyncio.create_task(_tail(process.stderr))
    eating = asyncio.create_task(until_too_much(process.pid, limits.memory_mb))
    eating.add_done_callback(lambda ended: None if ended.cancelled() else _kill(process))
    try:
        yield Child(module, limits, process, last_words, eating, kills_before)
    finally:
        eating.cancel()
        await _end(process)
        last_words.cancel()


async def run_child(
    module: str,
    task: Task,
    result: type[ResultT],
    on_step: Callable[[Step], None],
    *,
    deadline: float,
    stall: float | None = None,
    limits: Limits = NO_LIMITS,
) -> ResultT:
    """Run `python -m module` on `task`, in its confinement, and return its result; raises what `Child.ask` raises.

    However it ends, cancellation included, the child and everything it started are gone on return.
    """
    async with start_child(module, task.confinement, limits) as child:
        return await child.ask(task, result, on_step, deadline=deadline, stall=stall)


async def _say(process: asyncio.subprocess.Process, line: str) -> None:
    assert process.stdin is not None
    with contextlib.suppress(ConnectionError):  # it died at once: its exit code tells more
        process.stdin.write(line.encode() + b"\n")
        await process.stdin.drain()


async def _listen(
    process: asyncio.subprocess.Process, on_step: Callable[[Step], None], stall: float | None
) -> Event | None:
    """The child's outcome, or None when it closed its output without one."""
    assert process.stdout is not None
    for _ in range(MOST_LINES):
        await asyncio.sleep(0)  # a full buffer is read without a pause, and others have to beat their hearts
        try:
            # Not `wait_for`: before Python 3.12 it may swallow a cancellation, the deadline too, when a line comes.
            async with asyncio.timeout(stall):
                line = await process.stdout.readline()
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
    raise failed(Reason.INTERNAL, f"more than {MOST_LINES} lines")


async def _end(process: asyncio.subprocess.Process) -> None:
    """Kill the child's whole process group and reap it."""
    _kill(process)
    # Shielded: a second cancellation must not leave a zombie with an open pipe.
    await asyncio.shield(_reap(process))


async def _reap(process: asyncio.subprocess.Process) -> None:
    await _code_of(process)
    # Whoever left the group may hold our pipes open, and asyncio would leave them so.
    process._transport.close()  # type: ignore[attr-defined]  # there is no other way to it


def _kill(process: asyncio.subprocess.Process) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)


async def _code_of(process: asyncio.subprocess.Process) -> int:
    """Its exit code, once it has ended. asyncio's own `wait` also waits for whoever else holds its pipes."""
    while process.returncode is None:  # noqa: ASYNC110 - nobody tells of it
        await asyncio.sleep(LOOK)
    return process.returncode


async def _heard(words: "asyncio.Task[str]") -> str:
    await asyncio.wait({words}, timeout=LAST_WORDS)
    return words.result() if words.done() else ""


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
        case _ if (
            code == -signal.SIGABRT and "bad_alloc" in words
        ):  # a C++ runtime at the wall: see worker/child/limits.py
            return Reason.OUT_OF_MEMORY
        case _:
            return Reason.INTERNAL


def _behind_walls(confinement: Confinement | None) -> tuple[str, str]:
    """What comes before the module's name."""
    if confinement is not None and MEASURED in os.environ:
        confinement = confinement.model_copy(update={"write": (*confinement.write, Path.cwd())})
    return "worker.child.confined", confinement.model_dump_json() if confinement else "null"

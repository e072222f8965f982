"""Runs heavy or untrusted work in a child process, which can be killed and whose memory returns to the system.

This is the parent's half. The parent writes one JSON task line to the child's standard input and keeps that pipe open;
the child writes one JSON event per line: any number of progress events, then one outcome. When the parent dies, even by
`kill -9`, the pipe closes and the child exits. The child's half is `worker/child/child_side.py`.
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
from worker.child.footprint import until_too_large
from worker.child.forking import Forked, NoFork, fork_server
from worker.child.limits import NO_LIMITS, Limits, family_of, impose, oom_kills, until_too_much
from worker.child.messages import AHEAD, Event, Step
from worker.child.tasks import Task

log = logging.getLogger(__name__)

LINE_LIMIT = 1 << 20  # bytes: the longest event that is read
STDERR_KEPT = 4000  # characters of a child's standard error that reach the log
LAST_WORDS = 5.0  # seconds to read it, where a process that left the child's group holds the pipe open
MEASURED = "COVERAGE_PROCESS_CONFIG"  # set by coverage: children write their data into the working folder
GRACE = 5.0  # seconds for a child to end that closed its output
LOOK = 0.01  # seconds between two checks for the end of a child

ResultT = TypeVar("ResultT", bound=BaseModel)
Process = asyncio.subprocess.Process | Forked


@dataclass
class Child:
    """A running child process, for one task; `start_child` makes it."""

    module: str
    limits: Limits
    _process: Process
    _last_words: "asyncio.Task[str]"
    _eating: "asyncio.Task[str]"
    _filling: "asyncio.Task[str]"
    _kills_before: int

    async def get_ready(self, wanted: BaseModel) -> None:
        """Lets the child prepare for a task: see `Ahead` in `worker/child/child_side.py`."""
        await _say(self._process, AHEAD + wanted.model_dump_json())

    def pause(self) -> None:
        """Stops the child, with its process group, until `resume`. It can be killed meanwhile, and dies with us."""
        _signal(self._process, signal.SIGSTOP)

    def resume(self) -> None:
        _signal(self._process, signal.SIGCONT)

    async def ask(
        self,
        task: BaseModel,
        result: type[ResultT],
        on_step: Callable[[Step], None],
        *,
        deadline: float,
        stall: float | None = None,
    ) -> ResultT:
        """Lets the child do `task`, once, and returns its result.

        `deadline` and `stall` are seconds: of the whole task, and between two events. Raises `Failed`: with the child's
        own failure, TIMED_OUT (processor time included), STALLED, OUT_OF_MEMORY when it exceeded its limit or the
        kernel killed it for memory, INTERRUPTED when another process killed it, INTERNAL when it crashed.
        """
        process, module, eating = self._process, self.module, self._eating
        try:
            async with asyncio.timeout(deadline):
                await _say(process, task.model_dump_json())
                outcome = await _listen(process, on_step, stall, self.limits.lines)
                code = await _code_after(process, module) if outcome is None else 0
        except TimeoutError:
            raise failed(Reason.TIMED_OUT, f"{module} took longer than {deadline:.0f} s") from None
        if eating.done():
            raise failed(Reason.OUT_OF_MEMORY, f"{module} {eating.result()}")
        if self._filling.done():
            raise failed(Reason.NO_DISK, f"{module} {self._filling.result()}")
        if outcome is None:
            _kill(process)  # its descendants may hold its standard error open
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


async def _new_process(module: str, confinement: Confinement | None) -> Process:
    """A fork of this context's server (`worker/child/forking.py`), or else a process of its own."""
    server = fork_server()
    if server is not None and MEASURED not in os.environ:
        try:
            return await server.fork(module, confinement, LINE_LIMIT)
        except NoFork as why:
            log.warning("%s is started anew, not forked: %s", module, why)
    return await asyncio.create_subprocess_exec(
        sys.executable, "-P", "-m", *_behind_walls(confinement), module,
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        start_new_session=True, limit=LINE_LIMIT, env=environment_for(confinement, os.environ),
    )  # fmt: skip


@contextlib.asynccontextmanager
async def start_child(module: str, confinement: Confinement | None, limits: Limits = NO_LIMITS) -> AsyncIterator[Child]:
    """Starts `python -m module` in `confinement`, for one task.

    Makes the folders that the child may write into. When the context ends, the child and its process group are killed.
    """
    kills_before = oom_kills()
    for folder in confinement.write if confinement else ():
        folder.mkdir(parents=True, exist_ok=True)  # Landlock needs existing folders
    process = await _new_process(module, confinement)
    assert process.stderr is not None
    impose(process.pid, limits)
    last_words = asyncio.create_task(_tail(process.stderr))
    folders = confinement.write if confinement else ()
    eating = asyncio.create_task(until_too_much(process.pid, limits))
    filling = asyncio.create_task(
        until_too_large(lambda: family_of(process.pid), folders, lambda: child.limits.folder_mb)
    )
    for watch in (eating, filling):
        watch.add_done_callback(lambda ended: None if ended.cancelled() else _kill(process))
    child = Child(module, limits, process, last_words, eating, filling, kills_before)
    try:
        yield child
    finally:
        eating.cancel()
        filling.cancel()
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
    """Runs `python -m module` on `task`, in its confinement, and returns its result; raises as `Child.ask`.

    On return, by cancellation too, the child and its process group are killed.
    """
    async with start_child(module, task.confinement, limits) as child:
        return await child.ask(task, result, on_step, deadline=deadline, stall=stall)


async def _say(process: Process, line: str) -> None:
    assert process.stdin is not None
    with contextlib.suppress(ConnectionError):  # it died at once; its exit code tells why
        process.stdin.write(line.encode() + b"\n")
        await process.stdin.drain()


async def _listen(process: Process, on_step: Callable[[Step], None], stall: float | None, lines: int) -> Event | None:
    """The child's outcome, or None when it closed its output without one. Reads `lines` at most."""
    assert process.stdout is not None
    for _ in range(lines):
        await asyncio.sleep(0)  # reads of a full buffer do not yield, and other tasks have to send heartbeats
        try:
            # Not `wait_for`: before Python 3.12 it may lose a cancellation, also by the deadline, when a line comes.
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
            log.debug("child wrote a line that is no event: %r", line[:200])  # a library printing to stdout
            continue
        if event.step is None:
            return event
        on_step(event.step)
    raise failed(Reason.INTERNAL, f"more than {lines} lines")


async def _end(process: Process) -> None:
    """Kills the child's whole process group and reaps the child."""
    _kill(process)
    # Shielded: a second cancellation must not leave a zombie with an open pipe.
    await asyncio.shield(_reap(process))


async def _reap(process: Process) -> None:
    await _code_of(process)
    # A process that left the group may hold the pipes open, and asyncio would keep our ends.
    if isinstance(process, Forked):
        process.close()
    else:
        process._transport.close()  # type: ignore[attr-defined]  # asyncio has no public way


def _kill(process: Process) -> None:
    _signal(process, signal.SIGKILL)


def _signal(process: Process, number: signal.Signals) -> None:
    """Sends a signal to the child's process group."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, number)


async def _code_of(process: Process) -> int:
    """The child's exit code, once it has ended. asyncio's `wait` also waits for other holders of the pipes."""
    while process.returncode is None:  # noqa: ASYNC110 - asyncio has no event for it
        await asyncio.sleep(LOOK)
    return process.returncode


async def _code_after(process: Process, module: str) -> int:
    """The exit code of a child that closed its output. Raises `Failed` with INTERNAL if it runs on for `GRACE`."""
    try:
        async with asyncio.timeout(GRACE):
            return await _code_of(process)
    except TimeoutError:
        raise failed(Reason.INTERNAL, f"{module} closed its output without an answer, and went on") from None


async def _heard(words: "asyncio.Task[str]") -> str:
    await asyncio.wait({words}, timeout=LAST_WORDS)
    return words.result() if words.done() else ""


async def _tail(stream: asyncio.StreamReader) -> str:
    kept = b""
    while chunk := await stream.read(65536):
        kept = (kept + chunk)[-STDERR_KEPT:]
    return kept.decode(errors="replace").strip()


def reason_of_death(code: int, words: str, *, by_kernel: bool) -> Reason:
    """Why a child died without an outcome or our kill. `by_kernel`: the kernel killed for memory meanwhile."""
    match code:
        case _ if code == -signal.SIGXCPU:
            return Reason.TIMED_OUT
        case _ if code == -signal.SIGKILL and by_kernel:
            return Reason.OUT_OF_MEMORY
        case _ if code in (-signal.SIGKILL, -signal.SIGTERM):
            return Reason.INTERRUPTED
        case _ if (
            code == -signal.SIGABRT and "bad_alloc" in words
        ):  # a C++ runtime at RLIMIT_DATA: see worker/child/limits.py
            return Reason.OUT_OF_MEMORY
        case _:
            return Reason.INTERNAL


def _behind_walls(confinement: Confinement | None) -> tuple[str, str]:
    """The arguments before the module's name."""
    if confinement is not None and MEASURED in os.environ:
        confinement = confinement.model_copy(update={"write": (*confinement.write, Path.cwd())})
    return "worker.child.confined", confinement.model_dump_json() if confinement else "null"

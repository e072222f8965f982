"""Children that are forked from a server are what children that are started anew are."""

import asyncio
import contextlib
import os
import signal
import time
from collections.abc import AsyncIterator
from pathlib import Path

import psutil
import pytest

from jobs.failures import Failed, Reason
from tests.worker.child_tasks import Answer, Errand
from worker.child.child_side import NICENESS
from worker.child.forking import forks
from worker.child.parent_side import run_child, start_child

ERRANDS = "tests.worker.child_tasks"
SERVER = "worker.child.fork_server"


@pytest.fixture(autouse=True)
def secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FLBT_TELEGRAM_TOKEN", "123456:not-for-children")


async def run(do: str, note: str = "", folder: Path | None = None) -> str:
    task = Errand(do=do, note=note, folder=folder)
    return (await run_child(ERRANDS, task, Answer, lambda step: None, deadline=60)).said


def server() -> psutil.Process:
    """The process that forks. It may not be among the children yet, right after its start."""
    for _ in range(400):
        for one in psutil.Process().children():
            with contextlib.suppress(psutil.NoSuchProcess):
                if SERVER in one.cmdline():
                    return one
        time.sleep(0.05)
    raise AssertionError("no process forks children")


async def reason(do: str) -> Reason:
    with pytest.raises(Failed) as failed:
        await run(do)
    return failed.value.failure.reason


async def test_a_forked_child_has_what_it_was_given_and_nothing_else(tmp_path: Path) -> None:
    async with forks():
        assert await run("answer", "FLBT_TELEGRAM_TOKEN") == "unknown"
        assert await run("answer", "TMPDIR", tmp_path) == str(tmp_path)
        parent, threads, files = (await run("look")).split(" ", 2)
        assert int(parent) == server().pid
        assert threads == "2", "its own, and the one that waits for the end of its parent"
        assert "socket" not in files, "the server's"
        assert files.count("pipe") == 1, "the one that events go to"
        assert "FLBT_TELEGRAM_TOKEN" not in server().environ()
        async with start_child(ERRANDS, None) as child:
            shown = psutil.Process(child._process.pid)
            assert os.getsid(shown.pid) == shown.pid
            async with asyncio.timeout(20):
                while shown.nice() != NICENESS or [word for word in shown.cmdline() if word][-1] != ERRANDS:
                    await asyncio.sleep(0.01)  # it is as kind, and as `ps` shows it, as one that is started anew


async def test_it_answers_fails_and_dies_as_any_child() -> None:
    async with forks():
        assert [await run("tell"), await run("tell")] == ["", ""], "each is a process of its own"
        assert await reason("fail") is Reason.TOO_LONG
        assert await reason("killed") is Reason.INTERRUPTED
        assert await reason("crash") is Reason.INTERNAL
        assert await reason("bug") is Reason.INTERNAL


def _has_ended(process: psutil.Process) -> bool:
    try:
        return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


async def test_a_server_that_is_killed_takes_its_children_along_and_the_next_child_has_another() -> None:
    async with forks():
        working = asyncio.create_task(reason("spin"))
        first = await _working()
        async with asyncio.timeout(60):
            while first.cpu_times().user < 0.3:  # it spins: its start is over
                await asyncio.sleep(0.01)
        server().kill()
        assert await working is Reason.INTERRUPTED
        async with asyncio.timeout(60):  # the kernel ends it with the server, which may take a moment
            while not _has_ended(first):
                await asyncio.sleep(0.01)
        assert int((await run("look")).split()[0]) == server().pid


async def test_a_child_starts_anew_where_the_server_does_not_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("worker.child.forking.PATIENCE", 0.2)
    async with forks():
        server().send_signal(signal.SIGSTOP)
        assert int((await run("look")).split()[0]) == os.getpid()


async def test_cancelled_while_it_is_forked_it_is_gone() -> None:
    async with forks():
        server().send_signal(signal.SIGSTOP)
        starting = asyncio.create_task(run("spin"))
        await asyncio.sleep(0.2)
        starting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await starting
        server().send_signal(signal.SIGCONT)
        assert await run("tell") == ""
        async with asyncio.timeout(60):
            while server().children():
                await asyncio.sleep(0.05)


async def _working() -> psutil.Process:
    async with asyncio.timeout(60):
        while not (found := server().children()):
            await asyncio.sleep(0.01)
        return found[0]


@pytest.fixture(autouse=True)
async def nothing_is_left() -> AsyncIterator[None]:
    yield
    for one in psutil.Process().children():
        with contextlib.suppress(psutil.NoSuchProcess):
            assert SERVER not in one.cmdline()

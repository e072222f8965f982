"""Children answer, fail, hang and die; the parent reports each case, and no process is left."""

import asyncio
import contextlib
import errno
import json
import os
import sys
from pathlib import Path

import psutil
import pytest

from jobs.failures import Failed, Reason
from tests.strangers import umask
from tests.worker.child_tasks import Answer, Errand, Readiness
from worker.child.child_side import failure_of_os_error
from worker.child.confinement import UNCONFINED
from worker.child.limits import NO_LIMITS, Limits
from worker.child.messages import Step
from worker.child.parent_side import run_child, start_child
from worker.child.tasks import Separated

ERRANDS = "tests.worker.child_tasks"


@pytest.fixture(autouse=True)
def marked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Marks the environment of all processes that a test starts."""
    monkeypatch.setenv("PYTHONPATH", f"{tmp_path}{os.pathsep}{os.environ.get('PYTHONPATH', '')}")


async def run(
    do: str, note: str = "", *, deadline: float = 120, stall: float | None = None, limits: Limits = NO_LIMITS
) -> tuple[str, list[Step]]:
    steps: list[Step] = []
    answer = await run_child(
        ERRANDS, Errand(do=do, note=note), Answer, steps.append, deadline=deadline, stall=stall, limits=limits
    )
    return answer.said, steps


async def test_steps_and_an_answer_whatever_libraries_print() -> None:
    said, steps = await run("answer", "PATH")
    assert said == os.environ["PATH"]
    assert [step.fraction for step in steps] == [0, 0.5, 1]


async def test_a_child_finds_the_locales_of_its_parent(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a locale is not found, Python 3.11 cannot start in a folder whose name is not ASCII."""
    monkeypatch.setenv("LOCALE_ARCHIVE", "/some/where")
    assert (await run("answer", "LOCALE_ARCHIVE"))[0] == "/some/where"


async def test_files_of_a_child_are_for_this_user_only(tmp_path: Path) -> None:
    with umask(0):
        await run_child(
            ERRANDS, Errand(do="write", note=str(tmp_path / "made")), Answer, lambda step: None, deadline=60
        )
    assert (tmp_path / "made").stat().st_mode & 0o777 == 0o600


@pytest.mark.faults
async def test_a_child_that_closes_its_output_and_goes_on_is_ended_soon() -> None:
    with pytest.raises(Failed) as caught:
        async with asyncio.timeout(60):
            await run("close and go on", deadline=600)
    assert caught.value.failure.reason is Reason.INTERNAL
    assert "went on" in caught.value.failure.detail


async def test_a_child_cannot_read_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FLBT_TELEGRAM_TOKEN", "secret")
    assert (await run("answer", "FLBT_TELEGRAM_TOKEN"))[0] == "unknown"


@pytest.mark.parametrize(
    ("do", "reason"),
    [
        ("fail", Reason.TOO_LONG),
        ("bug", Reason.INTERNAL),
        ("full", Reason.NO_DISK),
        ("memory", Reason.OUT_OF_MEMORY),
        ("memory of C++", Reason.OUT_OF_MEMORY),
        ("killed", Reason.INTERRUPTED),
        ("told to end", Reason.INTERRUPTED),
        ("crash", Reason.INTERNAL),
    ],
)
async def test_every_end_has_a_reason(do: str, reason: Reason) -> None:
    with pytest.raises(Failed) as failure:
        await run(do)
    assert failure.value.failure.reason is reason
    if do == "crash":
        assert "last words" in failure.value.failure.detail
    if do == "fail":
        assert failure.value.failure.values == {"seconds": 3}


@pytest.mark.parametrize(
    ("number", "reason"),
    [
        (errno.ENOSPC, Reason.NO_DISK),
        (errno.EDQUOT, Reason.NO_DISK),
        (errno.EROFS, Reason.NO_DISK),
        (errno.EACCES, Reason.INTERNAL),
        (errno.EPERM, Reason.INTERNAL),
        (errno.ENOMEM, Reason.OUT_OF_MEMORY),
        (errno.EIO, Reason.INTERNAL),
    ],
)
def test_errors_of_the_system_have_reasons(number: int, reason: Reason) -> None:
    failure = failure_of_os_error(OSError(number, os.strerror(number)))
    assert failure.reason is reason
    assert os.strerror(number) in failure.detail


@pytest.mark.parametrize(("words", "reason"), [("std::bad_alloc", Reason.OUT_OF_MEMORY), ("", Reason.INTERNAL)])
async def test_an_abort_is_for_memory_when_it_says_so(words: str, reason: Reason) -> None:
    with pytest.raises(Failed) as failure:
        await run("abort", words)
    assert failure.value.failure.reason is reason


@pytest.mark.faults
@pytest.mark.parametrize("do", ["eat", "have eaten", "have eaten, by an orphan", "gulp"])
async def test_a_child_that_fills_memory_is_killed_at_its_limit(do: str) -> None:
    """Slowly, by a descendant, by an orphan, or all at once."""
    before = set(psutil.Process().children(recursive=True))
    with pytest.raises(Failed) as failure:
        await run(do, deadline=60, limits=Limits(memory_mb=200))
    assert failure.value.failure.reason is Reason.OUT_OF_MEMORY
    assert set(psutil.Process().children(recursive=True)) <= before
    assert (await run("answer", "PATH", limits=Limits(memory_mb=200)))[0] == os.environ["PATH"]


async def test_too_many_threads_are_ended() -> None:
    with pytest.raises(Failed, match="threads"):
        await run("threads", "100", limits=Limits(threads=50))
    assert (await run("answer", "PATH"))[0] == os.environ["PATH"]


@pytest.mark.faults
@pytest.mark.parametrize("line", ["\n", '{"step":{}}\n', "a library's\n"])
async def test_endless_lines_end_the_child_and_do_not_block_the_parent(line: str) -> None:
    flood = asyncio.create_task(run("flood", line, limits=Limits(lines=20_000)))
    turns = 0
    while not flood.done():
        turns += 1
        await asyncio.sleep(0)
    with pytest.raises(Failed, match="lines"):
        await flood
    assert turns > 20_000


@pytest.mark.parametrize(
    "answer",
    [
        '{"samples": NaN, "stems": []}',
        '{"samples": -5, "stems": []}',
        '{"samples": 5, "stems": [], "gaps": Infinity}',
        '{"samples": 5, "stems": [{"name": "../x.flac", "bytes_": 1}]}',
        '{"samples": 5, "stems": [], "gain": 0}',
        "[]",
        "",
    ],
)
async def test_an_answer_of_impossible_values_is_none(answer: str) -> None:
    said = json.dumps({"result": answer}) + "\n"
    with pytest.raises(Failed) as failure:
        await run_child(ERRANDS, Errand(do="say", note=said), Separated, lambda step: None, deadline=60)
    assert failure.value.failure.reason is Reason.INTERNAL


@pytest.mark.parametrize("step", ['{"seconds": NaN}', '{"separated": -1}', '{"fraction": Infinity}'])
async def test_a_step_of_impossible_values_is_none(step: str) -> None:
    steps: list[Step] = []
    said = f'{{"step": {step}}}\n{{"result": "{{\\"said\\": \\"done\\"}}"}}\n'
    await run_child(ERRANDS, Errand(do="say", note=said), Answer, steps.append, deadline=60)
    assert steps == []


async def test_names_without_end_are_cut() -> None:
    steps: list[Step] = []
    said = json.dumps({"step": {"title": "x" * 500_000}}) + "\n" + json.dumps({"result": '{"said": ""}'}) + "\n"
    await run_child(ERRANDS, Errand(do="say", note=said), Answer, steps.append, deadline=60)
    assert [step.title for step in steps] == ["x" * 2000]


@pytest.mark.faults
async def test_processor_time_has_an_end() -> None:
    with pytest.raises(Failed) as failure:
        await run("spin", deadline=120, limits=Limits(cpu_seconds=1))
    assert failure.value.failure.reason is Reason.TIMED_OUT


def of_this_test(tmp_path: Path) -> list[psutil.Process]:
    """All processes that this test started."""
    found = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            if process.environ().get("PYTHONPATH", "").startswith(f"{tmp_path}{os.pathsep}"):
                found.append(process)
    return found


@pytest.mark.faults
@pytest.mark.parametrize(("limits", "reason"), [((3, None), Reason.TIMED_OUT), ((30, 2), Reason.STALLED)])
async def test_a_child_that_hangs_is_killed_with_all_it_started(
    tmp_path: Path, limits: tuple[float, float | None], reason: Reason
) -> None:
    hanging = asyncio.create_task(run("hang", str(tmp_path / "pids"), deadline=limits[0], stall=limits[1]))
    while not of_this_test(tmp_path):
        assert not hanging.done()
        await asyncio.sleep(0.02)
    with pytest.raises(Failed) as failure:
        await hanging
    assert failure.value.failure.reason is reason
    await asyncio.to_thread(psutil.wait_procs, of_this_test(tmp_path), 60)
    assert of_this_test(tmp_path) == []


@pytest.mark.faults
async def test_a_process_that_left_a_dead_childs_group_does_not_block_the_parent(tmp_path: Path) -> None:
    """That process keeps the standard error open."""
    with pytest.raises(Failed) as failure:
        await asyncio.wait_for(run("leave somebody behind", str(tmp_path / "pid"), deadline=60), 120)
    assert failure.value.failure.reason is Reason.INTERNAL
    psutil.Process(int((tmp_path / "pid").read_text())).kill()


async def test_cancelling_kills_it_and_all_it_started(tmp_path: Path) -> None:
    pids = tmp_path / "pids"
    task = asyncio.create_task(run("hang", str(pids)))
    async with asyncio.timeout(120):
        while not pids.exists() or not pids.read_text():
            await asyncio.sleep(0.02)
    child, grandchild = (psutil.Process(int(pid)) for pid in pids.read_text().split())
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert not child.is_running()
    await asyncio.to_thread(psutil.wait_procs, [grandchild], 60)
    assert not grandchild.is_running()


async def test_prepared_work_is_used_by_the_task() -> None:
    async with start_child(ERRANDS, UNCONFINED) as child:
        await child.get_ready(Readiness())
        told = await child.ask(Errand(do="tell"), Answer, lambda step: None, deadline=120)
    assert told.said == "ready"
    assert (await run("tell"))[0] == ""


async def test_a_child_that_died_before_its_task_fails_the_task() -> None:
    async with start_child(ERRANDS, UNCONFINED) as child:
        await child.get_ready(Readiness(survives=False))
        with pytest.raises(Failed) as failure:
            await child.ask(Errand(do="tell"), Answer, lambda step: None, deadline=120)
    assert failure.value.failure.reason is Reason.INTERRUPTED


async def test_a_child_without_a_task_is_ended() -> None:
    before = set(psutil.Process().children(recursive=True))
    async with start_child(ERRANDS, UNCONFINED) as child:
        await child.get_ready(Readiness())
    assert set(psutil.Process().children(recursive=True)) <= before


PARENT = """
import asyncio, sys
from tests.worker.child_tasks import Answer, Errand
from worker.child.parent_side import run_child
errand = Errand(do="hang", note=sys.argv[1])
asyncio.run(run_child("tests.worker.child_tasks", errand, Answer, lambda step: None, deadline=60))
"""


@pytest.mark.faults
async def test_a_child_leaves_when_its_parent_is_killed(tmp_path: Path, request: pytest.FixtureRequest) -> None:
    pids = tmp_path / "pids"
    parent = await asyncio.create_subprocess_exec(sys.executable, "-c", PARENT, pids, cwd=request.config.rootpath)
    async with asyncio.timeout(120):
        while not pids.exists() or not pids.read_text():
            await asyncio.sleep(0.02)
    child = psutil.Process(int(pids.read_text().split()[0]))
    parent.kill()
    await parent.wait()
    await asyncio.to_thread(psutil.wait_procs, [child], 60)
    assert not child.is_running()
    psutil.Process(int(pids.read_text().split()[1])).kill()

"""Parts are restarted when they die, and none is left when the run ends."""

import asyncio
import logging
import sys
import time
from pathlib import Path

import psutil
import pytest

from jobs.process.supervise import Misconfigured, Part, running

NOTES = """
import os, select, signal, sys
with open(sys.argv[1], "a") as notes:
    notes.write(f"{os.getpid()} ")
"""
#: Runs until standard input ends. In steps: Python runs signal handlers between them, and a signal just before a
#: blocking call would wait for the end of that call.
STAYS = """
while not select.select([0], [], [], 0.05)[0]:
    pass
"""
LIVES = NOTES + STAYS
STUBBORN = f"import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN){LIVES}signal.pause()"
POLITE = f"""
def stop(*_):
    with open(sys.argv[1], "a") as notes:
        notes.write("asked ")
    sys.exit()
import signal; signal.signal(signal.SIGTERM, stop)
{LIVES}
"""
PATIENCE = 120  # seconds; a machine may be busy with other things


def part(code: str, notes: Path, **timing: float) -> Part:
    return Part("part", [sys.executable, "-c", code, str(notes)], {}, None, (), **timing)


async def pids(notes: Path, count: int) -> list[int]:
    async with asyncio.timeout(PATIENCE):
        while not notes.exists() or len(found := notes.read_text().split()) < count:
            await asyncio.sleep(0.02)
    return [int(pid) for pid in found]


async def test_a_part_that_dies_is_started_again_and_stopped_at_the_end(tmp_path: Path) -> None:
    notes = tmp_path / "pids"
    async with running(part(LIVES, notes)):
        (first,) = await pids(notes, 1)
        psutil.Process(first).kill()
        _, second = await pids(notes, 2)
        assert psutil.pid_exists(second)
    assert not psutil.pid_exists(second)


async def test_a_part_that_ignores_the_stop_is_killed(tmp_path: Path) -> None:
    notes = tmp_path / "pids"
    async with running(part(STUBBORN, notes, stop_seconds=0.3)):
        (pid,) = await pids(notes, 1)
    assert not psutil.pid_exists(pid)


async def test_a_misconfigured_part_is_not_started_again(tmp_path: Path) -> None:
    notes = tmp_path / "pids"
    async with running(part(f"{NOTES}sys.exit(2)", notes)) as keeper:
        with pytest.raises(Misconfigured):
            await asyncio.wait_for(keeper, PATIENCE)
    assert len(await pids(notes, 1)) == 1


@pytest.mark.parametrize(
    ("setting", "value", "pauses"),
    [
        ("steady_seconds", 1000, [0.2, 0.4, 0.8]),
        ("steady_seconds", 0, [0.2, 0.2, 0.2]),  # it has recovered each time
        ("longest_pause", 0.3, [0.2, 0.3, 0.3]),
    ],
)
async def test_a_part_that_keeps_dying_gets_longer_pauses(
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    setting: str,
    value: float,
    pauses: list[float],
) -> None:
    timing = {"steady_seconds": 1000.0} | {setting: value}
    caplog.set_level(logging.WARNING, "jobs.process.supervise")
    notes = tmp_path / "pids"
    began = time.monotonic()
    async with running(part(f"{NOTES}sys.exit(3)", notes, **timing)):
        await pids(notes, 4)
        took = time.monotonic() - began
    said = [record.getMessage() for record in caplog.records][:3]
    assert said == [f"part ended with code 3; starting it again in {pause} s" for pause in pauses]
    assert took >= sum(pauses)


async def test_processes_of_a_part_end_with_it(tmp_path: Path) -> None:
    """A child of the part, in the same process group, is killed after the part's death."""
    notes = tmp_path / "pids"
    child = f"import subprocess, sys; subprocess.Popen([sys.executable, '-c', {STUBBORN!r}, sys.argv[1]]).wait()"
    async with running(part(child, notes)):
        (left,) = await pids(notes, 1)
        parent = psutil.Process(left).parent()
        assert parent is not None
        parent.kill()
        async with asyncio.timeout(PATIENCE):
            while is_alive(left):
                await asyncio.sleep(0.02)


def is_alive(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


async def test_a_part_is_asked_to_stop_before_it_is_killed(tmp_path: Path) -> None:
    notes = tmp_path / "pids"
    async with running(part(POLITE, notes, stop_seconds=PATIENCE)):
        await pids(notes, 1)
    assert notes.read_text().endswith(" asked ")


async def test_a_part_that_is_still_being_started_is_asked_to_stop_too(tmp_path: Path) -> None:
    """The program may run before asyncio has ended its start: the run ends in between."""
    notes, before = tmp_path / "pids", set(psutil.Process().children())
    async with running(part(POLITE, notes, stop_seconds=PATIENCE)):
        while not set(psutil.Process().children()) - before:
            await asyncio.sleep(0)  # step by step: the process is forked, and its start has steps to go
        until = time.monotonic() + PATIENCE
        while not (notes.exists() and notes.read_text()) and time.monotonic() < until:
            time.sleep(0.01)  # noqa: ASYNC251 - holds the loop, so that the start cannot end
    assert notes.read_text().endswith(" asked ")


@pytest.mark.parametrize("apart", [True, False])
async def test_a_parts_output_goes_to_standard_error(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], apart: bool
) -> None:
    """A command whose results are read from standard output starts parts as well."""
    notes, log = tmp_path / "pids", tmp_path / "log"
    says = f"import sys; print('said'); print('logged', file=sys.stderr); sys.stdout.flush(){LIVES}"
    with log.open("wb") as output:
        loud = Part("part", [sys.executable, "-c", says, str(notes)], {}, output if apart else None)
        async with running(loud):
            await pids(notes, 1)
    heard = capfd.readouterr()
    assert (heard.out, "logged" in heard.err) == (("", False) if apart else ("said\n", True))
    assert log.read_text() == ("logged\n" if apart else "")

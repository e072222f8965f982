"""The lock: one process at a time, the others wait and report it, and a dead one releases it."""

import subprocess
import sys
import time
from pathlib import Path

import pytest

from worker.separation.cache.lock import POLL, only_one

HOLDER = """
import sys
from pathlib import Path
from worker.separation.cache.lock import only_one
with only_one(Path(sys.argv[1]), lambda tries: print(tries, flush=True)):
    print("mine", flush=True)
    sys.stdin.readline()
"""


def holder(lock: Path) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(lock)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )


def heard(process: "subprocess.Popen[str]") -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


@pytest.mark.parametrize("manner", ["leaves", "is killed"])
def test_a_later_process_waits_and_gets_the_lock(tmp_path: Path, manner: str) -> None:
    lock = tmp_path / "lock"
    with holder(lock) as first, holder(lock) as second:
        try:
            one, other = (first, second) if (said := heard(first)) == "mine" else (second, first)
            tries = [said] if said != "mine" else []
            while len(tries) < 3:
                tries.append(heard(other))
            assert tries == ["1", "2", "3"]
            if manner == "leaves":
                one.communicate("\n")
                assert one.returncode == 0
            else:
                one.kill()
            while (said := heard(other)) != "mine":
                tries.append(said)
            assert tries == [str(number) for number in range(1, len(tries) + 1)]
        finally:
            for process in (first, second):
                process.kill()


def test_waiting_uses_no_processor_time(tmp_path: Path) -> None:
    """A long download in the other process must not cost a core in this one."""
    began = time.monotonic()
    with only_one(tmp_path / "lock"), holder(tmp_path / "lock") as waiting:
        assert heard(waiting) == "1"
        tries = 1
        while time.monotonic() - began < 5 * POLL:
            tries = int(heard(waiting))
        waiting.kill()
    assert tries <= (time.monotonic() - began) / POLL + 2


def test_it_is_free_again_after_an_exception(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), only_one(tmp_path / "lock"):
        raise ZeroDivisionError
    told: list[int] = []
    with only_one(tmp_path / "lock", told.append):
        assert told == []
    assert [path.name for path in tmp_path.iterdir()] == ["lock"]

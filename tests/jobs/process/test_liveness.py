"""Dead workers are detected at once, and only certainly dead ones."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from jobs.process.liveness import KEEP, hold_liveness, is_dead, sweep_dead

US = f"{socket.gethostname()}-1-abc"

LIVER = """
import sys, time
from pathlib import Path
from jobs.process.liveness import hold_liveness
with hold_liveness(Path(sys.argv[1]), sys.argv[2]):
    print("alive", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def process(tmp_path: Path) -> Iterator["subprocess.Popen[str]"]:
    command = [sys.executable, "-c", LIVER, str(tmp_path / "lives"), US]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as one:
        try:
            assert one.stdout is not None
            assert one.stdout.readline() == "alive\n"
            yield one
        finally:
            one.kill()


def test_a_killed_worker_is_dead_at_once(tmp_path: Path, process: "subprocess.Popen[str]") -> None:
    lives = tmp_path / "lives"
    assert not is_dead(lives, US)
    process.send_signal(signal.SIGSTOP)
    assert not is_dead(lives, US), "standing still is not being dead"
    process.kill()
    process.wait()
    assert is_dead(lives, US)


def test_a_worker_that_ended_orderly_is_not_dead(tmp_path: Path, process: "subprocess.Popen[str]") -> None:
    process.communicate("")
    assert process.returncode == 0
    assert not is_dead(tmp_path / "lives", US)
    assert list((tmp_path / "lives").iterdir()) == []


def test_workers_of_other_hosts_are_not_dead(tmp_path: Path) -> None:
    lives = tmp_path / "lives"
    lives.mkdir()
    (tmp_path / "outside").touch()
    for name in ("elsewhere-1-abc", f"{socket.gethostname()}-", US, f"{socket.gethostname()}-/../../outside"):
        assert not is_dead(lives, name)
    (lives / "elsewhere-1-abc").touch()
    assert not is_dead(lives, "elsewhere-1-abc")
    (lives / US).touch()
    assert is_dead(lives, US)


def test_files_of_dead_workers_are_removed_later(tmp_path: Path) -> None:
    with hold_liveness(tmp_path, US):
        for name, age in ((US, 2 * KEEP), ("elsewhere-1-abc", 2 * KEEP), ("elsewhere-2-abc", KEEP / 2)):
            (tmp_path / name).touch()
            os.utime(tmp_path / name, (time.time() - age,) * 2)
        sweep_dead(tmp_path)
        assert {path.name for path in tmp_path.iterdir()} == {US, "elsewhere-2-abc"}


def test_a_removed_lock_file_does_not_matter(tmp_path: Path) -> None:
    with hold_liveness(tmp_path, US):
        (tmp_path / US).unlink()
        assert not is_dead(tmp_path, US)


def test_a_read_only_folder_does_not_matter_but_is_logged(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "file").touch()
    with hold_liveness(tmp_path / "file", US):
        assert not is_dead(tmp_path / "file", US)
        sweep_dead(tmp_path / "file")
    assert "cannot lock the liveness file" in caplog.text

"""`fl-bt separate` is stopped: every process of it ends, and it leaves nothing half made."""

import contextlib
import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from tests.bot.command import environment, nothing_left
from tests.weights import models_dir

__all__ = ["environment", "models_dir"]

pytestmark = pytest.mark.faults


def stopped_while_separating(pid: int) -> None:
    """The separation is paused, so that it never ends before the test does."""
    end = time.monotonic() + 60
    while time.monotonic() < end:
        for one in psutil.Process(pid).children(recursive=True):
            with contextlib.suppress(psutil.Error):
                if "worker.separation" in one.cmdline():
                    one.suspend()
                    return
        time.sleep(0.01)
    raise AssertionError("no worker separates")


@pytest.mark.parametrize("words", [("song.wav",), ("song.wav", "--json")])
def test_ctrl_c_stops_everything_and_leaves_nothing(
    tmp_path: Path, environment: dict[str, str], words: tuple[str, ...]
) -> None:
    from bot.cli.demo import write_demo_song

    (tmp_path / "tmp").mkdir()
    write_demo_song(tmp_path / "song.wav", 20)
    with subprocess.Popen(
        [sys.executable, "-P", "-m", "bot", "separate", *words],
        cwd=tmp_path, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    ) as process:  # fmt: skip
        assert process.stderr is not None
        assert process.stdout is not None
        stopped_while_separating(process.pid)
        family = psutil.Process(process.pid).children(recursive=True)
        assert len(family) >= 4, "guard, queue, worker, and what separates"
        process.send_signal(signal.SIGINT)
        assert "Cancelled." in process.stderr.read()
        lines = [json.loads(line)["status"] for line in process.stdout]
        assert lines == (["cancelled"] if "--json" in words else [])
        assert process.wait(timeout=120) == 130
        _, alive = psutil.wait_procs(family, timeout=120)
        assert alive == []
    assert nothing_left(tmp_path)


def test_kill_9_leaves_no_process(tmp_path: Path, environment: dict[str, str]) -> None:
    from bot.cli.demo import write_demo_song

    (tmp_path / "tmp").mkdir()
    write_demo_song(tmp_path / "song.wav", 20)
    with subprocess.Popen(
        [sys.executable, "-P", "-m", "bot", "separate", "song.wav"],
        cwd=tmp_path, env=environment, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
    ) as process:  # fmt: skip
        stopped_while_separating(process.pid)
        family = psutil.Process(process.pid).children(recursive=True)
        assert len(family) >= 4, "guard, queue, worker, and what separates"
        process.kill()
        _, alive = psutil.wait_procs(family, timeout=120)
        assert alive == []

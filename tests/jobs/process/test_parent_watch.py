"""A process with `stop_with_parent` does not outlive its starter, in any state."""

import signal
import subprocess
import sys

import pytest

TETHERED = """
import signal, sys, time
from jobs.process.parent_watch import stop_with_parent
def put_away(*_):
    time.sleep(0.5)
    sys.exit(7)
if "deaf" in sys.argv:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
if "tidy" in sys.argv:
    signal.signal(signal.SIGTERM, put_away)
stop_with_parent()
print("ready", flush=True)
while "done" not in sys.argv:
    time.sleep(0.05)  # a handler runs between two of them, however short before one its signal came
"""


@pytest.mark.parametrize(("manner", "code"), [("deaf", 1), ("hearing", -signal.SIGTERM), ("tidy", 7)])
def test_it_ends_with_its_starter(manner: str, code: int) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", TETHERED, manner], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdin is not None
    assert process.stdout is not None
    with process.stdout:
        assert process.stdout.readline() == "ready\n"
        process.stdin.close()  # as the kernel when the starter dies
        assert process.wait(timeout=60) == code


def test_it_may_end_before_its_starter() -> None:
    process = subprocess.Popen([sys.executable, "-c", TETHERED, "done"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    try:
        assert process.wait(timeout=60) == 0
    finally:
        process.kill()
        process.communicate()

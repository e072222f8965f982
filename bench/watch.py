"""Measures one child from its start to its end: time, processor time, memory of all its processes."""

import json
import os
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final, NamedTuple

import psutil
from pydantic import BaseModel

from worker.child.messages import Event

LOOK: Final = 0.25  # seconds between two measurements of memory: shorter ones would slow the child down


class Run(NamedTuple):
    """The figures of one run. `peak_bytes` is the sum of the resident sets of the process and its children."""

    seconds: float
    cpu_seconds: float
    peak_bytes: int
    first_seconds: float  # until it reported the first segment


def median(runs: Sequence[Run]) -> Run:
    """The median of each figure, independently."""
    return Run(
        statistics.median(run.seconds for run in runs),
        statistics.median(run.cpu_seconds for run in runs),
        int(statistics.median(run.peak_bytes for run in runs)),
        statistics.median(run.first_seconds for run in runs),
    )


def run(module: str, task: BaseModel, bytecode: Path) -> tuple[Run, dict[str, object]]:
    """Runs the child `module` on `task` as the worker does; returns its figures and its result.

    `bytecode` is a folder that keeps compiled Python between runs, as in an installation.
    """
    began = time.monotonic()
    child = subprocess.Popen(
        [sys.executable, "-P", "-m", module],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=environment(bytecode),
    )
    assert child.stdin is not None
    assert child.stdout is not None
    peak = Peak(child.pid)
    child.stdin.write(task.model_dump_json().encode() + b"\n")
    child.stdin.flush()
    first = 0.0
    event = Event()
    for line in child.stdout:
        event = Event.model_validate_json(line)
        if not first and event.step is not None and event.step.alive:
            first = time.monotonic() - began
    peak.stop()
    _, status, used = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    child.stdin.close()
    if event.result is None:
        raise SystemExit(f"{module} failed: {event.failure or child.returncode}")
    largest = max(peak.bytes, used.ru_maxrss * 1024)  # the kernel's peak of one process is exact
    took = Run(time.monotonic() - began, used.ru_utime + used.ru_stime, largest, first)
    return took, json.loads(event.result)


def environment(bytecode: Path) -> dict[str, str]:
    """This environment without settings, with compiled Python kept in a separate folder."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("FLBT_")}
    kept.pop("PYTHONDONTWRITEBYTECODE", None)
    return {**kept, "PYTHONPYCACHEPREFIX": str(bytecode)}


class Peak:
    """The peak memory of a process and its children together, measured a few times a second."""

    def __init__(self, pid: int) -> None:
        self.bytes = 0
        self._pid = pid
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._stopped.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._stopped.wait(LOOK):
            self.bytes = max(self.bytes, memory_of(self._pid))


def memory_of(pid: int) -> int:
    """The sum of the resident sets of a process and its children: shared pages count more than once."""
    total = 0
    try:
        process = psutil.Process(pid)
        for each in (process, *process.children(recursive=True)):
            total += each.memory_info().rss
    except (psutil.NoSuchProcess, psutil.ZombieProcess):
        pass
    return total

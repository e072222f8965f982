"""The memory of a process, the cause of its death, and the kernel's limits."""

import resource
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from jobs.failures import Reason
from worker.child.limits import Limits, held_mb, impose, oom_kills
from worker.child.parent_side import reason_of_death

HOLDER = """
import subprocess, sys
held = b"x" * int(sys.argv[1])
if len(sys.argv) > 2:
    other = subprocess.Popen([sys.executable, "-c", *sys.argv[2:]], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    other.stdout.readline()
print(len(held), flush=True)
sys.stdin.read()
"""


def test_what_a_process_holds_is_counted_with_what_it_started() -> None:
    other = "held = b'y' * 50_000_000; print(flush=True); import sys; sys.stdin.read()"
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDER, "60000000", other], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdout.readline()
    assert 110 < held_mb(process.pid) < 160
    process.stdin.close()
    process.wait()
    process.stdout.close()
    assert held_mb(process.pid) == 0


def test_processes_may_come_and_go_while_they_are_counted() -> None:
    script = "while :; do /bin/true & (/bin/true; /bin/true) & wait; done"
    with subprocess.Popen(["/bin/sh", "-c", script], stderr=subprocess.DEVNULL) as process:
        try:
            assert max(held_mb(process.pid) for _ in range(2000)) > 0
        finally:
            process.kill()


def test_the_kernels_limits_hold_for_the_process_alone() -> None:
    own = resource.getrlimit(resource.RLIMIT_DATA)
    names = ("DATA", "CORE", "CPU", "FSIZE", "NOFILE")
    look = f"import resource as r; input(); print(*[r.getrlimit(getattr(r, 'RLIMIT_' + name)) for name in {names}])"
    process = subprocess.Popen([sys.executable, "-c", look], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    impose(process.pid, Limits(memory_mb=976, cpu_seconds=7, file_mb=3))
    said, _ = process.communicate("\n")
    assert said.strip() == "(2000000000, 2000000000) (0, 0) (7, 12) (3000000, 3000000) (512, 512)"
    assert resource.getrlimit(resource.RLIMIT_DATA) == own
    impose(process.pid, Limits(memory_mb=976))  # the process has ended: does nothing


@pytest.mark.parametrize(
    ("cgroup", "counter"),
    [
        ("0::/user.slice/flbt.service\n", "sys/fs/cgroup/user.slice/flbt.service/memory.events"),
        ("0::/\n", "sys/fs/cgroup/memory.events"),
        ("5:devices:/\n4:memory:/docker/abc\n0::/\n", "sys/fs/cgroup/memory/docker/abc/memory.oom_control"),
        ("4:memory:/docker/abc\n", "sys/fs/cgroup/memory/memory.oom_control"),
        ("", "proc/vmstat"),
    ],
)
def test_the_kernels_kills_are_counted_where_it_tells_of_them(tmp_path: Path, cgroup: str, counter: str) -> None:
    for folder in ("proc/self", str(Path(counter).parent)):
        (tmp_path / folder).mkdir(parents=True, exist_ok=True)
    (tmp_path / "proc/self/cgroup").write_text(cgroup)
    assert oom_kills(tmp_path) == 0
    (tmp_path / counter).write_text("low 0\noom 9\noom_kill 3\noom_kill_disable 1\n")
    assert oom_kills(tmp_path) >= 3
    assert oom_kills() >= 0


@pytest.mark.parametrize(
    ("code", "by_kernel", "reason"),
    [
        (-signal.SIGKILL, True, Reason.OUT_OF_MEMORY),
        (-signal.SIGKILL, False, Reason.INTERRUPTED),
        (-signal.SIGTERM, True, Reason.INTERRUPTED),
        (-signal.SIGSEGV, True, Reason.INTERNAL),
        (-signal.SIGXCPU, False, Reason.TIMED_OUT),
        (1, False, Reason.INTERNAL),
    ],
)
def test_a_death_has_its_reason(code: int, by_kernel: bool, reason: Reason) -> None:
    assert reason_of_death(code, "", by_kernel=by_kernel) is reason

"""Limits of control groups of version 2 and 1, of the process's group and those around it."""

from pathlib import Path

import pytest

from worker.child.cgroups import cores, memory_limits, performance_cores


def put(root: Path, cgroup: str, **files: str) -> Path:
    """A machine whose process is in `cgroup`, with these files of control groups."""
    for name, said in {"proc/self/cgroup": cgroup, **files}.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"{said}\n")
    return root


@pytest.mark.parametrize(
    ("cgroup", "files", "limits"),
    [
        ("0::/", {"memory.max": "1000"}, [1000]),
        ("0::/a.slice/b", {"a.slice/b/memory.max": "max", "a.slice/memory.max": "5000"}, [5000]),
        ("0::/a/b", {"a/b/memory.max": "1", "a/memory.max": "2", "memory.max": "3"}, [1, 2, 3]),
        ("0::/a/b", {"c/memory.max": "1"}, []),
        ("0::/a:b", {"a:b/memory.max": "1000"}, [1000]),
        # In a container of version 1, its own group is at the path of the topmost one.
        ("4:memory:/docker/abc", {"memory/memory.limit_in_bytes": "7000"}, [7000]),
        ("2:cpu,memory:/x", {"memory/x/memory.limit_in_bytes": "7000"}, [7000]),
        ("2:cpu,memory:/x", {"cpu,memory/x/memory.limit_in_bytes": "7000"}, [7000]),
        ("5:devices:/x", {"memory/x/memory.limit_in_bytes": "7000"}, []),
    ],
)
def test_limits_of_memory_from_the_inside_out(
    tmp_path: Path, cgroup: str, files: dict[str, str], limits: list[int]
) -> None:
    root = put(tmp_path, cgroup, **{f"sys/fs/cgroup/{name}": said for name, said in files.items()})
    assert list(memory_limits(root)) == limits


@pytest.mark.parametrize(
    ("cgroup", "files", "share"),
    [
        ("0::/", {"cpu.max": "max 100000"}, None),
        ("0::/", {"cpu.max": "100000 100000"}, 1),
        ("0::/", {"cpu.max": "150000 100000"}, 2),
        ("0::/", {"cpu.max": "1000 100000"}, 1),
        ("0::/a/b", {"a/b/cpu.max": "max 100000", "a/cpu.max": "300000 100000"}, 3),
        ("1:cpu,cpuacct:/x", {"cpu/x/cpu.cfs_quota_us": "250000", "cpu/x/cpu.cfs_period_us": "100000"}, 3),
        ("1:cpu,cpuacct:/x", {"cpu/x/cpu.cfs_quota_us": "-1", "cpu/x/cpu.cfs_period_us": "100000"}, None),
    ],
)
def test_cores_are_no_more_than_the_groups_give(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cgroup: str, files: dict[str, str], share: int | None
) -> None:
    monkeypatch.setattr("os.sched_getaffinity", lambda pid: set(range(64)), raising=False)
    root = put(tmp_path, cgroup, **{f"sys/fs/cgroup/{name}": said for name, said in files.items()})
    assert cores(root) == (share or 64)


def test_cores_are_no_more_than_the_process_may_run_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.sched_getaffinity", lambda pid: {1}, raising=False)
    assert cores(put(tmp_path, "0::/", **{"sys/fs/cgroup/cpu.max": "800000 100000"})) == 1


def test_without_files_there_are_no_limits(tmp_path: Path) -> None:
    assert list(memory_limits(tmp_path)) == []
    assert cores(tmp_path) >= 1
    assert cores() >= 1


def test_a_mac_gives_its_fast_cores(monkeypatch: pytest.MonkeyPatch) -> None:
    """Numbers of an M1 Pro, with 6 fast and 2 slow cores, and of a Mac with one kind of cores."""
    monkeypatch.setattr("os.cpu_count", lambda: 8)
    assert performance_cores({"hw.perflevel0.physicalcpu": 6, "hw.physicalcpu": 8}.get) == 6
    assert performance_cores({"hw.physicalcpu": 4}.get) == 8

"""What a separation needs is asked for before it begins: of the process's own limit, and of its control groups'."""

import subprocess
import sys
from pathlib import Path

import pytest

from jobs.failures import Failed, Reason
from jobs.models import StemCount
from worker.separation import memory
from worker.separation.memory import ADDRESSES, RESIDENT, require_memory

LIMITED = """
import resource, sys
from jobs.failures import Failed
from worker.separation.memory import require_memory
limit, stems = map(int, sys.argv[1:])
resource.setrlimit(resource.RLIMIT_AS, (limit, resource.RLIM_INFINITY))
try:
    require_memory(stems)
except Failed as failure:
    print(failure.failure.reason, failure.failure.detail)
else:
    print("enough")
"""


@pytest.mark.parametrize("stems", [2, 4, 5])
def test_addresses_are_enough_from_what_was_measured(stems: StemCount) -> None:
    needed = ADDRESSES[stems]
    said = [
        subprocess.check_output([sys.executable, "-c", LIMITED, str(limit), str(stems)], text=True).strip()
        for limit in (needed << 20, (needed << 20) - 1)
    ]
    assert said == [
        "enough",
        f"out_of_memory the address space is limited to {needed - 1} MB, and {needed} MB are needed",
    ]


def limit_of_a_group(root: Path, levels_above: int) -> Path:
    """Where a limit of our own control group, or of one around it, is looked for under `root`."""
    _, kinds, where = next(
        parts
        for line in Path("/proc/self/cgroup").read_text().splitlines()
        if (parts := line.split(":", 2))[1] in ("", "memory")
    )
    folder = root / kinds / where.lstrip("/")
    for _ in range(levels_above):
        folder = folder.parent
    folder.mkdir(parents=True, exist_ok=True)
    return folder / ("memory.limit_in_bytes" if kinds else "memory.max")


@pytest.mark.parametrize("levels_above", [0, 1])
@pytest.mark.parametrize("stems", [2, 4, 5])
def test_every_control_group_around_us_has_a_say(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stems: StemCount, levels_above: int
) -> None:
    monkeypatch.setattr(memory, "CGROUPS", tmp_path / "sys/fs/cgroup")
    require_memory(stems)  # nobody says anything
    limit = limit_of_a_group(tmp_path / "sys/fs/cgroup", levels_above)
    for enough in ("max", str(RESIDENT[stems] << 20), str(9223372036854771712)):
        limit.write_text(f"{enough}\n")
        require_memory(stems)
    limit.write_text(f"{(RESIDENT[stems] << 20) - 1}\n")
    with pytest.raises(Failed) as failure:
        require_memory(stems)
    assert failure.value.failure.reason is Reason.OUT_OF_MEMORY
    assert failure.value.failure.detail == (
        f"the control group is limited to {RESIDENT[stems] - 1} MB, and {RESIDENT[stems]} MB are needed"
    )


def test_a_group_that_says_nothing_does_not_hide_one_around_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "CGROUPS", tmp_path / "sys/fs/cgroup")
    limit_of_a_group(tmp_path / "sys/fs/cgroup", 1).write_text("1000000\n")
    limit_of_a_group(tmp_path / "sys/fs/cgroup", 0).write_text("max\n")
    with pytest.raises(Failed):
        require_memory(2)


def test_more_stems_need_more() -> None:
    for needs in (ADDRESSES, RESIDENT):
        assert needs[2] < needs[4] < needs[5]

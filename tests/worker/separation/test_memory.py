"""What a separation needs is asked for before it begins: of the process's own limit, and of its control groups'."""

import subprocess
import sys
from pathlib import Path

import pytest

from jobs.failures import Failed, Reason
from jobs.models import StemCount
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


@pytest.mark.parametrize("stems", [2, 4, 5])
def test_every_control_group_around_us_has_a_say(tmp_path: Path, stems: StemCount) -> None:
    slice_, service = (tmp_path / "sys/fs/cgroup" / folder for folder in ("some.slice", "some.slice/flbt.service"))
    service.mkdir(parents=True)
    (tmp_path / "proc/self").mkdir(parents=True)
    (tmp_path / "proc/self/cgroup").write_text("0::/some.slice/flbt.service\n")
    require_memory(stems, tmp_path)  # nobody says anything
    for limited in (service, slice_):
        for enough in ("max", str(RESIDENT[stems] << 20), str(9223372036854771712)):
            (limited / "memory.max").write_text(f"{enough}\n")
            require_memory(stems, tmp_path)
        (limited / "memory.max").write_text(f"{(RESIDENT[stems] << 20) - 1}\n")
        with pytest.raises(Failed) as failure:
            require_memory(stems, tmp_path)
        assert failure.value.failure.reason is Reason.OUT_OF_MEMORY
        assert failure.value.failure.detail == (
            f"the control group is limited to {RESIDENT[stems] - 1} MB, and {RESIDENT[stems]} MB are needed"
        )
        (limited / "memory.max").write_text("max\n")


def test_more_stems_need_more() -> None:
    for needs in (ADDRESSES, RESIDENT):
        assert needs[2] < needs[4] < needs[5]

"""A separation's memory is checked before it begins, against the limits of the process and its control groups."""

import subprocess
import sys
from pathlib import Path

import pytest

from jobs.failures import Failed, Reason
from jobs.music.separation_models import MODELS
from worker.separation.memory import require_memory

LIMITED = """
import resource, sys
from jobs.failures import Failed
from jobs.music.separation_models import MODELS
from worker.separation.memory import require_memory
limit, model = int(sys.argv[1]), sys.argv[2]
resource.setrlimit(resource.RLIMIT_AS, (limit, resource.RLIM_INFINITY))
try:
    require_memory(MODELS[model])
except Failed as failure:
    print(failure.failure.reason, failure.failure.detail)
else:
    print("enough")
"""


@pytest.mark.parametrize("model", MODELS)
def test_addresses_are_enough_from_what_was_measured(model: str) -> None:
    needed = MODELS[model].address_mb
    said = [
        subprocess.check_output([sys.executable, "-c", LIMITED, str(limit), model], text=True).strip()
        for limit in (needed << 20, (needed << 20) - 1)
    ]
    assert said == [
        "enough",
        f"out_of_memory the address space is limited to {needed - 1} MB, and {needed} MB are needed",
    ]


@pytest.mark.parametrize("model", MODELS)
def test_every_enclosing_control_group_limits(tmp_path: Path, model: str) -> None:
    needed = MODELS[model].resident_mb
    slice_, service = (tmp_path / "sys/fs/cgroup" / folder for folder in ("some.slice", "some.slice/flbt.service"))
    service.mkdir(parents=True)
    (tmp_path / "proc/self").mkdir(parents=True)
    (tmp_path / "proc/self/cgroup").write_text("0::/some.slice/flbt.service\n")
    require_memory(MODELS[model], tmp_path)  # no limits
    for limited in (service, slice_):
        for enough in ("max", str(needed << 20), str(9223372036854771712)):
            (limited / "memory.max").write_text(f"{enough}\n")
            require_memory(MODELS[model], tmp_path)
        (limited / "memory.max").write_text(f"{(needed << 20) - 1}\n")
        with pytest.raises(Failed) as failure:
            require_memory(MODELS[model], tmp_path)
        assert failure.value.failure.reason is Reason.OUT_OF_MEMORY
        assert failure.value.failure.detail == (
            f"the control group is limited to {needed - 1} MB, and {needed} MB are needed"
        )
        (limited / "memory.max").write_text("max\n")


def test_more_stems_need_more() -> None:
    for needs in ([one.address_mb for one in MODELS.values()], [one.resident_mb for one in MODELS.values()]):
        assert needs[0] < needs[1] < needs[2]

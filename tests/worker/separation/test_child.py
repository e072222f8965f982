"""A child that may write models installs them; children that separate untrusted songs only read them."""

import shutil
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from jobs.failures import Failed, Reason
from jobs.models import Model
from jobs.results import Tags
from tests.sounds import music, write_wav
from worker.child.limits import NO_LIMITS
from worker.child.messages import Step
from worker.child.parent_side import run_child
from worker.child.tasks import NetworkWanted, Separated, SeparationTask
from worker.separation.child import separate
from worker.separation.costs import SHORTEST, cost_of
from worker.separation.spleeter.weights import FILES


@pytest.fixture
def task(tmp_path: Path, models_dir: Path) -> SeparationTask:
    """A separation with fetched weights without derived files."""
    weights = tmp_path / "models" / "2stems"
    weights.mkdir(parents=True)
    for name in FILES:
        shutil.copy(models_dir / "2stems" / name, weights)
    output = tmp_path / "made"
    output.mkdir()
    return SeparationTask(
        audio=write_wav(tmp_path / "song.wav", music(2.0)),
        output=output,
        network=NetworkWanted(model=Model(name="spleeter-2"), models_dir=tmp_path / "models"),
        tags=Tags(title="Song"),
        max_seconds=60,
    )


async def test_the_first_song_reports_the_conversion_and_keeps_the_model(task: SeparationTask) -> None:
    steps: list[Step] = []
    async with AsyncExitStack() as stack:
        separated = await separate(task, None, stack, steps.append, limits=NO_LIMITS, deadline=120)
    assert separated.samples == 2 * 44100
    assert "model" in [step.note for step in steps]
    kept = [path.name for path in (task.network.models_dir / "2stems").iterdir() if path.is_dir()]
    assert len(kept) == 1
    before = sorted(task.network.models_dir.rglob("*"))
    steps.clear()
    async with AsyncExitStack() as stack:
        await separate(task, None, stack, steps.append, limits=NO_LIMITS, deadline=120)
    assert "model" not in [step.note for step in steps]
    assert sorted(task.network.models_dir.rglob("*")) == before


async def test_a_child_that_separates_changes_no_model(task: SeparationTask) -> None:
    before = sorted(task.network.models_dir.rglob("*"))
    waiting = task.model_copy(update={"only_ready": True})
    with pytest.raises(Failed) as caught:
        await run_child("worker.separation", waiting, Separated, lambda step: None, deadline=120)
    assert caught.value.failure.reason is Reason.MODEL_UNAVAILABLE
    assert sorted(task.network.models_dir.rglob("*")) == before


async def test_weights_may_lie_elsewhere_behind_a_link(task: SeparationTask, tmp_path: Path) -> None:
    (tmp_path / "disk").mkdir()
    (task.network.models_dir / "2stems").rename(tmp_path / "disk" / "two")
    (task.network.models_dir / "2stems").symlink_to(tmp_path / "disk" / "two")
    async with AsyncExitStack() as stack:
        separated = await separate(task, None, stack, lambda step: None, limits=NO_LIMITS, deadline=120)
    assert separated.samples == 2 * 44100


async def test_a_song_tells_the_cost_of_its_model_on_this_machine(task: SeparationTask, tmp_path: Path) -> None:
    models_dir = task.network.models_dir
    long = task.model_copy(update={"audio": write_wav(tmp_path / "long.wav", music(45.0))})
    costs = []
    for songs in (1, 2):
        async with AsyncExitStack() as stack:
            separated = await separate(long, None, stack, lambda step: None, limits=NO_LIMITS, deadline=120)
        assert separated.spent is not None
        assert SHORTEST < separated.spent.music_seconds < 45
        cost = cost_of("spleeter-2", models_dir)
        assert cost is not None
        assert cost.songs == songs
        assert 0 < cost.cpu_seconds < 1
        costs.append(cost.seconds)
    assert costs[0] != costs[1]
    assert cost_of("spleeter-4", models_dir) is None

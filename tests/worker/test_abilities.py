"""What a worker can run: weights, memory, and what songs cost there."""

from pathlib import Path

import pytest
from pydantic import SecretStr

from jobs.failures import Failed, Reason
from jobs.music.separation_models import MODELS
from jobs.queue.recipe import About, models_here
from jobs.queue.requests import JobQueue
from jobs.queue.tracks import TrackQueue
from jobs.settings import Settings
from worker.abilities import BESIDE, Abilities, require_able
from worker.child.tasks import Spent
from worker.separation.cache import checksums
from worker.separation.costs import keep_cost
from worker.separation.installed import WEIGHTS

SIX = "htdemucs_6s"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(_env_file=None, data=tmp_path)


def install(settings: Settings, model: str) -> Path:
    """Weights that are whole; nothing here runs them."""
    folder = settings.models_dir / MODELS[model].key
    folder.mkdir(parents=True)
    (folder / WEIGHTS).write_bytes(b"weights")
    checksums.write_checksums(folder, (WEIGHTS,))
    return folder / WEIGHTS


def with_memory(root: Path, megabytes: int) -> Path:
    """A file system with a control group of so much memory."""
    (root / "proc/self").mkdir(parents=True)
    (root / "proc/self/cgroup").write_text("0::/\n")
    (root / "sys/fs/cgroup").mkdir(parents=True)
    (root / "sys/fs/cgroup/memory.max").write_text(f"{megabytes << 20}\n")
    return root


def why_not(settings: Settings, root: Path = Path("/")) -> Reason | None:
    try:
        require_able(SIX, settings, root)
    except Failed as failure:
        return failure.failure.reason
    return None


def test_weights_have_to_be_there_and_whole(settings: Settings) -> None:
    assert why_not(settings) is Reason.MODEL_MISSING
    weights = install(settings, SIX)
    assert why_not(settings) is None
    weights.write_bytes(b"weight")
    assert why_not(settings) is Reason.MODEL_MISSING


def test_there_has_to_be_room_for_another_song_beside(settings: Settings, tmp_path: Path) -> None:
    install(settings, SIX)
    enough = MODELS[SIX].resident_mb + BESIDE
    assert why_not(settings, with_memory(tmp_path / "enough", enough)) is None
    assert why_not(settings, with_memory(tmp_path / "less", enough - 1)) is Reason.OUT_OF_MEMORY
    assert why_not(settings.model_copy(update={"memory_mb": 1000})) is Reason.OUT_OF_MEMORY
    assert why_not(settings.model_copy(update={"memory_mb": 0})) is None, "no limit"


async def test_living_workers_announce_what_they_can_run(
    queue: JobQueue, valkey_server: SecretStr, settings: Settings, tmp_path: Path
) -> None:
    redis = queue.redis
    assert await models_here(redis) == {}
    await TrackQueue(redis, "of-an-older-version", about=About(versions={"FL-BT": "0.1.0"})).beat()
    track_queue, abilities = TrackQueue(redis, "worker-1", about=About(versions={})), Abilities(settings, redis)
    assert await abilities.announce() == {}
    weights = install(settings, SIX)  # while it runs
    track_queue.tell_models(await abilities.announce())
    await track_queue.beat()
    assert await models_here(redis) == {SIX: MODELS[SIX].cost}
    quicker = TrackQueue(redis, "worker-2", about=About(versions={}, models={SIX: 0.1, "unknown": 0.2}))
    await quicker.beat()
    assert await models_here(redis) == {SIX: 0.1}
    await quicker.leave()
    weights.unlink()
    track_queue.tell_models(await abilities.announce())
    await track_queue.beat()
    assert await models_here(redis) == {}


async def test_the_cost_is_that_of_this_machine_once_it_is_measured(queue: JobQueue, settings: Settings) -> None:
    install(settings, SIX)
    abilities = Abilities(settings, queue.redis)
    assert await abilities.announce() == {SIX: MODELS[SIX].cost}
    assert keep_cost(SIX, Spent(seconds=50, cpu_seconds=90, music_seconds=100), settings.models_dir) is not None
    assert await abilities.announce() == {SIX: 0.5}
    other = Abilities(settings.model_copy(update={"threads": 77}), queue.redis)
    assert await other.announce() == {SIX: MODELS[SIX].cost}, "another speed"

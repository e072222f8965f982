"""The engine is prepared before the song is fetched: once, if its files are installed, else silently not."""

import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from jobs.failures import Failed, Reason
from jobs.models import Model
from tests.models import STEMS
from worker.child.tasks import NetworkWanted
from worker.separation import warm_up
from worker.separation.spleeter.engine import NetworkEngine
from worker.separation.spleeter.network import load_network
from worker.separation.spleeter.spectrogram import SEGMENT
from worker.separation.spleeter.weights import FILES
from worker.separation.warm_up import prepare_engine, take_prepared


@pytest.fixture
def own_models(tmp_path: Path, models_dir: Path) -> Path:
    """The fetched 2-stem weights without derived files."""
    folder = tmp_path / "models" / "2stems"
    folder.mkdir(parents=True)
    for name in FILES:
        shutil.copy(models_dir / "2stems" / name, folder / name)
    return folder.parent


def converted(models: Path) -> list[str]:
    return [path.name for made in ("openvino", "unet") for path in models.glob(f"2stems/*{made}-*")]


def test_the_prepared_engine_is_used_once(models_dir: Path) -> None:
    load_network(models_dir / "2stems", STEMS[2], "11k")  # from now on nothing has to be converted
    wanted = NetworkWanted(model=Model(), models_dir=models_dir, threads=1)
    prepare_engine(wanted)
    engine = take_prepared(wanted)

    assert isinstance(engine, NetworkEngine)
    network = engine.network
    assert network is not None
    assert take_prepared(wanted) is None
    assert (network.band, network.lanes) == (1024, 1)
    later = load_network(models_dir / "2stems", STEMS[2], "11k", threads=1)
    magnitudes = np.random.default_rng(3).uniform(0, 30, (2, SEGMENT, 1024)).astype(np.float32)
    assert np.array_equal(network.estimate(magnitudes), later.estimate(magnitudes))


def test_preparing_twice_loads_once(models_dir: Path) -> None:
    load_network(models_dir / "2stems", STEMS[2], "11k")
    wanted = NetworkWanted(model=Model(), models_dir=models_dir, threads=1)
    prepare_engine(wanted)
    engine = warm_up._ready[wanted]
    prepare_engine(wanted)
    assert take_prepared(wanted) is engine


@pytest.mark.parametrize("other", [{"threads": 2}, {"engine": "openvino"}, {"model": Model(band="16k")}])
def test_another_network_than_the_prepared_one_is_a_failure(models_dir: Path, other: dict[str, object]) -> None:
    """It would be loaded beside the first one, which would stay unused."""
    load_network(models_dir / "2stems", STEMS[2], "11k")
    wanted = NetworkWanted(model=Model(), models_dir=models_dir, threads=1)
    prepare_engine(wanted)
    for ask in (take_prepared, prepare_engine):
        with pytest.raises(Failed, match=r"threads=1.* was made ready") as refused:
            ask(wanted.model_copy(update=other))
        assert refused.value.failure.reason is Reason.INTERNAL
    assert take_prepared(wanted) is not None


def test_preparing_converts_nothing(own_models: Path) -> None:
    wanted = NetworkWanted(model=Model(), models_dir=own_models)
    prepare_engine(wanted)
    assert take_prepared(wanted) is None
    assert converted(own_models) == []


def test_without_weights_nothing_is_fetched(tmp_path: Path) -> None:
    wanted = NetworkWanted(model=Model(name="spleeter-4"), models_dir=tmp_path / "models")
    prepare_engine(wanted)
    assert take_prepared(wanted) is None
    assert not (tmp_path / "models").exists()


LIMITED = """
import resource, sys
from pathlib import Path
from jobs.failures import Failed, Reason
from jobs.models import Model
from worker.separation.warm_up import prepare_engine, take_prepared
from jobs.models import Model
from worker.child.tasks import NetworkWanted
resource.setrlimit(resource.RLIMIT_AS, (1000 << 20, resource.RLIM_INFINITY))
wanted = NetworkWanted(model=Model(), models_dir=Path(sys.argv[1]))
prepare_engine(wanted)
print(take_prepared(wanted))
"""


def test_preparing_needs_enough_memory(models_dir: Path) -> None:
    load_network(models_dir / "2stems", STEMS[2], "11k")
    assert subprocess.check_output([sys.executable, "-c", LIMITED, str(models_dir)], text=True) == "None\n"

"""The networks: found in the graph, cached in the engine's format, without telemetry."""

import importlib.util
import shutil
import subprocess
import sys
from pathlib import Path

import flbt_unet
import numpy as np
import openvino as ov
import pytest

from jobs.failures import Failed, Reason
from jobs.music.separation_models import NetworkEngineName
from tests.models import STEMS
from tests.sounds import snr_db
from worker.separation.spleeter import openvino_network, unet_weights
from worker.separation.spleeter.graph import find_cut
from worker.separation.spleeter.network import Network, load_network
from worker.separation.spleeter.spectrogram import SEGMENT
from worker.separation.spleeter.weights import FILES


@pytest.fixture
def checkpoint(tmp_path: Path, models_dir: Path) -> Path:
    """A copy of the real 2-stem weights that a test may spoil."""
    folder = tmp_path / "2stems"
    folder.mkdir()
    for name in FILES:
        shutil.copy(models_dir / "2stems" / name, folder / name)
    return folder


def some_magnitudes() -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    return np.random.default_rng(3).uniform(0, 30, (2, SEGMENT, 1024)).astype(np.float32)


def estimates_of(network: Network) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    return network.estimate(some_magnitudes()).copy()


#: The engines on this processor, and their derived file of a checkpoint.
ENGINES: dict[NetworkEngineName, str] = {"openvino": openvino_network.IR_FILES[-1]}
if flbt_unet.available():
    ENGINES["unet"] = unet_weights.FILES[0]


def kept_in(checkpoint: Path, engine: str = "") -> list[Path]:
    return sorted(
        path for made in ("openvino", "unet") for path in checkpoint.glob(f"*{made}-*") if engine in path.name
    )


def test_the_networks_are_found_between_magnitudes_and_estimates(models_dir: Path) -> None:
    cut = find_cut(models_dir / "2stems" / "model.meta", STEMS[2])

    assert cut.magnitudes == "strided_slice_3:0"
    assert len(set(cut.estimates)) == 2


def test_a_missing_part_is_named(models_dir: Path) -> None:
    with pytest.raises(Failed) as failure:
        find_cut(models_dir / "2stems" / "model.meta", STEMS[5])

    assert failure.value.failure.reason is Reason.MODEL_DAMAGED
    assert "piano_spectrogram" in failure.value.failure.detail


@pytest.mark.parametrize("kept", [0, 1000, 700_000])
def test_half_a_graph_is_damaged(tmp_path: Path, models_dir: Path, kept: int) -> None:
    meta = tmp_path / "model.meta"
    meta.write_bytes((models_dir / "2stems" / "model.meta").read_bytes()[:kept])

    with pytest.raises(Failed) as failure:
        find_cut(meta, STEMS[2])

    assert failure.value.failure.reason is Reason.MODEL_DAMAGED


@pytest.mark.faults
@pytest.mark.parametrize("engine", ENGINES)
def test_converted_once_and_damage_to_the_copy_is_repaired(checkpoint: Path, engine: NetworkEngineName) -> None:
    numbers = ENGINES[engine]
    conversions: list[None] = []

    def load() -> Network:
        return load_network(checkpoint, STEMS[2], "11k", engine=engine, converting=lambda: conversions.append(None))

    fresh = estimates_of(load())
    assert len(conversions) == 1
    assert np.array_equal(estimates_of(load()), fresh)
    assert len(conversions) == 1

    [copy] = kept_in(checkpoint)
    weights = bytearray((copy / numbers).read_bytes())
    weights[len(weights) // 2] ^= 0xFF
    (copy / numbers).write_bytes(weights)
    assert np.array_equal(estimates_of(load()), fresh)
    assert len(conversions) == 2
    assert kept_in(checkpoint) == [copy] == kept_in(checkpoint, engine)


def test_a_read_only_folder_does_not_matter(checkpoint: Path) -> None:
    (checkpoint / ".converting.lock").mkdir()  # blocks the lock, like a read-only folder

    assert load_network(checkpoint, STEMS[2], "11k").estimate(some_magnitudes()).shape == (2, 2, SEGMENT, 1024)
    assert kept_in(checkpoint) == []


@pytest.fixture(scope="module")
def one(models_dir: Path) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    """The estimates by one thread."""
    return estimates_of(load_network(models_dir / "2stems", STEMS[2], "11k", engine="openvino", threads=1))


@pytest.mark.parametrize("threads", [1, 2, 3])
def test_any_number_of_threads_gives_the_same_estimates(
    models_dir: Path, one: np.ndarray[tuple[int, ...], np.dtype[np.float32]], threads: int
) -> None:
    many = load_network(models_dir / "2stems", STEMS[2], "11k", engine="openvino", threads=threads)

    assert np.allclose(one, estimates_of(many), rtol=1e-4, atol=1e-4)


def test_openvino_computes_in_f32_whatever_the_processor_can(models_dir: Path) -> None:
    """On a processor with bf16 OpenVINO uses that by default."""
    network = openvino_network.load_openvino(models_dir / "2stems", STEMS[2], 1024, threads=1)

    assert network._compiled.result().get_property("INFERENCE_PRECISION_HINT") == ov.Type.f32


def test_openvino_runs_where_flbt_unet_cannot(
    models_dir: Path, one: np.ndarray[tuple[int, ...], np.dtype[np.float32]], monkeypatch: pytest.MonkeyPatch
) -> None:
    best = load_network(models_dir / "2stems", STEMS[2], "11k")
    monkeypatch.setattr("flbt_unet.builds.FOLDER", Path("not built here"))

    other = load_network(models_dir / "2stems", STEMS[2], "11k")

    assert other.name.startswith("openvino")
    assert snr_db(estimates_of(other), to=one) > 80
    assert snr_db(estimates_of(best), to=one) > 80


def test_openvino_runs_an_unknown_graph(
    checkpoint: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(flbt_unet, "available", lambda: True)
    monkeypatch.setattr("flbt_unet.weights.DOWN", (2, 16, 32, 64, 128, 256, 1024))  # as if only a wider one were known

    network = load_network(checkpoint, STEMS[2], "11k")

    assert network.name.startswith("openvino")
    assert "(5, 5, 256, 1024) should be" in caplog.text
    assert kept_in(checkpoint, "unet") == []


def test_openvino_never_phones_home(models_dir: Path) -> None:
    """The telemetry package is not installed, and a whole separation opens no connection."""
    assert importlib.util.find_spec("openvino_telemetry") is None
    watched = """
import sys
def watch(event, arguments):
    if event.startswith("socket.") and event != "socket.__new__":
        sys.exit(f"{event} {arguments}")
sys.addaudithook(watch)
from pathlib import Path
import numpy as np
from jobs.models import Model
from worker.separation.spleeter.openvino_network import convert
from worker.separation.spleeter.network import load_network
from worker.separation.spleeter.stream import separate_blocks
checkpoint = Path(sys.argv[1])
convert(checkpoint, Model().stems, 1024)
for engine in ("unet", "openvino"):
    network = load_network(checkpoint, Model().stems, "11k", engine=engine)
    list(separate_blocks([np.ones((5000, 2), np.float32)], network, "average"))
"""
    subprocess.run([sys.executable, "-c", watched, str(models_dir / "2stems")], check=True, timeout=120)

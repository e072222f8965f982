"""The networks: found in the graph, kept in the runtime's own format, silent towards the world."""

import importlib.util
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from jobs.failures import Failed, Reason
from jobs.models import StemCount
from worker.separation.graph import find_cut
from worker.separation.network import IR_FILES, Network, cores, load_network
from worker.separation.spectrogram import SEGMENT
from worker.separation.weights import FILES


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


def kept_in(checkpoint: Path) -> list[Path]:
    return sorted(checkpoint.glob("*openvino-*"))


@pytest.mark.parametrize("stems", [2, 4, 5])
def test_the_networks_are_found_between_magnitudes_and_estimates(
    stems: StemCount, models_dir: Path, oracle: Path
) -> None:
    cut = find_cut((models_dir if stems == 2 else oracle) / f"{stems}stems" / "model.meta", stems)

    assert cut.magnitudes == "strided_slice_3:0"
    assert len(set(cut.estimates)) == stems


def test_what_was_not_found_is_said(models_dir: Path) -> None:
    with pytest.raises(Failed) as failure:
        find_cut(models_dir / "2stems" / "model.meta", 5)

    assert failure.value.failure.reason is Reason.MODEL_DAMAGED
    assert "piano_spectrogram" in failure.value.failure.detail


@pytest.mark.parametrize("kept", [0, 1000, 700_000])
def test_half_a_graph_is_damaged(tmp_path: Path, models_dir: Path, kept: int) -> None:
    meta = tmp_path / "model.meta"
    meta.write_bytes((models_dir / "2stems" / "model.meta").read_bytes()[:kept])

    with pytest.raises(Failed) as failure:
        find_cut(meta, 2)

    assert failure.value.failure.reason is Reason.MODEL_DAMAGED


def test_converted_once_and_damage_to_the_copy_is_repaired(checkpoint: Path) -> None:
    conversions: list[None] = []

    def load() -> Network:
        return load_network(checkpoint, 2, "11k", precision="f32", converting=lambda: conversions.append(None))

    fresh = estimates_of(load())
    assert len(conversions) == 1
    assert np.array_equal(estimates_of(load()), fresh)
    assert len(conversions) == 1

    [copy] = kept_in(checkpoint)
    weights = bytearray((copy / IR_FILES[1]).read_bytes())
    weights[len(weights) // 2] ^= 0xFF
    (copy / IR_FILES[1]).write_bytes(weights)
    assert np.array_equal(estimates_of(load()), fresh)
    assert len(conversions) == 2

    (copy / IR_FILES[0]).unlink()
    assert np.array_equal(estimates_of(load()), fresh)
    assert len(conversions) == 3
    assert kept_in(checkpoint) == [copy]


def test_where_nothing_can_be_kept_it_works_all_the_same(checkpoint: Path) -> None:
    (checkpoint / ".converting.lock").mkdir()  # in the way of the lock, as a read-only folder would be

    assert load_network(checkpoint, 2, "11k").estimate(some_magnitudes()).shape == (2, 2, SEGMENT, 1024)
    assert kept_in(checkpoint) == []


@pytest.fixture(scope="module")
def one(models_dir: Path) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    """What one thread estimates."""
    return estimates_of(load_network(models_dir / "2stems", 2, "11k", precision="f32", threads=1))


@pytest.mark.parametrize("threads", [1, 2, 3])
def test_any_number_of_threads_gives_the_same_estimates(
    models_dir: Path, one: np.ndarray[tuple[int, ...], np.dtype[np.float32]], threads: int
) -> None:
    many = estimates_of(load_network(models_dir / "2stems", 2, "11k", precision="f32", threads=threads))

    assert np.allclose(one, many, rtol=1e-4, atol=1e-4)


def test_there_is_a_core_to_use() -> None:
    assert cores() >= 1


def test_openvino_never_phones_home(models_dir: Path) -> None:
    """The telemetry package is not there, and a whole separation asks for no connection."""
    assert importlib.util.find_spec("openvino_telemetry") is None
    watched = """
import sys
def watch(event, arguments):
    if event.startswith("socket.") and event != "socket.__new__":
        sys.exit(f"{event} {arguments}")
sys.addaudithook(watch)
from pathlib import Path
import numpy as np
from worker.separation.network import convert, load_network
from worker.separation.stream import separate_blocks
checkpoint = Path(sys.argv[1])
convert(checkpoint, 2, 1024)
list(separate_blocks([np.ones((5000, 2), np.float32)], load_network(checkpoint, 2, "11k"), "average"))
"""
    subprocess.run([sys.executable, "-c", watched, str(models_dir / "2stems")], check=True, timeout=120)

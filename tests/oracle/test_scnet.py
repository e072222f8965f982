"""Agreement with SCNet: the core network, whole songs, and files of torch. See `scnet_answers.py`."""

from pathlib import Path

import numpy as np
import pytest

from tests.sounds import snr_db
from tests.worker.separation.scnet.networks import invented
from worker.separation.checkpoints.reading import read_checkpoint
from worker.separation.installed import WEIGHTS
from worker.separation.installing import install
from worker.separation.runtime import ov
from worker.separation.scnet.graph import build, require_network
from worker.separation.scnet.network import TRANSFORM, SCNetNetwork
from worker.separation.segments.stream import separate_song

CORE, WHOLE = 90, 80  # dB


def test_the_core_network_equals_the_reference(scnet: Path) -> None:
    answer = np.load(scnet / "core.npz")
    checkpoint = read_checkpoint(scnet / "scnet.safetensors")
    require_network(checkpoint)
    settings = {"INFERENCE_PRECISION_HINT": "f32", "EXECUTION_MODE_HINT": "ACCURACY"}
    network = ov.Core().compile_model(build(checkpoint.tensors), "CPU", settings)

    assert snr_db(TRANSFORM.spectrogram(answer["samples"][0]), to=answer["into"]) >= CORE
    assert snr_db(network([answer["into"]])[0], to=answer["out"]) >= CORE


@pytest.mark.parametrize("seconds", [0.5, 9.0])
def test_whole_songs_equal_the_references(scnet: Path, seconds: float) -> None:
    answer = np.load(scnet / f"{seconds}.npz")
    network = SCNetNetwork(scnet / "scnet.safetensors", 2)

    pieces = separate_song(lambda: iter(np.array_split(answer["song"].T, 7)), network, lambda _: None)
    song, *stems = np.concatenate(list(pieces), 2)

    assert song.shape == answer["song"].shape
    assert snr_db(song, to=answer["song"]) > 120
    for stem, expected in zip(stems, answer["stems"], strict=True):
        assert snr_db(stem, to=expected) >= WHOLE
    # The comparison means something only if no two sources are alike.
    assert all(snr_db(one, to=other) < 40 for one in stems for other in stems if one is not other)


@pytest.mark.parametrize("file", ["scnet.safetensors", "scnet.ckpt", "trained.ckpt"])
def test_files_of_torch_are_installed(scnet: Path, tmp_path: Path, file: str) -> None:
    whole = read_checkpoint(scnet / "scnet.safetensors").tensors
    install("scnet", scnet / file, tmp_path)
    installed = read_checkpoint(tmp_path / "scnet" / WEIGHTS).tensors
    assert installed.keys() == whole.keys()
    assert all(np.array_equal(installed[name], values) for name, values in whole.items())


def test_the_weights_of_other_tests_have_the_true_architecture(scnet: Path) -> None:
    reference = read_checkpoint(scnet / "scnet.safetensors").tensors
    assert {name: values.shape for name, values in invented().items()} == {
        name: values.shape for name, values in reference.items()
    }

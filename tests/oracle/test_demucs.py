"""Agreement with demucs: the core network, whole songs, and the files that it writes. See `demucs_answers.py`."""

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.sounds import snr_db
from tests.worker.separation.htdemucs.networks import invented
from worker.separation.checkpoints.reading import read_checkpoint
from worker.separation.htdemucs.graph import build, require_network
from worker.separation.htdemucs.network import EPSILON, HTDemucsNetwork, level
from worker.separation.htdemucs.shape import SHAPES
from worker.separation.installed import WEIGHTS
from worker.separation.installing import install
from worker.separation.runtime import ov
from worker.separation.segments.stream import separate_song

CORE, WHOLE, NARROW = 90, 80, 50  # dB


@pytest.mark.parametrize("model", SHAPES)
def test_the_core_network_equals_the_reference(demucs: Path, model: str) -> None:
    answer = np.load(demucs / f"{model}-core.npz")
    checkpoint = read_checkpoint(demucs / f"{model}.safetensors")
    require_network(model, checkpoint)
    settings = {"INFERENCE_PRECISION_HINT": "f32", "EXECUTION_MODE_HINT": "ACCURACY"}
    network = ov.Core().compile_model(build(checkpoint.tensors, SHAPES[model]), "CPU", settings)
    inputs: list[NDArray[np.float32]] = [answer["spectrogram"], answer["samples"]]
    levels = [level(values) for values in inputs]

    outputs = network(
        [(values - mean) / (deviation + EPSILON) for values, (mean, deviation) in zip(inputs, levels, strict=True)]
    )

    expected = answer["spectrogram_out"], answer["waveform_out"]
    for number, (mean, deviation) in enumerate(levels):
        ours = outputs[number] * deviation + mean
        assert snr_db(ours, to=expected[number].reshape(ours.shape)) >= CORE


@pytest.mark.parametrize(("model", "seconds"), [("htdemucs", 0.5), ("htdemucs", 13.65), ("htdemucs_6s", 8.0)])
def test_whole_songs_equal_the_references_apply(demucs: Path, model: str, seconds: float) -> None:
    answer = np.load(demucs / f"{model}-{seconds}.npz")
    network = HTDemucsNetwork(demucs / f"{model}.safetensors", SHAPES[model], 2, bf16=False)

    pieces = separate_song(lambda: iter(np.array_split(answer["song"].T, 7)), network, lambda _: None)
    song, *stems = np.concatenate(list(pieces), 2)

    assert song.shape == answer["song"].shape
    assert snr_db(song, to=answer["song"]) > 120
    for stem, expected in zip(stems, answer["stems"], strict=True):
        assert snr_db(stem, to=expected) >= WHOLE
    # The comparison means something only if no two sources are alike.
    assert all(snr_db(one, to=other) < 40 for one in stems for other in stems if one is not other)


@pytest.mark.parametrize("model", SHAPES)
def test_the_transformers_products_in_bf16_are_close(demucs: Path, model: str) -> None:
    samples = np.load(demucs / f"{model}-core.npz")["samples"][0]
    narrow, exact = (
        HTDemucsNetwork(demucs / f"{model}.safetensors", SHAPES[model], 2, bf16=bf16) for bf16 in (True, False)
    )
    assert narrow.name == f"{exact.name} bf16"
    for ours, expected in zip(narrow.estimate(samples), exact.estimate(samples), strict=True):
        assert snr_db(ours, to=expected) >= NARROW


@pytest.mark.parametrize("model", SHAPES)
def test_both_formats_of_demucs_are_installed(demucs: Path, tmp_path: Path, model: str) -> None:
    whole = read_checkpoint(demucs / f"{model}.safetensors")
    halves = read_checkpoint(demucs / f"{model}.th")
    assert whole.arguments == halves.arguments
    for name, values in whole.tensors.items():
        assert np.array_equal(halves.tensors[name], values.astype(np.float16))
    for suffix in ("safetensors", "th"):
        install(model, demucs / f"{model}.{suffix}", tmp_path)
        assert read_checkpoint(tmp_path / model / WEIGHTS).arguments == whole.arguments


@pytest.mark.parametrize("model", SHAPES)
def test_the_weights_of_other_tests_have_the_true_architecture(demucs: Path, model: str) -> None:
    reference = read_checkpoint(demucs / f"{model}.safetensors").tensors
    assert {name: values.shape for name, values in invented(model).items()} == {
        name: values.shape for name, values in reference.items()
    }

"""Exactly Spleeter: f32 and `zeros` against the reference package, on the same songs and weights."""

from functools import lru_cache
from pathlib import Path
from typing import Literal

import numpy as np
import pytest

from jobs.models import STEMS, Model, StemCount
from tests.sounds import listen, snr_db
from tests.worker.separation.oracle import BY_FILE, CASES, answer_path, by_file
from tests.worker.separation.songs import make_song
from worker.separation import separate
from worker.separation.network import Network, load_network
from worker.separation.spectrogram import Samples
from worker.separation.stream import separate_blocks

AGREED = 90.0  # dB


@lru_cache(maxsize=1)  # they are large, and tests that want the same follow each other
def exact_network(
    checkpoint: Path, stems: StemCount, band: Literal["11k", "16k"], engine: Literal["unet", "openvino"] = "unet"
) -> Network:
    return load_network(checkpoint, stems, band, engine=engine)


def stems_of(song: Samples, network: Network, extension: str = "zeros", cut: int = 100_000) -> list[Samples]:
    """Whole stems of a whole song, by way of the stream."""
    blocks = (song[start : start + cut] for start in range(0, len(song), cut))
    pieces = separate_blocks(blocks, network, "zeros" if extension == "zeros" else "average")
    return [np.concatenate(parts) for parts in zip(*pieces, strict=True)]


@pytest.mark.parametrize(
    ("case", "engine"), [*((case, "unet") for case in CASES), ("a full segment", "openvino"), ("5 stems", "openvino")]
)
def test_every_stem_is_the_reference_packages(
    case: str, engine: Literal["unet", "openvino"], oracle: Path, models_dir: Path
) -> None:
    model, samples = CASES[case]
    checkpoint = (models_dir if model.stems == 2 else oracle) / f"{model.stems}stems"
    network = exact_network(checkpoint, model.stems, model.band, engine)

    stems = stems_of(make_song(samples), network)

    answers = [np.load(answer_path(oracle, case, stem)) for stem in STEMS[model.stems]]
    for stem, answer in zip(stems, answers, strict=True):
        assert stem.shape == answer.shape
        assert snr_db(stem, to=answer) >= AGREED
    # And they are worth agreeing on: no two networks answer the same.
    assert all(snr_db(one, to=other) < 40 for one in answers for other in answers if one is not other)


def test_the_two_engines_write_the_same_files_at_16_khz_and_average(
    tmp_path: Path, oracle: Path, models_dir: Path
) -> None:
    model, samples = BY_FILE

    separated = separate(by_file(models_dir, tmp_path, "unet"), lambda _: None)

    assert separated.samples == samples
    assert [file.name for file in separated.stems] == [f"{stem}.flac" for stem in STEMS[model.stems]]
    for file in separated.stems:
        ours, stock = listen(tmp_path / "unet" / file.name), listen(oracle / "spleeter" / file.name)
        assert len(ours) == len(stock) == samples
        assert snr_db(ours, to=stock) >= AGREED


@pytest.mark.parametrize("band", ["11k", "16k"])
def test_average_stems_add_up_to_the_song_over_the_whole_band(models_dir: Path, band: str) -> None:
    model = Model.model_validate({"band": band})
    song = make_song(700_000)
    network = exact_network(models_dir / "2stems", 2, model.band)

    together = np.sum(stems_of(song, network, model.extension), axis=0)

    left = np.abs(np.fft.rfft(together - song, axis=0))
    whole = np.abs(np.fft.rfft(song, axis=0))
    hertz = np.fft.rfftfreq(len(song), 1 / 44100)
    for low in range(0, 22000, 1000):
        here = (hertz >= low) & (hertz < low + 1000)
        assert np.square(left[here]).sum() <= 1e-8 * np.square(whole[here]).sum(), f"from {low} Hz"
    assert np.abs(together - song).max() <= 1e-4 * np.abs(song).max()


def test_zeros_is_silent_above_the_band(models_dir: Path) -> None:
    song = make_song(300_000)
    network = exact_network(models_dir / "2stems", 2, "11k")

    together = np.sum(stems_of(song, network), axis=0)

    spectrum = np.square(np.abs(np.fft.rfft(together, axis=0)))
    hertz = np.fft.rfftfreq(len(song), 1 / 44100)
    assert spectrum[hertz > 11_200].sum() < 1e-6 * spectrum.sum()

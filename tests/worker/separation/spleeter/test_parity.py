"""Agreement with Spleeter's recorded stems (`make oracle` records them), and with the song in sum."""

from functools import lru_cache
from pathlib import Path

import flbt_unet
import numpy as np
import pytest

from jobs.models import Model, Stem
from jobs.music.separation_models import Band, NetworkEngineName
from tests.models import STEMS
from tests.sounds import snr_db
from tests.worker.separation.record import read_record
from tests.worker.separation.songs import make_song
from worker.separation.spleeter.network import Network, load_network
from worker.separation.spleeter.spectrogram import Samples
from worker.separation.spleeter.stream import separate_blocks

AGREED = 90.0  # dB


@lru_cache(maxsize=1)  # networks are large, and tests with the same one follow each other
def exact_network(
    checkpoint: Path,
    stems: tuple[Stem, ...],
    band: Band,
    engine: NetworkEngineName = "unet",
    instructions: flbt_unet.Instructions | None = None,
) -> Network:
    return load_network(checkpoint, stems, band, engine=engine, instructions=instructions)


def stems_of(song: Samples, network: Network, extension: str = "zeros", cut: int = 100_000) -> list[Samples]:
    """Whole stems of a whole song, by `separate_blocks`."""
    blocks = (song[start : start + cut] for start in range(0, len(song), cut))
    pieces = separate_blocks(blocks, network, "zeros" if extension == "zeros" else "average")
    return [np.concatenate(parts) for parts in zip(*pieces, strict=True)]


@pytest.mark.parametrize("instructions", flbt_unet.instruction_sets() or [None])
def test_every_stem_is_what_the_reference_package_made_of_it(
    models_dir: Path, instructions: flbt_unet.Instructions | None
) -> None:
    """At some samples of a song of three segments, as `tests.oracle.answers` recorded them."""
    recorded = read_record()
    song = make_song(recorded.samples)
    assert snr_db(song[recorded.at], to=recorded.song) > 120, "this song is another one than the one recorded"

    stems = stems_of(song, exact_network(models_dir / "2stems", STEMS[2], "11k", instructions=instructions))

    for stem, answer in zip(stems, recorded.stems, strict=True):
        assert len(stem) == recorded.samples
        assert snr_db(stem[recorded.at], to=answer) >= AGREED


@pytest.mark.parametrize("band", ["11k", "16k"])
def test_average_stems_add_up_to_the_song_over_the_whole_band(models_dir: Path, band: str) -> None:
    model = Model.model_validate({"band": band})
    song = make_song(700_000)
    network = exact_network(models_dir / "2stems", STEMS[2], model.band)

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
    network = exact_network(models_dir / "2stems", STEMS[2], "11k")

    together = np.sum(stems_of(song, network), axis=0)

    spectrum = np.square(np.abs(np.fft.rfft(together, axis=0)))
    hertz = np.fft.rfftfreq(len(song), 1 / 44100)
    assert spectrum[hertz > 11_200].sum() < 1e-6 * spectrum.sum()

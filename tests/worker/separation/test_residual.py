"""The sum of the stems against the song is measured, and what a network leaves out goes into *other*."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from jobs.models import Model
from jobs.music.separation_models import Extension
from jobs.music.stems import Stem
from tests.sounds import Samples, music, snr_db
from worker.child.tasks import NetworkWanted
from worker.separation.residual import LEAST_DB, Residual
from worker.separation.segments.engine import SegmentEngine
from worker.separation.segments.stream import Cut

SOURCES = (Stem.DRUMS, Stem.BASS, Stem.OTHER, Stem.VOCALS)


class Careless:
    """Four stems of a fifth of the song each: a fifth is left out, -14 dB."""

    name = "careless"
    sources = 4
    cut = Cut(segment=20_000, stride=15_000)

    def estimate(self, samples: NDArray[np.float32]) -> NDArray[np.float32]:
        return np.stack([samples * np.float32(0.2)] * 4)


def centred() -> Samples:
    """A song of mean 0: a network's share of the mean is no share of the song."""
    song = music(1.5)
    return np.asarray(song - song.mean(dtype=np.float64), np.float32)


def separated(song: Samples, extension: Extension) -> tuple[dict[Stem, Samples], Residual]:
    model = Model(name="htdemucs", extension=extension)
    engine = SegmentEngine(NetworkWanted(model=model, models_dir=Path()), SOURCES, lambda _file, _threads: Careless())
    engine.load(lambda: None)

    def decode() -> Iterator[Samples]:
        return iter(np.array_split(song, 9))

    pieces = [*engine.separate(decode, Path(), lambda _: None)]
    stems = [np.concatenate(parts) for parts in zip(*pieces, strict=True)]
    return dict(zip(model.stems, stems, strict=True)), engine.residual


def test_what_is_left_out_goes_into_other() -> None:
    song = centred()
    stems, residual = separated(song, "average")

    assert snr_db(np.sum([*stems.values()], 0), to=song) > 120
    assert snr_db(stems[Stem.DRUMS], to=song * np.float32(0.2)) > 100
    assert snr_db(stems[Stem.OTHER], to=song * np.float32(0.4)) > 100
    without_drums = np.sum([stem for name, stem in stems.items() if name is not Stem.DRUMS], 0)
    assert snr_db(without_drums, to=song - stems[Stem.DRUMS]) > 120, "a backing track lacks the drums and nothing else"
    told = residual.told()
    assert told is not None
    assert told.moved_db == pytest.approx(-13.98, abs=0.05)
    assert told.residual_db < -120


def test_switched_off_the_stems_are_the_networks_own() -> None:
    song = centred()
    stems, residual = separated(song, "zeros")
    assert all(snr_db(stem, to=song * np.float32(0.2)) > 100 for stem in stems.values())
    told = residual.told()
    assert told is not None
    assert told.residual_db == pytest.approx(-13.98, abs=0.05)
    assert told.moved_db is None


def test_levels_are_of_the_whole_song() -> None:
    residual = Residual()
    assert residual.told() is None, "silence"
    for level in (0.1, 0.3):
        residual.add(np.full((2, 50), level, np.float32), np.full((2, 50), level / 10, np.float32))
    told = residual.told()
    assert told is not None
    assert told.residual_db == pytest.approx(-20, abs=1e-3)
    exact = Residual()
    exact.add(np.ones((50, 2), np.float32), np.zeros((50, 2), np.float32), np.zeros((50, 2), np.float32))
    told = exact.told()
    assert told is not None
    assert (told.residual_db, told.moved_db) == (LEAST_DB, LEAST_DB)

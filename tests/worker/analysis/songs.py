"""Songs with known truth: the analysis was tuned on one half, and is measured on the other."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from jobs.music.stems import Stem
from tests.worker.analysis.composing import Piece, Stems

TUNING = (
    Piece("rock", "rock", 128, 4, seed=11),
    Piece("pop", "pop", 104, 0, seed=12),
    Piece("house", "house", 124, 9, True, seed=13),
    Piece("ballad", "ballad", 72, 7, bars=14, seed=14),
    Piece("funk", "funk", 98, 2, True, seed=15),
    Piece("drum and bass", "dnb", 174, 5, True, bars=32, seed=16),
    Piece("swing", "swing", 140, 10, seed=17),
    Piece("waltz", "waltz", 150, 2, bars=32, seed=18),
    Piece("six", "six", 58, 9, True, bars=24, seed=19),
    Piece("strummed", "strummed", 112, 7, drums=False, seed=20),
    Piece("faster", "rock", 118, 11, True, drift=0.12, seed=21),
    Piece("key change", "pop", 92, 3, modulates=2, seed=22),
    Piece("five", "jazz five", 168, 1, True, bars=24, seed=23),
    Piece("seven", "rock seven", 138, 6, bars=18, seed=24),
)

MEASURED = (
    Piece("rock", "rock", 142, 9, True, seed=31),
    Piece("pop", "pop", 116, 5, seed=32),
    Piece("house", "house", 130, 0, True, seed=33),
    Piece("ballad", "ballad", 66, 4, True, bars=14, seed=34),
    Piece("funk", "funk", 107, 7, True, seed=35),
    Piece("drum and bass", "dnb", 170, 1, True, bars=32, seed=36),
    Piece("shuffle", "shuffle", 122, 4, seed=37),
    Piece("waltz", "rock waltz", 126, 8, bars=32, seed=38),
    Piece("six", "six", 66, 2, bars=24, seed=39),
    Piece("arpeggio", "arpeggio", 88, 5, bars=18, drums=False, seed=40),
    Piece("slower", "pop", 108, 10, drift=-0.1, seed=41),
    Piece("key change", "rock", 136, 6, modulates=1, seed=42),
    Piece("five", "rock five", 126, 4, bars=22, seed=43),
    Piece("seven", "pop seven", 120, 11, True, bars=18, seed=44),
)

Sounds = Mapping[Stem, NDArray[np.float32]]


def as_four(stems: Stems) -> Sounds:
    """The song as a model with four stems leaves it."""
    return {Stem(name): sound for name, sound in stems.items()}


def as_two(stems: Stems) -> Sounds:
    """The song as a model with two stems leaves it."""
    rest = np.asarray(sum(sound for name, sound in stems.items() if name != "vocals"), np.float32)
    return {Stem.VOCALS: stems["vocals"], Stem.ACCOMPANIMENT: rest}

"""The key of a song, from its chords and how long each lasts."""

from collections.abc import Sequence
from typing import Final

import numpy as np

from jobs.music.analysis import Chord, Key

#: How well a chord fits into a key: by semitones over the tonic, major chords and minor ones.
IN_MAJOR: Final = ({0: 1.0, 5: 0.75, 7: 0.8, 10: 0.2}, {2: 0.55, 4: 0.5, 9: 0.7})
IN_MINOR: Final = ({3: 0.7, 8: 0.7, 10: 0.65, 7: 0.6}, {0: 1.0, 5: 0.7, 7: 0.5})
STRANGE: Final = -0.6
ENDS: Final = 0.15  # of all time: what the first chord and the last one count as much as
#: How sharply scores turn into probabilities.
SHARPNESS: Final = 14.0
SHORTEST: Final = 6.0  # seconds of chords
FEWEST: Final = 2  # different chords


def find_key(chords: Sequence[Chord]) -> tuple[Key | None, float]:
    """The likeliest key and its probability. None for fewer than two chords, or very little time."""
    lasting = np.zeros(24)
    for chord in chords:
        lasting[_index(chord)] += chord.end - chord.start
    total = float(lasting.sum())
    if total < SHORTEST or int((lasting > 0.02 * total).sum()) < FEWEST:
        return None, 0.0
    shares = lasting / total
    shares[_index(chords[0])] += ENDS
    shares[_index(chords[-1])] += ENDS
    keys = [Key(tonic=tonic, minor=minor) for minor in (False, True) for tonic in range(12)]
    scores = np.array([float(shares @ _fits(key)) for key in keys])
    best = int(scores.argmax())
    chances = np.exp(SHARPNESS * (scores - scores[best]))
    return keys[best], float(1 / chances.sum())


def _index(chord: Chord) -> int:
    return chord.root + 12 * (chord.quality == "min")


def _fits(key: Key) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """(24,) How well each chord fits, major ones first."""
    fits = np.full(24, STRANGE)
    for offset, table in zip((0, 12), IN_MINOR if key.minor else IN_MAJOR, strict=True):
        for degree, fit in table.items():
            fits[offset + (key.tonic + degree) % 12] = fit
    return fits

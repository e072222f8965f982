"""Stock Spleeter's stems of one song, at some samples: small enough to be kept with the tests.

`make oracle` runs stock Spleeter again, and compares.
"""

from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from worker.separation.spleeter.spectrogram import ADVANCE, FRAME, Samples

RECORD = Path(__file__).with_name("stock-spleeter.npz")
STEP = 997  # samples
AROUND = 32  # samples before and after each place where two segments meet


class Record(NamedTuple):
    """`samples`: the song's length; `at`: positions, (n,); `song`: (n, 2); `stems`: (stems, n, 2), float32."""

    samples: int
    at: NDArray[np.int64]
    song: Samples
    stems: NDArray[np.float32]


def read_record(path: Path = RECORD) -> Record:
    """Reads a file of `write_record`."""
    with np.load(path) as kept:
        samples, song, stems = int(kept["samples"]), kept["song"], kept["stems"]
    return Record(samples, _looked_at(samples), song, stems)


def write_record(path: Path, song: Samples, stems: list[Samples]) -> None:
    """Records `stems` of `song`, each (samples, 2)."""
    at = _looked_at(len(song))
    np.savez_compressed(path, samples=len(song), song=song[at], stems=np.stack([stem[at] for stem in stems]))


def _looked_at(samples: int) -> NDArray[np.int64]:
    """Positions all over the song, and around each joint of segments; one frame of silence precedes the song."""
    joints = range(ADVANCE - FRAME, samples, ADVANCE)
    near = [np.arange(joint - AROUND, joint + AROUND) for joint in joints]
    at: NDArray[np.int64] = np.unique(np.concatenate([np.arange(0, samples, STEP), *near])).astype(np.int64)
    return at[at < samples]

"""Listens to the stems of a song, once, and keeps what the analysis needs of it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from jobs.music.stems import Stem
from worker.analysis.pulses import Floats
from worker.analysis.spectra import RATE, Flux, Pitches

Block = NDArray[np.float32]  # (samples, 2)

#: Stems without harmony.
UNPITCHED: Final = frozenset({Stem.DRUMS})
#: Stems whose harmony is not that of the chords: a melody has notes of its own.
LEADING: Final = frozenset({Stem.VOCALS})


@dataclass(frozen=True)
class Heard:
    """`flux`: of the whole song, as of `Flux`. `pitches`: of its harmony, as of `Pitches`."""

    seconds: float
    flux: Floats
    pitches: Floats


def listen(stems: Sequence[Stem], blocks: Iterable[Sequence[Block]]) -> Heard:
    """`blocks`: for each moment one block of each stem, equally long.

    Memory grows by 0.6 MB a minute for the flux and by 0.5 MB a minute for the pitches.
    """
    flux, pitches, samples = Flux(), Pitches(), 0
    in_harmony = [stem not in UNPITCHED | LEADING for stem in stems]
    for one_each in blocks:
        mono = [block.mean(axis=1) for block in one_each]
        flux.push(np.sum(mono, axis=0, dtype=np.float32))
        harmony = [sound for sound, belongs in zip(mono, in_harmony, strict=True) if belongs]
        pitches.push(np.sum(harmony or [np.zeros_like(mono[0])], axis=0, dtype=np.float32))
        samples += len(mono[0])
    return Heard(samples / RATE, flux.finish(), pitches.finish())


def together(stems: Mapping[Stem, Block], size: int = 1 << 17) -> Iterable[list[Block]]:
    """The blocks of stems in memory, for `listen`."""
    samples = len(next(iter(stems.values())))
    for start in range(0, samples, size):
        yield [sound[start : start + size] for sound in stems.values()]

"""The sound of clicks, laid over blocks of music."""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from worker.audio.sound import SAMPLE_RATE
from worker.practice.grid import Hit

LENGTH: Final = round(0.05 * SAMPLE_RATE)  # samples of a click
STRONG: Final = (1600.0, 0.6)  # Hz and amplitude of a click that begins a bar
WEAK: Final = (1000.0, 0.4)

Samples = NDArray[np.float32]


def _click(hertz: float, amplitude: float) -> Samples:
    """A tone that begins at its loudest and dies away, as a metronome's."""
    time = np.arange(LENGTH) / SAMPLE_RATE
    sound = amplitude * np.sin(2 * np.pi * hertz * time) * np.exp(-90 * time)
    return np.asarray(sound * np.minimum(1, (LENGTH - np.arange(LENGTH)) / 200), np.float32)


_SOUNDS: Final = {True: _click(*STRONG), False: _click(*WEAK)}


class Clicking:
    """Clicks at `hits`, each times `level`."""

    def __init__(self, hits: Sequence[Hit], level: float) -> None:
        self._hits = sorted(hits)
        self._level = np.float32(level)

    def block(self, start: int, length: int) -> Samples:
        """The clicks of the samples from `start` on: (length,)."""
        block = np.zeros(length, np.float32)
        first = bisect_right(self._hits, Hit(start - LENGTH, True))
        for hit in self._hits[first : bisect_left(self._hits, Hit(start + length, False))]:
            sound = _SOUNDS[hit.is_strong] * self._level
            skipped = max(start - hit.sample, 0)
            place = max(hit.sample - start, 0)
            part = sound[skipped : skipped + length - place]
            block[place : place + len(part)] += part
        return block

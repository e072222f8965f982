"""How periodic a voice is at each pitch, every 12 ms: the normalised difference function of YIN.

After de Cheveigné & Kawahara, "YIN, a fundamental frequency estimator for speech and music" (JASA, 2002).
"""

from typing import Final, NamedTuple

import numpy as np
from flbt_unet import irfft, rfft
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from worker.analysis.spectra import RATE

Floats = NDArray[np.float32]

HALVED: Final = RATE // 2  # the rate of the samples that are compared
HOP: Final = 256  # of these samples
HOP_SECONDS: Final = HOP / HALVED
WINDOW: Final = 1024  # samples that are compared with later ones
FFT: Final = 2048
BATCH: Final = 512  # windows at once
NEAR: Final = (-0.4, -0.2, 0.0, 0.2, 0.4)  # semitones around a pitch where it may lie


class Range(NamedTuple):
    """The lowest and the highest pitch of a voice, as MIDI numbers."""

    low: int
    high: int

    @property
    def pitches(self) -> range:
        return range(self.low, self.high + 1)

    @property
    def longest(self) -> int:
        """The longest period, in samples, with room for interpolation."""
        return int(_period(self.low + NEAR[0])) + 2


BASS: Final = Range(28, 60)
VOICE: Final = Range(43, 84)


class Periods:
    """Follows one stem. Memory: 10 kB for each second."""

    def __init__(self, of: Range) -> None:
        self._range = of
        self._odd = np.zeros(0, np.float32)
        self._pending = np.zeros(WINDOW // 2, np.float32)
        self._roughness: list[Floats] = []
        self._power: list[Floats] = []
        lags = np.array([[_period(pitch + offset) for offset in NEAR] for pitch in of.pitches])
        self._whole = lags.astype(np.int64)
        self._part = (lags - self._whole).astype(np.float32)

    def push(self, block: Floats) -> None:
        """`block`: mono, (samples,) at 44.1 kHz."""
        block = np.concatenate([self._odd, block])
        even = len(block) // 2 * 2
        self._odd = block[even:]
        self._pending = np.concatenate([self._pending, block[:even].reshape(-1, 2).mean(axis=1, dtype=np.float32)])
        self._work()

    def finish(self) -> tuple[Floats, Floats]:
        """(frames, pitches) how unlike its own repetition the sound is at each pitch, from 0 for a perfect tone; and
        (frames,) its power. Frame k is centred at `k * HOP_SECONDS`."""
        self._pending = np.concatenate([self._pending, np.zeros(WINDOW // 2 + self._range.longest, np.float32)])
        self._work()
        if not self._roughness:
            return np.zeros((0, len(self._range.pitches)), np.float32), np.zeros(0, np.float32)
        return np.concatenate(self._roughness), np.concatenate(self._power)

    def _work(self) -> None:
        size = WINDOW + self._range.longest
        while (count := min((len(self._pending) - size) // HOP + 1, BATCH)) > 0:
            self._take(sliding_window_view(self._pending, size)[: count * HOP : HOP])
            self._pending = self._pending[count * HOP :]

    def _take(self, frames: Floats) -> None:
        """`frames`: (frames, WINDOW + longest)"""
        longest = self._range.longest
        first, all_of_it = np.zeros((len(frames), FFT), np.float32), np.zeros((len(frames), FFT), np.float32)
        first[:, :WINDOW], all_of_it[:, : frames.shape[1]] = frames[:, :WINDOW], frames
        alike = irfft(np.conj(rfft(first)) * rfft(all_of_it))[:, : longest + 1]
        sums = np.concatenate([np.zeros((len(frames), 1)), np.cumsum(frames.astype(np.float64) ** 2, axis=1)], axis=1)
        power = sums[:, WINDOW : WINDOW + longest + 1] - sums[:, : longest + 1]
        unlike = np.maximum(power[:, :1] + power - 2 * alike, 0)
        usual = np.cumsum(unlike[:, 1:], axis=1) / np.arange(1, longest + 1)
        normal = np.ones((len(frames), longest + 1), np.float32)
        normal[:, 1:] = unlike[:, 1:] / np.maximum(usual, 1e-9)
        near = normal[:, self._whole] * (1 - self._part) + normal[:, self._whole + 1] * self._part
        self._roughness.append(near.min(axis=2))
        self._power.append((power[:, 0] / WINDOW).astype(np.float32))


def _period(pitch: float) -> float:
    return float(HALVED / (440 * 2 ** ((pitch - 69) / 12)))

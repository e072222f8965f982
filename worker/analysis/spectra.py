"""What is measured while a song streams by: attacks by band every 10 ms, and pitches every 100 ms.

Both keep a few numbers per frame, not the sound: 40 MB for an hour.
"""

from typing import Final

import numpy as np
from flbt_unet import rfft
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

Samples = NDArray[np.float32]

RATE: Final = 44_100
FRAME: Final = 441  # samples between two values of the flux
FRAMES_PER_SECOND: Final = RATE // FRAME

#: Bands of the flux, in bins of 43 Hz: kick and bass; snare and voices; consonants; cymbals.
BANDS: Final = ((0, 4), (4, 40), (40, 115), (115, 400))
LOW, MID, UPPER, HIGH = range(len(BANDS))

PITCH_HOP: Final = 4410  # samples between two frames of pitches
PITCHES_PER_SECOND: Final = RATE / PITCH_HOP
PITCH_WINDOW: Final = 16384
LOWEST: Final = 24  # the MIDI number of the lowest pitch: 33 Hz
STEPS: Final = 3  # of a semitone
PITCHES: Final = 78  # semitones, up to 2.8 kHz

_BATCH = 512  # frames that are transformed at once


class _Frames:
    """Cuts a stream of samples into overlapping windows, the first one centred on sample 0."""

    def __init__(self, window: int, hop: int) -> None:
        self.window, self.hop = window, hop
        self._shape = np.hanning(window + 1)[:-1].astype(np.float32)
        self._pending = np.zeros(window // 2, np.float32)

    def push(self, block: Samples) -> list[Samples]:
        """The magnitudes of all windows that the block completes: batches of (frames, window / 2 + 1)."""
        self._pending = np.concatenate([self._pending, block])
        batches = []
        while (count := (len(self._pending) - self.window) // self.hop + 1) > 0:
            count = min(count, _BATCH)
            windows = sliding_window_view(self._pending, self.window)[: count * self.hop : self.hop]
            batches.append(np.abs(rfft(windows * self._shape)))
            self._pending = self._pending[count * self.hop :]
        return batches

    def finish(self) -> list[Samples]:
        return self.push(np.zeros(self.window // 2, np.float32))


class Flux:
    """How much louder each band's spectrum has become within 20 ms (Böck & Widmer, DAFx 2013: SuperFlux)."""

    def __init__(self) -> None:
        self._frames = _Frames(1024, FRAME)
        self._last = np.zeros((2, BANDS[-1][1]), np.float32)
        self._values: list[Samples] = []

    def push(self, block: Samples) -> None:
        """`block`: mono, (samples,)."""
        for magnitudes in self._frames.push(block):
            self._take(magnitudes)

    def finish(self) -> Samples:
        """(frames, bands); frame k lies at `k / FRAMES_PER_SECOND` seconds."""
        for magnitudes in self._frames.finish():
            self._take(magnitudes)
        return np.concatenate(self._values) if self._values else np.zeros((0, len(BANDS)), np.float32)

    def _take(self, magnitudes: Samples) -> None:
        loudness = np.log1p(4 * magnitudes[:, : BANDS[-1][1]])
        both = np.concatenate([self._last, loudness])
        before = both[:-2].copy()  # the loudest of three neighbouring bins: a vibrato is no attack
        np.maximum(before[:, 1:], both[:-2, :-1], out=before[:, 1:])
        np.maximum(before[:, :-1], both[:-2, 1:], out=before[:, :-1])
        rise = np.maximum(loudness - before, 0)
        self._values.append(np.stack([rise[:, low:high].mean(axis=1) for low, high in BANDS], axis=1))
        self._last = both[-2:]


class Pitches:
    """Magnitudes on a scale of pitches, a third of a semitone apart."""

    def __init__(self) -> None:
        self._frames = _Frames(PITCH_WINDOW, PITCH_HOP)
        self._matrix = _to_pitches()
        self._values: list[Samples] = []

    def push(self, block: Samples) -> None:
        """`block`: mono, (samples,)."""
        for magnitudes in self._frames.push(block):
            self._values.append(magnitudes[:, : self._matrix.shape[0]] @ self._matrix)

    def finish(self) -> Samples:
        """(frames, PITCHES * STEPS); frame k is centred at `k / PITCHES_PER_SECOND` seconds."""
        self._values += [magnitudes[:, : self._matrix.shape[0]] @ self._matrix for magnitudes in self._frames.finish()]
        return np.concatenate(self._values) if self._values else np.zeros((0, PITCHES * STEPS), np.float32)


def _to_pitches() -> Samples:
    """The weight of each bin of the spectrum for each step of pitch: (bins, PITCHES * STEPS)."""
    centres = LOWEST + np.arange(PITCHES * STEPS) / STEPS - (STEPS // 2) / STEPS
    bins = np.arange(1, round(PITCH_WINDOW * 3000 / RATE))
    pitch = 69 + 12 * np.log2(bins * RATE / PITCH_WINDOW / 440)
    width = np.maximum(1 / STEPS, 12 * np.log2(1 + 1 / bins))  # low bins lie further apart than the steps
    weights = np.maximum(1 - np.abs(pitch[:, None] - centres[None, :]) / width[:, None], 0)
    weights /= PITCH_WINDOW / 4
    return np.concatenate([np.zeros((1, weights.shape[1])), weights]).astype(np.float32)

"""True peaks: the largest magnitude of the sound between samples, as ITU-R BS.1770 has it, by four times oversampling.

Only the surroundings of samples that could lie beside a larger peak are oversampled.
"""

from typing import Final

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

REACH: Final = 16  # samples on each side of a point between samples
NEAR: Final = 0.7  # of the peak so far: a sample below it has no larger peak beside it

Block = NDArray[np.float32]  # (samples, 2)


def _kernels() -> NDArray[np.float32]:
    """Windowed sincs for the points a quarter, a half and three quarters of a sample later: (2 * REACH, 3)."""
    distance = np.arange(-REACH + 1, REACH + 1)[:, None] - np.array([0.25, 0.5, 0.75])
    window = 0.5 + 0.5 * np.cos(np.pi * distance / REACH)
    return np.asarray(np.sinc(distance) * window, np.float32)


_KERNELS: Final = _kernels()


class TruePeak:
    """The true peak of blocks, so far; of a file's very end, the peak of its samples."""

    def __init__(self) -> None:
        self.value = 0.0
        self._before = np.zeros((2 * REACH, 2), np.float32)

    def push(self, block: Block) -> None:
        """The next samples, (samples, 2)."""
        sound = np.concatenate([self._before, block])
        self._before = sound[-2 * REACH :]
        self.value = max(self.value, float(np.abs(block).max(initial=0.0)))
        points = np.abs(sound[REACH - 1 : len(sound) - REACH]).max(axis=1)
        near = np.flatnonzero(np.maximum(points, np.roll(points, -1)) > NEAR * self.value)
        for start in range(0, len(near), 4096):
            windows = sliding_window_view(sound, 2 * REACH, axis=0)[near[start : start + 4096]]
            self.value = max(self.value, float(np.abs(windows @ _KERNELS).max(initial=0.0)))

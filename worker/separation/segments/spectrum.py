"""The Fourier transforms around a network, for one segment, as described by data."""

from dataclasses import dataclass
from functools import cached_property
from math import sqrt

import numpy as np
from flbt_unet import irfft, rfft
from numpy.typing import NDArray

CHANNELS = 2


@dataclass(frozen=True, eq=False)
class Transform:
    """An STFT that is divided by √size, and its inverse.

    A segment of `samples` is followed by `silence`, reflected at both ends (`before` samples at its start), and cut
    into `frames` of `size` samples, `hop` apart. The network gets the lowest `bins` of each. On the way back, bins
    above are taken for 0, and the sum of overlapping frames is divided by that of their squared windows, with those of
    `outside` silent frames on either side.
    """

    size: int
    hop: int
    window: NDArray[np.float32]
    samples: int
    frames: int
    bins: int
    before: int
    silence: int = 0
    outside: int = 0

    def spectrogram(self, samples: NDArray[np.float32]) -> NDArray[np.float32]:
        """(2, samples) to (1, 4, bins, frames): real and imaginary part of the left channel, then of the right one."""
        padded = np.pad(samples, ((0, 0), (0, self.silence))) if self.silence else samples
        padded = np.pad(padded, ((0, 0), (self.before, self._after)), mode="reflect")
        frames = np.lib.stride_tricks.sliding_window_view(padded, self.size, axis=1)[:, :: self.hop]
        spectrum = rfft(frames * (self.window / self._scale))[:, :, : self.bins].transpose(0, 2, 1)
        parts = np.empty((1, 2 * CHANNELS, self.bins, self.frames), np.float32)
        parts[0, 0::2], parts[0, 1::2] = spectrum.real, spectrum.imag
        return parts

    def waveform(self, parts: NDArray[np.float32]) -> NDArray[np.float32]:
        """The inverse, for one source: (4, bins, frames) to (2, samples)."""
        spectrum = np.zeros((CHANNELS, self.frames, self.size // 2 + 1), np.complex64)
        spectrum.real[:, :, : self.bins] = parts[0::2].transpose(0, 2, 1)
        spectrum.imag[:, :, : self.bins] = parts[1::2].transpose(0, 2, 1)
        frames = irfft(spectrum)
        frames *= self.window * self._scale
        added = self._added(frames)[:, self.before : self.before + self.samples]
        added *= self._envelope
        return added

    def _added(self, frames: NDArray[np.float32]) -> NDArray[np.float32]:
        """The sum of frames, (rows, frames, size), each `hop` after the one before."""
        parts = self.size // self.hop
        rows, count, _ = frames.shape
        pieces = frames.reshape(rows, count, parts, self.hop)
        added = np.zeros((rows, count + parts - 1, self.hop), np.float32)
        for number in range(parts):
            added[:, number : number + count] += pieces[:, :, number]
        return added.reshape(rows, -1)

    @property
    def _scale(self) -> np.float32:
        return np.float32(sqrt(self.size))

    @property
    def _after(self) -> int:
        return (self.frames - 1) * self.hop + self.size - self.before - self.samples - self.silence

    @cached_property
    def _envelope(self) -> NDArray[np.float32]:
        """What the sum of frames is multiplied by, (samples,)."""
        squares = np.broadcast_to(np.square(self.window), (1, self.frames + 2 * self.outside, self.size))
        first = self.outside * self.hop + self.before
        return np.reciprocal(self._added(squares)[0, first : first + self.samples])


def hann(size: int) -> NDArray[np.float32]:
    """The periodic window."""
    return (0.5 - 0.5 * np.cos(2 * np.pi * np.arange(size) / size)).astype(np.float32)

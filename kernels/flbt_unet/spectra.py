"""Short-time Fourier transforms of stereo segments, and stems from masked spectra (`source/spectrum.h`)."""

import ctypes
import functools
import threading
from typing import Final

import numpy as np

from flbt_unet.builds import Instructions, instruction_sets
from flbt_unet.library import address, aligned, load
from flbt_unet.weights import SIDES, Floats

FRAME: Final = 4096  # samples
HOP: Final = 1024  # samples
PADDED: Final = FRAME + 16  # floats of a frame's real parts, and of its imaginary ones


class _Spectra(ctypes.Structure):
    _fields_ = [
        ("frames", ctypes.c_int), ("band", ctypes.c_int), ("turns", ctypes.c_void_p), ("window", ctypes.c_void_p),
    ]  # fmt: skip


class Spectra:
    """Transforms of segments of `frames` frames, whose networks see `band` bins. Threads may share it.

    Frames of FRAME samples begin every HOP samples, under a periodic Hann window.
    """

    def __init__(self, frames: int, band: int, instructions: Instructions | None = None) -> None:
        if band % 16 or not 0 < band <= FRAME // 2:
            raise ValueError(f"a band of {band} bins")
        self._library = load(instructions or instruction_sets()[0])
        self._frames, self._band = frames, band
        self._length = (frames - 1) * HOP + FRAME
        self._own = threading.local()
        self._turns, window = turns_of(FRAME), _window()
        self._windows = window, window * np.float32(2 / 3 / (2 * FRAME))  # squared windows add up to 3/2

    def spectrum(self, samples: Floats) -> tuple[Floats, Floats]:
        """Of (2, samples): the spectrum, for `stems`, and the magnitudes, (2, frames, band).

        Both are reused by the same thread's next call: new memory for each would be cleared by the system first.
        """
        if samples.shape != (SIDES, self._length) or samples.dtype != np.float32 or samples.strides[1] != 4:
            raise ValueError(f"{samples.shape} samples of {samples.dtype} for {self._frames} frames")
        if not hasattr(self._own, "spectrum"):
            self._own.spectrum = aligned(self._frames * 2 * PADDED)
            self._own.magnitudes = np.empty((SIDES, self._frames, self._band), np.float32)
        spectrum, magnitudes = self._own.spectrum, self._own.magnitudes
        self._library.spectrum_of(
            self._shape(0), address(samples), samples.strides[0] // 4, address(spectrum), address(magnitudes)
        )
        return spectrum, magnitudes

    def stems(self, spectrum: Floats, estimates: Floats, wanted: int, *, average: bool) -> Floats:
        """The samples of the first `wanted` stems, (wanted, 2, samples), from all stems' magnitudes.

        A stem's share of a bin is that of its magnitude's square; above the band, its mean share (`average`) or 0.
        """
        count = len(estimates)
        if estimates.shape[1:] != (SIDES, self._frames, self._band) or not 0 <= wanted <= count:
            raise ValueError(f"{estimates.shape} estimates for {wanted} stems of {self._frames} x {self._band}")
        estimates = np.ascontiguousarray(estimates, np.float32)
        samples = np.empty((wanted, SIDES, self._length), np.float32)
        self._library.stems_of(
            self._shape(1), address(spectrum), address(estimates), count, wanted, average, address(samples)
        )
        return samples

    def _shape(self, window: int) -> "ctypes._CArgObject":
        return ctypes.byref(
            _Spectra(
                frames=self._frames,
                band=self._band,
                turns=address(self._turns),
                window=address(self._windows[window]),
            )
        )


@functools.cache
def turns_of(size: int) -> Floats:
    """Cosines and sines of -2 pi k / size, (2, size)."""
    angles = 2 * np.pi * np.arange(size) / size
    return np.stack([np.cos(angles), -np.sin(angles)]).astype(np.float32)


@functools.cache
def _window() -> Floats:
    """(FRAME,), periodic."""
    return (0.5 - 0.5 * np.cos(2 * np.pi * np.arange(FRAME) / FRAME)).astype(np.float32)

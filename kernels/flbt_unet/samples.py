"""Conversions of samples, in one pass each (`source/samples.h`); by numpy where the package has no build."""

import ctypes
import functools

import numpy as np
from numpy.typing import NDArray

from flbt_unet.builds import instruction_sets
from flbt_unet.library import address, load
from flbt_unet.weights import Floats


def interleaved(planes: Floats) -> Floats:
    """(samples, 2) of (2, samples)."""
    library = _library()
    left, right = planes
    if library is None or left.strides != (4,) or planes.dtype != np.float32:
        return np.ascontiguousarray(planes.T)
    out = np.empty((len(left), 2), np.float32)
    library.samples_interleave(address(left), address(right), len(left), address(out))
    return out


def to_24_bits(values: Floats, out: NDArray[np.int32]) -> None:
    """Values in -1 to 1, clipped and rounded, to the upper 24 of 32 bits of `out`, as many numbers."""
    values, size = _floats(values), values.size
    if out.size != size or out.dtype != np.int32 or not out.flags.c_contiguous:
        raise ValueError(f"{out.size} of {out.dtype} for {size} values")
    library = _library()
    if library is None:
        out.reshape(-1)[:] = _rounded(values, 1 << 23).astype(np.int32).reshape(-1) << 8
    else:
        library.samples_to_24_bits(address(values), size, out.ctypes.data)


def to_16_bits(values: Floats) -> NDArray[np.int16]:
    """Values in -1 to 1, clipped and rounded to 16 bits, in the same shape."""
    values = _floats(values)
    library = _library()
    if library is None:
        return _rounded(values, 1 << 15).astype(np.int16)
    out = np.empty(values.shape, np.int16)
    library.samples_to_16_bits(address(values), values.size, out.ctypes.data)
    return out


def peaks(values: Floats, window: int) -> Floats:
    """The largest absolute value of each `window` of the values, (windows,), without those after the last whole one."""
    flat = _floats(values).reshape(-1)
    windows = flat.size // window
    library = _library()
    if library is None:
        largest: Floats = np.abs(flat[: windows * window].reshape(windows, window)).max(axis=1, initial=0)
        return largest
    out = np.empty(windows, np.float32)
    library.samples_peaks(address(flat), windows, window, address(out))
    return out


def _floats(values: Floats) -> Floats:
    if values.dtype != np.float32:
        raise TypeError(f"values of {values.dtype}")
    return np.ascontiguousarray(values)


def _rounded(values: Floats, full_scale: int) -> Floats:
    scaled = np.rint(values * np.float32(full_scale))
    clipped: Floats = np.clip(scaled, np.float32(-full_scale), np.float32(full_scale - 1))
    return clipped


@functools.cache
def _library() -> ctypes.CDLL | None:
    sets = instruction_sets()
    return load(sets[0]) if sets else None

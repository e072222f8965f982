"""Fourier transforms of rows of real numbers (`source/rows.h`); by numpy where the package has no build."""

import numpy as np
from numpy.typing import NDArray

from flbt_unet.builds import Instructions, instruction_sets
from flbt_unet.library import address, load
from flbt_unet.spectra import turns_of
from flbt_unet.weights import Floats

Bins = NDArray[np.complex64]


def rfft(rows: Floats, instructions: Instructions | None = None) -> Bins:
    """The transforms of the last axis: (..., n) to (..., n / 2 + 1). n is a power of 2 from 1024 on."""
    size = _checked(rows.shape[-1], rows.dtype == np.float32)
    built = instructions or next(iter(instruction_sets()), None)
    if built is None:
        return np.asarray(np.fft.rfft(rows), np.complex64)
    rows = np.ascontiguousarray(rows)
    bins = np.empty((*rows.shape[:-1], size // 2 + 1), np.complex64)
    if not load(built).rows_to_bins(address(turns_of(size)), size, address(rows), rows.size // size, bins.ctypes.data):
        raise MemoryError
    return bins


def irfft(bins: Bins, instructions: Instructions | None = None) -> Floats:
    """The inverse of `rfft`: (..., n / 2 + 1) to (..., n)."""
    size = _checked(2 * (bins.shape[-1] - 1), bins.dtype == np.complex64)
    built = instructions or next(iter(instruction_sets()), None)
    if built is None:
        return np.asarray(np.fft.irfft(bins, size), np.float32)
    bins = np.ascontiguousarray(bins)
    rows = np.empty((*bins.shape[:-1], size), np.float32)
    if not load(built).bins_to_rows(address(turns_of(size)), size, bins.ctypes.data, rows.size // size, address(rows)):
        raise MemoryError
    return rows


def _checked(size: int, is_single: bool) -> int:
    if size < 1024 or size & (size - 1) or not is_single:
        raise ValueError(f"rows of {size} numbers{'' if is_single else ' of another type'}")
    return size

"""Loads a build of the C code, and declares the types of its functions (`source/*.h`)."""

import ctypes
import functools
from typing import Any, Final

import numpy as np

from flbt_unet.builds import Instructions, file_of
from flbt_unet.weights import SIDES, Floats


@functools.cache
def load(instructions: Instructions) -> ctypes.CDLL:
    """The build, with the types of its functions. Raises `OSError` where the package has none."""
    library = ctypes.CDLL(str(file_of(instructions)))
    pointer, number = ctypes.c_void_p, ctypes.c_long
    library.use_threads.argtypes = [ctypes.c_int]
    signatures: tuple[tuple[Any, Any, list[Any]], ...] = (
        (library.winograd_size, number, [pointer]),
        (library.winograd_room, number, [pointer]),
        (library.winograd_pack, None, [pointer, pointer, pointer]),
        (library.winograd_run, None, [pointer, pointer, number]),
        (library.first_run, None, [pointer]),
        (library.last_run, None, [pointer]),
        (library.share, None, [pointer, ctypes.c_int, number, pointer]),
        (library.rate_of_registers, ctypes.c_float, [number]),
        (library.rate_of_products, number, [number, number, pointer, pointer, pointer]),
        (library.samples_interleave, None, [pointer, pointer, number, pointer]),
        (library.samples_to_24_bits, None, [pointer, number, pointer]),
        (library.samples_to_16_bits, None, [pointer, number, pointer]),
        (library.samples_peaks, None, [pointer, number, number, pointer]),
        (library.spectrum_of, None, [pointer, pointer, number, pointer, pointer]),
        (library.rows_to_bins, ctypes.c_int, [pointer, ctypes.c_int, pointer, number, pointer]),
        (library.bins_to_rows, ctypes.c_int, [pointer, ctypes.c_int, pointer, number, pointer]),
        (library.stems_of, None, [pointer, pointer, pointer, ctypes.c_int, ctypes.c_int, ctypes.c_int, pointer]),
    )
    for function, answers, takes in signatures:
        function.argtypes = takes
        function.restype = answers
    return library


def _fields(integers: str, *rest: tuple[str, Any]) -> list[tuple[str, Any]]:
    return [*((name, ctypes.c_int) for name in integers.split()), *rest]


def _place(name: str) -> list[tuple[str, Any]]:
    """Fields for pixels: their address, and the distances between pixels and between rows, in floats."""
    plain = name.rstrip("_")
    return [(name, ctypes.c_void_p), (f"{plain}_pixel", ctypes.c_long), (f"{plain}_row", ctypes.c_long)]


_AFFINE: Final = [(name, ctypes.c_void_p) for name in ("bias", "scale", "shift")]


class Winograd(ctypes.Structure):
    """`Winograd` of winograd.h."""

    _fields_ = [
        *_fields("tile down rows columns ins outs together parts elu", ("slope", ctypes.c_float)),
        *_place("in_"), ("packed", ctypes.c_int), ("weights", ctypes.c_void_p), *_AFFINE,
        *_place("raw"), *_place("out"),
    ]  # fmt: skip


class First(ctypes.Structure):
    """`First` of ends.h."""

    _fields_ = [
        *_fields("rows columns elu", ("slope", ctypes.c_float), ("planes", ctypes.c_void_p)),
        ("weights", ctypes.c_void_p), *_AFFINE, *_place("raw"), *_place("out"),
    ]  # fmt: skip


class Last(ctypes.Structure):
    """`Last` of ends.h."""

    _fields_ = [
        *_fields("rows columns elu", ("slope", ctypes.c_float), ("mask", ctypes.c_int)),
        *_place("in_"), ("narrow", ctypes.c_void_p),
        *[(name, ctypes.c_float) for name in ("bias", "scale", "shift")], ("between", ctypes.c_void_p),
        ("skipping", ctypes.c_void_p), ("side_bias", ctypes.c_float * SIDES),
        ("planes", ctypes.c_void_p), ("out", ctypes.c_void_p),
    ]  # fmt: skip


def pixels(name: str, pixels: Floats | None) -> dict[str, int]:
    """Values of those fields for an array (rows, columns, channels)."""
    if pixels is None:
        return {}
    row, pixel, _ = (step // 4 for step in pixels.strides)
    plain = name.rstrip("_")
    return {name: address(pixels), f"{plain}_pixel": pixel, f"{plain}_row": row}


def aligned(size: int) -> Floats:
    """An array of `size` numbers, uninitialised, aligned to a cache line (64 bytes)."""
    memory = np.empty(size + 16, np.float32)
    first = -memory.ctypes.data % 64 // 4
    return memory[first : first + size]


def zeros(*shape: int) -> Floats:
    """An aligned array of zeros."""
    memory = aligned(int(np.prod(shape))).reshape(shape)
    memory[...] = 0
    return memory


def address(numbers: Floats) -> int:
    return numbers.ctypes.data

"""Spleeter's U-Nets on the processor: magnitudes in, the stems' magnitudes out, in float32.

Architecture: `spleeter.model.functions.unet`. Six convolutions of 5 x 5 with stride 2 down, six transposed ones up that
each read what the way down left at their size, and one of 4 x 4 that skips every second pixel. All the work is in C
(`source/`); here is what it works on, and in which order.
"""

import ctypes
import functools
import platform
import sys
import threading
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

SIDES: Final = 2  # channels of the song
DOWN: Final = (SIDES, 16, 32, 64, 128, 256, 512)
UP: Final = (512, 256, 128, 64, 32, 16, 1)
PANEL: Final = 16  # as in vectors.h
CUTS: Final = 1 << (len(DOWN) - 1)  # rows and columns are halved six times
LIBRARY: Final = Path(__file__).with_name("unet.so")

#: Weights, brought to the points of their tiles, that stay in the cache are kept so. Others are brought there once for
#: many tiles each time, and each thread has a part of them.
SMALL: Final = 1 << 20  # floats
#: Pixels of a phase for which tiles of 4 x 4 would be too few to be worth their weights.
FEW: Final = 256
BORDER: Final = 2  # zeros around the planes between the last two layers


class Layer(NamedTuple):
    """Weights of a layer: a kernel, (height, width, ins, outs), and for each of `outs` a bias, a scale and a shift.

    Down: activate(scale * (sum + bias) + shift); up: scale * activate(sum + bias) + shift; the last one: sum + bias.
    """

    kernel: Floats
    bias: Floats
    scale: Floats
    shift: Floats


def shapes() -> Iterator[tuple[int, int, int, int]]:
    """The kernels of a network, in order."""
    for ins, outs in pairwise(DOWN):
        yield 5, 5, ins, outs
    for number, (ins, outs) in enumerate(pairwise(UP)):
        yield 5, 5, ins if number == 0 else 2 * ins, outs
    yield 4, 4, 1, SIDES


MIDDLE: Final = range(1, len(DOWN) + len(UP) - 3)  # the layers but the ends, which have too few channels
#: Float32 numbers of one network, one layer after another.
SIZE: Final = sum(int(np.prod(shape)) + 3 * shape[-1] for shape in shapes())


def pack(layers: list[Layer]) -> Floats:
    """The layers of a network as `UNets` takes them, (SIZE,): the kernels of all but the ends by phases."""
    numbers = []
    for number, (layer, shape) in enumerate(zip(layers, shapes(), strict=True)):
        if layer.kernel.shape != shape:
            raise ValueError(f"a kernel of {layer.kernel.shape} where {shape} should be")
        kernel = by_phases(layer.kernel, down=number < len(DOWN) - 1) if number in MIDDLE else layer.kernel
        numbers += [kernel, *layer[1:]]
    return np.concatenate([np.ravel(part) for part in numbers], dtype=np.float32)


def by_phases(kernel: Floats, down: bool) -> Floats:
    """A kernel, (5, 5, ins, outs), as the library reads it: (outs / PANEL, phase, ins, taps, PANEL); see winograd.h.

    Of a convolution, `out[i] += in[2 i + k - 1] * w[k]`: the even pixels meet the odd taps, and the odd ones the even.
    Of a transposed one, `out[2 i + k - 1] += in[i] * w[k]`: the taps of a phase meet its pixels from the last one on.
    """
    ins, outs = kernel.shape[2:]
    taps = ((1, 3), (0, 2, 4)) if down else ((3, 1), (4, 2, 0))
    phases = [
        kernel[np.ix_(rows, columns)].reshape(-1, ins, outs // PANEL, PANEL).transpose(2, 1, 0, 3)
        for rows in taps
        for columns in taps
    ]
    return np.concatenate([phase.reshape(outs // PANEL, -1) for phase in phases], axis=1)


def _unpack(network: Floats) -> list[Layer]:
    """The layers of a network, views of its numbers."""
    layers, at = [], 0
    for shape in shapes():
        parts = []
        for size in (int(np.prod(shape)), *[shape[-1]] * 3):
            parts.append(network[at : at + size])
            at += size
        layers.append(Layer(*parts))
    return layers


def available() -> bool:
    """Whether this package was built for this processor: x86-64 with AVX2 and FMA, under Linux."""
    if sys.platform != "linux" or platform.machine() != "x86_64" or not LIBRARY.is_file():
        return False
    return {"avx2", "fma"} <= flags()


@functools.cache
def flags() -> frozenset[str]:
    """What the processor says it can do, in the kernel's words; nothing where nobody says it."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return frozenset()
    return frozenset(next((line.partition(":")[2].split() for line in lines if line.startswith("flags")), []))


class UNets:
    """The networks of a model, one per stem, ready for segments of one size.

    `networks` is (stems, SIZE), see `pack`. The layers down go on with ELU, or else LeakyReLU of a `slope`; those up with ELU or
    ReLU. `shared`: stems divide the mix among them (softmax), instead of each having a mask of
    its own (sigmoid). Whoever asks while another one computes waits: the threads are the same for all.
    """

    def __init__(
        self, networks: Floats, elu: bool, slope: float, shared: bool, *, rows: int, columns: int, threads: int
    ) -> None:
        if rows % CUTS or columns % CUTS:
            raise ValueError(f"{rows} x {columns} cannot be halved six times")
        self._shape = len(networks), SIDES, rows, columns
        self._threads = threads
        self._shared = shared
        self._library = _load()
        with _turn:
            used = self._library.use_threads(threads)
            room = _Room(rows, columns)
            self._plans = [
                _Plan(self._library, _unpack(network), room, elu, slope, not shared, used) for network in networks
            ]
            self._rooms = _aligned(used * max(plan.room for plan in self._plans))

    def estimate(self, magnitudes: Floats, out: Floats | None = None) -> Floats:
        """The stems' magnitudes, (stems, 2, rows, columns), from the mix's, (2, rows, columns), into `out` if given."""
        mix = np.ascontiguousarray(magnitudes, np.float32)
        stems = np.empty(self._shape, np.float32) if out is None else out
        if mix.shape != self._shape[1:] or stems.shape != self._shape or not stems.flags.c_contiguous:
            raise ValueError(f"{mix.shape} in and {stems.shape} out, for networks of {self._shape}")
        with _turn:
            self._library.use_threads(self._threads)
            for plan, stem in zip(self._plans, stems, strict=True):
                plan.run(mix, stem, self._rooms)
            if self._shared:
                self._library.share(_at(stems), len(stems), mix.size, _at(mix))
        return stems


class _Room:
    """Where the pixels between the layers lie; every network of a model uses the same."""

    def __init__(self, rows: int, columns: int) -> None:
        self.rows, self.columns = rows, columns
        sizes = [(rows >> cut, columns >> cut) for cut in range(1, len(DOWN))]
        # What a layer up reads: what the way down left at this size, and beside it what came up. Until that comes, its
        # place holds what the next layer down reads. The last layer up looks one pixel beyond each side.
        self.joined = [
            _zeros(height + 2 * (cut == 0), width + 2 * (cut == 0), channels if cut == len(sizes) - 1 else 2 * channels)
            for cut, ((height, width), channels) in enumerate(zip(sizes, DOWN[1:], strict=True))
        ]
        self.inner = [self.joined[0][1:-1, 1:-1], *self.joined[1:]]
        self.between = _zeros(4, sizes[0][0] + 2 * BORDER, sizes[0][1] + 2 * BORDER)


class _Plan:
    """One network: what the library is told of each layer, and the memory that it points to."""

    def __init__(self, library: ctypes.CDLL, layers: list[Layer], room: _Room, elu: bool, slope: float, mask: bool, threads: int) -> None:
        self._library, self._pixels = library, room
        self._kept: list[Floats] = []
        first, *middle, last, skipping = layers
        down = len(DOWN) - 2
        self._first = _First(
            rows=room.rows, columns=room.columns, elu=elu, slope=slope,
            weights=self._keep(first.kernel), bias=self._keep(first.bias),
            scale=self._keep(first.scale), shift=self._keep(first.shift),
            **_pixels("raw", room.inner[0]), **_pixels("out", room.inner[0][..., DOWN[1] :]),
        )  # fmt: skip
        self._middle = []
        kernels = list(shapes())[1:]
        for cut, layer in enumerate(middle[:down], 1):
            source, raw = room.inner[cut - 1][..., DOWN[cut] :], room.inner[cut]
            out = raw[..., DOWN[cut + 1] :] if cut < down else None
            self._middle.append(self._winograd(layer, kernels[cut - 1], True, raw.shape[:2], source, raw, out, elu, slope, threads))
        for number, layer in enumerate(middle[down:]):
            source = room.inner[down - number]
            out = room.inner[down - number - 1][..., DOWN[down - number] :]
            self._middle.append(self._winograd(layer, kernels[down + number], False, source.shape[:2], source, None, out, elu, 0.0, threads))
        self._last = _Last(
            rows=room.rows // 2, columns=room.columns // 2, elu=elu, slope=0.0, mask=mask,
            **_pixels("in_", room.inner[0]), narrow=self._keep(last.kernel),
            bias=last.bias[0], scale=last.scale[0], shift=last.shift[0], between=_at(room.between),
            skipping=self._keep(skipping.kernel), side_bias=(ctypes.c_float * SIDES)(*skipping.bias),
        )  # fmt: skip
        self.room: int = max(library.winograd_room(ctypes.byref(layer)) for layer in self._middle)

    def run(self, mix: Floats, stem: Floats, rooms: Floats) -> None:
        self._first.planes = self._last.planes = _at(mix)
        self._last.out = _at(stem)
        self._library.first_run(ctypes.byref(self._first))
        for layer in self._middle:
            self._library.winograd_run(ctypes.byref(layer), _at(rooms), self.room)
        self._library.last_run(ctypes.byref(self._last))

    def _winograd(
        self, layer: Layer, kernel: tuple[int, ...], down: bool, size: tuple[int, ...], source: Floats, raw: Floats | None, out: Floats | None,
        elu: bool, slope: float, threads: int,
    ) -> "_Winograd":  # fmt: skip
        ins, outs = kernel[2:]
        # activate(scale * (sum + bias) + shift), and the library adds the bias first, since it keeps that sum
        told = _Winograd(
            tile=4, down=down, rows=size[0], columns=size[1], ins=ins, outs=outs, elu=elu, slope=slope,
            bias=self._keep(layer.bias), scale=self._keep(layer.scale), shift=self._keep(layer.shift),
            **_pixels("in_", source), **_pixels("raw", raw), **_pixels("out", out),
        )  # fmt: skip
        if size[0] % 4 or size[1] % 4 or size[0] * size[1] < FEW:
            told.tile = 2
        tiles = told.rows // told.tile * (told.columns // told.tile)
        needed = self._library.winograd_size(ctypes.byref(told))
        if needed < SMALL:
            packed = _aligned(needed)
            self._library.winograd_pack(ctypes.byref(told), _at(layer.kernel), _at(packed))
            told.packed, told.weights, told.together, told.parts = True, _at(packed), min(tiles, 12), 1
            self._kept.append(packed)
        else:
            told.weights, told.together, told.parts = self._keep(layer.kernel), min(tiles, 64), min(threads, outs // PANEL)
        return told

    def _keep(self, numbers: Floats) -> int:
        """The address of a copy of the numbers, which lives as long as we do."""
        kept = np.array(numbers, np.float32, order="C")
        self._kept.append(kept)
        return _at(kept)


def _aligned(size: int) -> Floats:
    """Memory for so many numbers, from the beginning of a line of the cache on."""
    memory = np.empty(size + 16, np.float32)
    first = -memory.ctypes.data % 64 // 4
    return memory[first : first + size]


def _zeros(*shape: int) -> Floats:
    memory = _aligned(int(np.prod(shape))).reshape(shape)
    memory[...] = 0
    return memory


def _at(numbers: Floats) -> int:
    return numbers.ctypes.data


def _pixels(name: str, pixels: Floats | None) -> dict[str, int]:
    """The fields that tell the library where pixels, (rows, columns, channels), lie."""
    if pixels is None:
        return {}
    row, pixel, _ = (step // 4 for step in pixels.strides)
    plain = name.rstrip("_")
    return {name: _at(pixels), f"{plain}_pixel": pixel, f"{plain}_row": row}


_turn = threading.Lock()  # the library's threads work for one caller at a time


@functools.cache
def _load() -> ctypes.CDLL:
    library = ctypes.CDLL(str(LIBRARY))
    pointer, number = ctypes.c_void_p, ctypes.c_long
    library.use_threads.argtypes = [ctypes.c_int]
    for function, answers, takes in (
        (library.winograd_size, number, [pointer]),
        (library.winograd_room, number, [pointer]),
        (library.winograd_pack, None, [pointer, pointer, pointer]),
        (library.winograd_run, None, [pointer, pointer, number]),
        (library.first_run, None, [pointer]),
        (library.last_run, None, [pointer]),
        (library.share, None, [pointer, ctypes.c_int, number, pointer]),
    ):
        function.argtypes, function.restype = takes, answers
    return library


def _fields(integers: str, *rest: tuple[str, Any]) -> list[tuple[str, Any]]:
    return [*((name, ctypes.c_int) for name in integers.split()), *rest]


def _place(name: str) -> list[tuple[str, Any]]:
    """Pixels: where, and how far one pixel and one row are from the next."""
    plain = name.rstrip("_")
    return [(name, ctypes.c_void_p), (f"{plain}_pixel", ctypes.c_long), (f"{plain}_row", ctypes.c_long)]


_AFFINE: Final = [(name, ctypes.c_void_p) for name in ("bias", "scale", "shift")]


class _Winograd(ctypes.Structure):
    """`Winograd` of winograd.h."""

    _fields_ = [
        *_fields("tile down rows columns ins outs together parts elu", ("slope", ctypes.c_float)),
        *_place("in_"), ("packed", ctypes.c_int), ("weights", ctypes.c_void_p), *_AFFINE,
        *_place("raw"), *_place("out"),
    ]  # fmt: skip


class _First(ctypes.Structure):
    """`First` of ends.h."""

    _fields_ = [
        *_fields("rows columns elu", ("slope", ctypes.c_float), ("planes", ctypes.c_void_p)),
        ("weights", ctypes.c_void_p), *_AFFINE, *_place("raw"), *_place("out"),
    ]  # fmt: skip


class _Last(ctypes.Structure):
    """`Last` of ends.h."""

    _fields_ = [
        *_fields("rows columns elu", ("slope", ctypes.c_float), ("mask", ctypes.c_int)),
        *_place("in_"), ("narrow", ctypes.c_void_p),
        *[(name, ctypes.c_float) for name in ("bias", "scale", "shift")], ("between", ctypes.c_void_p),
        ("skipping", ctypes.c_void_p), ("side_bias", ctypes.c_float * SIDES),
        ("planes", ctypes.c_void_p), ("out", ctypes.c_void_p),
    ]  # fmt: skip

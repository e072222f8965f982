"""The networks of a model, layer by layer: calls into the library, and the memory layout between layers."""

import ctypes
import threading
from typing import Final

import numpy as np

from flbt_unet.builds import Instructions, instruction_sets
from flbt_unet.library import First, Last, Winograd, address, aligned, load, pixels, zeros
from flbt_unet.weights import DOWN, PANEL, SIDES, Floats, Layer, shapes, unpack

CUTS: Final = 1 << len(DOWN)  # rows and columns are halved six times, down to tiles of 2 x 2
#: Layers whose transformed weights fit into the cache keep them transformed. Larger layers transform their weights in
#: each run, once for many tiles, a part in each thread.
SMALL: Final = 1 << 20  # floats
#: Phases of fewer pixels have too few 4 x 4 tiles to repay the transformation of the weights; they use 2 x 2.
FEW: Final = 256
#: Tiles that a thread transforms and multiplies at a time, of layers with packed weights: a multiple of simd.h's ROWS.
TOGETHER: Final[dict[Instructions, int]] = {"avx512": 12, "avx2": 12, "neon": 10}
BORDER: Final = 2  # zeros around the planes between the last two layers

_turn = threading.Lock()  # the library's threads work for one caller at a time


class UNets:
    """The networks of a model, one per stem, ready for segments of one size.

    `networks` is (stems, SIZE), see `pack`. The layers down use ELU, or else LeakyReLU of a `slope`; those up use ELU,
    or else ReLU. `shared`: stems divide the mix among them (softmax), instead of each having a mask of its own
    (sigmoid). Calls from several threads run one at a time, since they share the library's threads. `instructions` is
    one of `instruction_sets`, by default the fastest.
    """

    def __init__(
        self, networks: Floats, elu: bool, slope: float, shared: bool, *, rows: int, columns: int, threads: int,
        instructions: Instructions | None = None,
    ) -> None:  # fmt: skip
        if rows % CUTS or columns % CUTS:
            raise ValueError(f"{rows} x {columns} are no multiples of {CUTS}")
        self._shape = len(networks), SIDES, rows, columns
        self._shared = shared
        self.instructions = instructions or instruction_sets()[0]
        self._library = load(self.instructions)
        with _turn:
            # Fewer than `threads` where the system starts no more.
            self._threads: int = self._library.use_threads(threads)
            room = _Room(rows, columns)
            self._plans = [
                _Plan(
                    self._library,
                    unpack(network),
                    room,
                    elu,
                    slope,
                    not shared,
                    self._threads,
                    TOGETHER[self.instructions],
                )
                for network in networks
            ]
            self._rooms = aligned(self._threads * max(plan.room for plan in self._plans))

    def estimate(self, magnitudes: Floats, out: Floats | None = None) -> Floats:
        """The stems' magnitudes, (stems, 2, rows, columns), from the mix's, (2, rows, columns), into `out` if given."""
        mix = np.ascontiguousarray(magnitudes, np.float32)
        stems = np.empty(self._shape, np.float32) if out is None else out
        if mix.shape != self._shape[1:] or stems.shape != self._shape or not stems.flags.c_contiguous:
            raise ValueError(f"{mix.shape} in and {stems.shape} out, for networks of {self._shape}")
        with _turn:
            self.compute(mix, stems)
        return stems

    @property
    def products(self) -> int:
        """Multiplications with addition of one `estimate`, without those of the transformations of tiles."""
        return sum(plan.products for plan in self._plans)

    def compute(self, mix: Floats, stems: Floats) -> None:
        """`estimate` for a caller that holds the lock."""
        self._library.use_threads(self._threads)
        for plan, stem in zip(self._plans, stems, strict=True):
            plan.run(mix, stem, self._rooms)
        if self._shared:
            self._library.share(address(stems), len(stems), mix.size, address(mix))


class _Room:
    """Memory for the pixels between layers, shared by all networks of a model."""

    def __init__(self, rows: int, columns: int) -> None:
        self.rows, self.columns = rows, columns
        sizes = [(rows >> cut, columns >> cut) for cut in range(1, len(DOWN))]
        # Input of each layer up: channels of the layer down of this size, then channels of the layer up before. The
        # second half first holds the input of the next layer down. The last layer up reads one pixel beyond each side.
        self.joined = [
            zeros(height + 2 * (cut == 0), width + 2 * (cut == 0), channels if cut == len(sizes) - 1 else 2 * channels)
            for cut, ((height, width), channels) in enumerate(zip(sizes, DOWN[1:], strict=True))
        ]
        self.inner = [self.joined[0][1:-1, 1:-1], *self.joined[1:]]
        self.between = zeros(4, sizes[0][0] + 2 * BORDER, sizes[0][1] + 2 * BORDER)


class _Plan:
    """One network: the C structure of each layer, and the arrays that it points to."""

    def __init__(
        self, library: ctypes.CDLL, layers: list[Layer], room: _Room, elu: bool, slope: float, mask: bool, threads: int,
        together: int,
    ) -> None:  # fmt: skip
        self._library, self._pixels, self._together = library, room, together
        self._kept: list[Floats] = []
        first, *middle, last, skipping = layers
        down = len(DOWN) - 2
        self._first = First(
            rows=room.rows, columns=room.columns, elu=elu, slope=slope,
            weights=self._keep(first.kernel), bias=self._keep(first.bias),
            scale=self._keep(first.scale), shift=self._keep(first.shift),
            **pixels("raw", room.inner[0]), **pixels("out", room.inner[0][..., DOWN[1] :]),
        )  # fmt: skip
        self._middle = []
        kernels = list(shapes())[1:]
        for cut, layer in enumerate(middle[:down], 1):
            source, raw = room.inner[cut - 1][..., DOWN[cut] :], room.inner[cut]
            out = raw[..., DOWN[cut + 1] :] if cut < down else None
            self._middle.append(
                self._winograd(layer, kernels[cut - 1], True, raw.shape[:2], source, raw, out, elu, slope, threads)
            )
        for number, layer in enumerate(middle[down:]):
            source = room.inner[down - number]
            out = room.inner[down - number - 1][..., DOWN[down - number] :]
            self._middle.append(
                self._winograd(
                    layer, kernels[down + number], False, source.shape[:2], source, None, out, elu, 0.0, threads
                )
            )
        self._last = Last(
            rows=room.rows // 2, columns=room.columns // 2, elu=elu, slope=0.0, mask=mask,
            **pixels("in_", room.inner[0]), narrow=self._keep(last.kernel),
            bias=last.bias[0], scale=last.scale[0], shift=last.shift[0], between=address(room.between),
            skipping=self._keep(skipping.kernel), side_bias=(ctypes.c_float * SIDES)(*skipping.bias),
        )  # fmt: skip
        self.room: int = max(library.winograd_room(ctypes.byref(layer)) for layer in self._middle)

    @property
    def products(self) -> int:
        first = self._first.rows * self._first.columns // 4 * 25 * SIDES * DOWN[1]
        narrow = self._last.rows * self._last.columns * 25 * 2 * DOWN[1]
        skipping = 4 * self._last.rows * self._last.columns * 16 * SIDES
        return int(first + narrow + skipping + sum(map(_products, self._middle)))

    def run(self, mix: Floats, stem: Floats, rooms: Floats) -> None:
        self._first.planes = self._last.planes = address(mix)
        self._last.out = address(stem)
        self._library.first_run(ctypes.byref(self._first))
        for layer in self._middle:
            self._library.winograd_run(ctypes.byref(layer), address(rooms), self.room)
        self._library.last_run(ctypes.byref(self._last))

    def _winograd(
        self, layer: Layer, kernel: tuple[int, ...], down: bool, size: tuple[int, ...], source: Floats,
        raw: Floats | None, out: Floats | None, elu: bool, slope: float, threads: int,
    ) -> Winograd:  # fmt: skip
        ins, outs = kernel[2:]
        told = Winograd(
            tile=4, down=down, rows=size[0], columns=size[1], ins=ins, outs=outs, elu=elu, slope=slope,
            bias=self._keep(layer.bias), scale=self._keep(layer.scale), shift=self._keep(layer.shift),
            **pixels("in_", source), **pixels("raw", raw), **pixels("out", out),
        )  # fmt: skip
        if size[0] % 4 or size[1] % 4 or size[0] * size[1] < FEW:
            told.tile = 2
        tiles = told.rows // told.tile * (told.columns // told.tile)
        needed = self._library.winograd_size(ctypes.byref(told))
        if needed < SMALL:
            packed = aligned(needed)
            self._library.winograd_pack(ctypes.byref(told), address(layer.kernel), address(packed))
            told.packed, told.weights, told.together, told.parts = True, address(packed), min(tiles, self._together), 1
            self._kept.append(packed)
        else:
            told.weights = self._keep(layer.kernel)
            told.together, told.parts = min(tiles, 64), min(threads, outs // PANEL)
        return told

    def _keep(self, numbers: Floats) -> int:
        """The address of the numbers, which live as long as this plan; a mapped file's are used where they are."""
        kept = np.ascontiguousarray(numbers, np.float32)
        self._kept.append(kept)
        return address(kept)


def _products(layer: Winograd) -> int:
    """Products of a layer at the points of its tiles; a filter of 2 has one point less along its axis (winograd.h)."""
    points = layer.tile + 2
    both = (2 * points - 1) ** 2  # the points of the phases 3 x 3, 3 x 2, 2 x 3 and 2 x 2
    tiles = layer.rows * layer.columns // layer.tile**2
    return int(tiles * layer.ins * layer.outs * both)

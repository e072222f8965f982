"""Layout of the weights of a Spleeter U-Net for the library."""

from collections.abc import Iterator
from itertools import pairwise
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

SIDES: Final = 2  # channels of the song
DOWN: Final = (SIDES, 16, 32, 64, 128, 256, 512)
UP: Final = (512, 256, 128, 64, 32, 16, 1)
PANEL: Final = 16  # as in simd.h


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


def unpack(network: Floats) -> list[Layer]:
    """The layers of a network, views of its numbers."""
    layers, at = [], 0
    for shape in shapes():
        parts = []
        for size in (int(np.prod(shape)), *[shape[-1]] * 3):
            parts.append(network[at : at + size])
            at += size
        layers.append(Layer(*parts))
    return layers

"""Layers of torch by OpenVINO's operations, from the tensors of one network.

Tensors are (1, channels, …, frames or samples): the last axis is time.
"""

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from worker.separation.runtime import ops, ov
from worker.separation.segments.tensors import Tensors

Node = Any  # OpenVINO's nodes are not typed

EPSILON: Final = 1e-5  # torch's, of every normalisation


class Layers:
    """Makes layers from the tensors of one network."""

    def __init__(self, tensors: Tensors) -> None:
        self.tensors = tensors

    def group_norm(self, x: Node, name: str) -> Node:
        """Normalises all channels together: over frames for each bin, or over samples."""
        return self.scaled(normalised(x, (1, rank_of(x) - 1)), name)

    def scaled(self, x: Node, name: str) -> Node:
        """The weight and bias of a normalisation, one number per channel."""
        channels, rank = x.shape[1], rank_of(x)
        weight = per_channel(self.tensors.take(f"{name}.weight", channels), rank)
        bias = per_channel(self.tensors.take(f"{name}.bias", channels), rank)
        return ops.add(ops.multiply(x, weight), bias)

    def along_time(self, x: Node, name: str, out: int, kernel: int, dilation: int = 1, *, apart: bool = False) -> Node:
        """A convolution along the last axis. Each bin has the same: torch's weights have one axis less there.

        `apart`: each channel of its own, so `out` is their number.
        """
        channels, rank = x.shape[1], rank_of(x)
        weights = self.tensors.take(f"{name}.weight", out, 1 if apart else channels, kernel)
        bias = self.tensors.take(f"{name}.bias", out)
        axes = rank - 2
        padding = [0] * (axes - 1) + [dilation * (kernel // 2)]
        across = [1] * (axes - 1)
        shape = (out, 1, 1, *across, kernel) if apart else (out, channels, *across, kernel)
        convolve = ops.group_convolution if apart else ops.convolution
        product = convolve(x, constant(weights.reshape(shape)), [1] * axes, padding, padding, [*across, dilation])
        return ops.add(product, per_channel(bias, rank))


def constant(values: NDArray[np.float32]) -> Node:
    """A constant that shares the memory of `values`, a view of mapped weights."""
    return ov.op.Constant(np.ascontiguousarray(values), shared_memory=True)


def integers(*values: int) -> Node:
    """Axes and sizes."""
    return ops.constant(np.array(values, np.int64))


def per_channel(values: NDArray[np.float32], rank: int) -> Node:
    """One number per channel, for tensors of `rank` axes."""
    return constant(values.reshape(1, -1, *[1] * (rank - 2)))


def rank_of(x: Node) -> int:
    return len(x.shape)


def normalised(x: Node, axes: tuple[int, ...]) -> Node:
    """Mean 0 and deviation 1 over `axes`."""
    return ops.mvn(x, integers(*axes), True, EPSILON, "inside_sqrt")


def gated(x: Node) -> Node:
    """`GLU`: the first half of the channels times the sigmoid of the second."""
    values, gates = ops.split(x, ops.constant(np.int64(1)), 2).outputs()
    return ops.multiply(values, ops.sigmoid(gates))

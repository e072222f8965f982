"""The convolutional layers of both branches, by OpenVINO's operations. Names as in `demucs/hdemucs.py`.

The branch of frequencies has tensors (1, channels, bins, frames), the one of the waveform (1, channels, samples).
"""

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from worker.separation.htdemucs.shape import BRANCHES, COMPRESS, KERNEL, PADDING, STEP
from worker.separation.htdemucs.tensors import Tensors
from worker.separation.runtime import ops, ov

Node = Any  # OpenVINO's nodes are not typed

EPSILON: Final = 1e-5  # torch's, of every normalisation


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
    return len(x.get_output_shape(0))


class Layers:
    """Makes layers from the tensors of one network."""

    def __init__(self, tensors: Tensors) -> None:
        self.tensors = tensors

    def convolution(
        self, x: Node, name: str, out: int, kernel: tuple[int, ...], *, step: int = 1, dilation: int = 1, more: int = 0
    ) -> Node:
        """A convolution that keeps or divides the length; `more` zeros are added at the end.

        `kernel` has a number per axis after the channels. Only axes with a kernel above 1 are strided, dilated and
        padded, as many zeros on both sides as keep `length / step`.
        """
        channels = x.get_output_shape(0)[1]
        weights = self.tensors.take(f"{name}.weight", out, channels, *kernel)
        bias = self.tensors.take(f"{name}.bias", out)
        wide = [side > 1 for side in kernel]
        padding = [PADDING if step > 1 else dilation * (side // 2) for side in kernel]
        begin = [pad * is_wide for pad, is_wide in zip(padding, wide, strict=True)]
        product = ops.convolution(
            x,
            constant(weights),
            [step if is_wide else 1 for is_wide in wide],
            begin,
            [*begin[:-1], begin[-1] + more],
            [dilation if is_wide else 1 for is_wide in wide],
        )
        return ops.add(product, per_channel(bias, len(kernel) + 2))

    def pointwise(self, x: Node, name: str, out: int) -> Node:
        """A convolution of kernel 1."""
        return self.convolution(x, name, out, (1,) * (rank_of(x) - 2))

    def group_norm(self, x: Node, name: str) -> Node:
        """Normalises all channels together: over frames for each bin, or over samples."""
        channels = x.get_output_shape(0)[1]
        return self._scaled(normalised(x, (1, rank_of(x) - 1)), name, channels)

    def _scaled(self, x: Node, name: str, channels: int) -> Node:
        rank = rank_of(x)
        weight = per_channel(self.tensors.take(f"{name}.weight", channels), rank)
        bias = per_channel(self.tensors.take(f"{name}.bias", channels), rank)
        return ops.add(ops.multiply(x, weight), bias)

    def residual_branches(self, x: Node, name: str) -> Node:
        """`DConv`: narrow dilated convolutions along time, added to their input. Without tensors, the input."""
        channels, rank = x.get_output_shape(0)[1], rank_of(x)
        if not self.tensors.has(f"{name}.layers.0.0.weight"):
            return x
        for number in range(BRANCHES):
            layer = f"{name}.layers.{number}"
            y = self._along_time(x, f"{layer}.0", channels // COMPRESS, 3, 2**number)
            y = ops.gelu(self.group_norm(y, f"{layer}.1"), "erf")
            y = self._along_time(y, f"{layer}.3", 2 * channels, 1, 1)
            y = gated(self.group_norm(y, f"{layer}.4"))
            scale = per_channel(self.tensors.take(f"{layer}.6.scale", channels), rank)
            x = ops.add(x, ops.multiply(y, scale))
        return x

    def _along_time(self, x: Node, name: str, out: int, kernel: int, dilation: int) -> Node:
        """A convolution along the last axis. Each bin has the same: torch's weights have one axis less there."""
        channels, rank = x.get_output_shape(0)[1], rank_of(x)
        weights = self.tensors.take(f"{name}.weight", out, channels, kernel)
        bias = self.tensors.take(f"{name}.bias", out)
        axes = rank - 2
        padding = [0] * (axes - 1) + [dilation * (kernel // 2)]
        product = ops.convolution(
            x,
            constant(weights.reshape(out, channels, *[1] * (axes - 1), kernel)),
            [1] * axes,
            padding,
            padding,
            [1] * (axes - 1) + [dilation],
        )
        return ops.add(product, per_channel(bias, rank))

    def encoder(self, x: Node, name: str, out: int) -> Node:
        """`HEncLayer`: a quarter of the length, `out` channels."""
        of_frequencies = rank_of(x) == 4
        more = 0 if of_frequencies else -x.get_output_shape(0)[-1] % STEP
        kernel = (KERNEL, 1) if of_frequencies else (KERNEL,)
        x = ops.gelu(self.convolution(x, f"{name}.conv", out, kernel, step=STEP, more=more), "erf")
        x = self.residual_branches(x, f"{name}.dconv")
        return gated(self.pointwise(x, f"{name}.rewrite", 2 * out))

    def decoder(self, x: Node, skip: Node, name: str, out: int, length: int, *, is_last: bool) -> Node:
        """`HDecLayer`: to `length` along the strided axis, `out` channels."""
        channels, axes = x.get_output_shape(0)[1], rank_of(x) - 2
        x = ops.add(x, skip)
        x = gated(self.convolution(x, f"{name}.rewrite", 2 * channels, (3,) * axes))
        x = self.residual_branches(x, f"{name}.dconv")
        short = x.get_output_shape(0)[2]
        weights = self.tensors.take(f"{name}.conv_tr.weight", channels, out, KERNEL, *[1] * (axes - 1))
        bias = self.tensors.take(f"{name}.conv_tr.bias", out)
        none = [0] * (axes - 1)
        x = ops.convolution_backprop_data(
            x,
            constant(weights),
            [STEP, *[1] * (axes - 1)],
            pads_begin=[PADDING, *none],
            pads_end=[(short - 1) * STEP + KERNEL - PADDING - length, *none],
        )
        x = ops.add(x, per_channel(bias, axes + 2))
        return x if is_last else ops.gelu(x, "erf")


def normalised(x: Node, axes: tuple[int, ...]) -> Node:
    """Mean 0 and deviation 1 over `axes`."""
    return ops.mvn(x, integers(*axes), True, EPSILON, "inside_sqrt")


def gated(x: Node) -> Node:
    """`GLU`: the first half of the channels times the sigmoid of the second."""
    values, gates = ops.split(x, ops.constant(np.int64(1)), 2).outputs()
    return ops.multiply(values, ops.sigmoid(gates))

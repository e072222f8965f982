"""The blocks that compress the spectrogram and expand it again. Names as in `scnet/SCNet.py`.

Tensors are (1, channels, bins, frames).
"""

import numpy as np

from worker.separation.runtime import ops
from worker.separation.scnet.shape import COMPRESS, DEPTHS, KERNELS, STRIDES, bands
from worker.separation.segments.layers import Layers, Node, constant, gated, integers, per_channel


class Blocks(Layers):
    """Makes the blocks of one network."""

    def down(self, x: Node, name: str, out: int) -> tuple[Node, Node]:
        """`SDblock`: fewer bins, the fewer the higher they are, and `out` channels; and what `up` adds again."""
        parts = ops.variadic_split(x, ops.constant(np.int64(2)), integers(*bands(_bins(x)))).outputs()
        shrunk = []
        for number, (part, kernel, stride) in enumerate(zip(parts, KERNELS, STRIDES, strict=True)):
            y = self._shrunk(part, f"{name}.SDlayer.convs.{number}", out, kernel, stride)
            for layer in range(DEPTHS[number]):
                y = ops.add(y, self._module(y, f"{name}.conv_modules.{number}.layers.{layer}"))
            shrunk.append(ops.gelu(y, "erf"))
        skip = ops.concat(shrunk, 2)
        weights = self.tensors.take(f"{name}.globalconv.weight", out, out, 3, 3)
        bias = self.tensors.take(f"{name}.globalconv.bias", out)
        whole = ops.convolution(skip, constant(weights), [1, 1], [1, 1], [1, 1], [1, 1])
        return ops.add(whole, per_channel(bias, 4)), skip

    def up(self, x: Node, skip: Node, name: str, out: int, bins: int) -> Node:
        """`FusionLayer` and `SUlayer`: to `bins` bins and `out` channels.

        The fusion doubles its input along the channels: the sum of both halves of its weights does the same at half
        the cost.
        """
        channels = x.shape[1]
        weights = self.tensors.take(f"{name}.0.conv.weight", 2 * channels, 2 * channels, 3, 3)
        bias = self.tensors.take(f"{name}.0.conv.bias", 2 * channels)
        halves = weights[:, :channels] + weights[:, channels:]
        fused = ops.convolution(ops.add(x, skip), constant(halves), [1, 1], [1, 1], [1, 1], [1, 1])
        x = gated(ops.add(fused, per_channel(bias, 4)))
        wanted = bands(bins)
        shrunk = integers(*(_shrunk_to(count, stride) for count, stride in zip(wanted, STRIDES, strict=True)))
        parts = ops.variadic_split(x, ops.constant(np.int64(2)), shrunk).outputs()
        grown = []
        for number, (part, kernel, stride) in enumerate(zip(parts, KERNELS, STRIDES, strict=True)):
            weights = self.tensors.take(f"{name}.1.convtrs.{number}.weight", channels, out, kernel, 1)
            bias = self.tensors.take(f"{name}.1.convtrs.{number}.bias", out)
            more = (_bins(part) - 1) * stride + kernel - wanted[number]  # bins to cut off, as many on both sides
            y = ops.convolution_backprop_data(
                part, constant(weights), [stride, 1], pads_begin=[more // 2, 0], pads_end=[more - more // 2, 0]
            )
            grown.append(ops.add(y, per_channel(bias, 4)))
        return ops.concat(grown, 2)

    def _shrunk(self, x: Node, name: str, out: int, kernel: int, stride: int) -> Node:
        """A convolution along the bins, with zeros on both sides for those of the last step."""
        channels, bins = x.shape[1], _bins(x)
        weights = self.tensors.take(f"{name}.weight", out, channels, kernel, 1)
        bias = self.tensors.take(f"{name}.bias", out)
        more = kernel - 1 if stride == 1 else -bins % stride
        product = ops.convolution(x, constant(weights), [stride, 1], [more // 2, 0], [more - more // 2, 0], [1, 1])
        return ops.add(product, per_channel(bias, 4))

    def _module(self, x: Node, name: str) -> Node:
        """A layer of `ConvolutionModule`: along time, for each bin."""
        channels = x.shape[1]
        narrow = channels // COMPRESS
        y = self.along_time(self.group_norm(x, f"{name}.0"), f"{name}.1", 2 * narrow, 3)
        y = self.along_time(gated(y), f"{name}.3", narrow, 3, apart=True)
        y = ops.swish(self.group_norm(y, f"{name}.4"))
        return self.along_time(y, f"{name}.6", channels, 1)


def _bins(x: Node) -> int:
    count: int = x.shape[2]
    return count


def _shrunk_to(bins: int, stride: int) -> int:
    return -(-bins // stride)

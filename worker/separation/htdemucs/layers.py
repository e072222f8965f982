"""The convolutional layers of both branches, by OpenVINO's operations. Names as in `demucs/hdemucs.py`.

The branch of frequencies has tensors (1, channels, bins, frames), the one of the waveform (1, channels, samples).
"""

from worker.separation.htdemucs.shape import BRANCHES, COMPRESS, KERNEL, PADDING, STEP
from worker.separation.runtime import ops
from worker.separation.segments.layers import Layers, Node, constant, gated, per_channel, rank_of


class Convolutions(Layers):
    """Makes the layers of one network."""

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

    def residual_branches(self, x: Node, name: str) -> Node:
        """`DConv`: narrow dilated convolutions along time, added to their input. Without tensors, the input."""
        channels, rank = x.get_output_shape(0)[1], rank_of(x)
        if not self.tensors.has(f"{name}.layers.0.0.weight"):
            return x
        for number in range(BRANCHES):
            layer = f"{name}.layers.{number}"
            y = self.along_time(x, f"{layer}.0", channels // COMPRESS, 3, 2**number)
            y = ops.gelu(self.group_norm(y, f"{layer}.1"), "erf")
            y = self.along_time(y, f"{layer}.3", 2 * channels, 1)
            y = gated(self.group_norm(y, f"{layer}.4"))
            scale = per_channel(self.tensors.take(f"{layer}.6.scale", channels), rank)
            x = ops.add(x, ops.multiply(y, scale))
        return x

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

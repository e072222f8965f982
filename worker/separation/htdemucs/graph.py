"""The network as a graph of OpenVINO, made of the tensors by name."""

from collections.abc import Mapping

import numpy as np

from worker.separation.checkpoints.values import Checkpoint, Tensor, UnreadableError
from worker.separation.htdemucs.layers import Convolutions
from worker.separation.htdemucs.shape import (
    BINS,
    DEPTH,
    EMBEDDING,
    FRAMES,
    SEGMENT,
    SHAPES,
    STEP,
    WIDTH,
    Shape,
    difference,
)  # fmt: skip
from worker.separation.htdemucs.transformer import transformer
from worker.separation.runtime import ops, ov
from worker.separation.segments.layers import Node, constant, integers
from worker.separation.segments.spectrum import CHANNELS
from worker.separation.segments.tensors import Tensors


def require_network(model: str, checkpoint: Checkpoint) -> None:
    """Raises `UnreadableError` unless these are exactly the tensors of the model's network."""
    other = difference(checkpoint.arguments, SHAPES[model])
    if other is not None:
        raise UnreadableError(f"another network: {other}")
    build(checkpoint.tensors, SHAPES[model])


def build(tensors: Mapping[str, Tensor], shape: Shape, *, bf16: bool = False) -> ov.Model:
    """The network without its Fourier transforms.

    In: spectrogram (1, 4, BINS, FRAMES), of both channels the real and the imaginary part, and waveform
    (1, 2, SEGMENT), both of mean 0 and deviation 1. Out: the same of every source, in `shape`'s order, along axis 1.
    `bf16`: of the transformer's matrix products. The constants are views of `tensors`, which must live as long as the
    model. Raises `UnreadableError` where the tensors are not those of this network.
    """
    ours = Tensors(tensors)
    model = assemble(ours, shape, bf16=bf16)
    ours.require_all_taken()
    return model


def assemble(ours: Tensors, shape: Shape, *, bf16: bool = False) -> ov.Model:
    """See `build`: from tensors that may be more than the network's."""
    layers = Convolutions(ours)
    spectrogram = ops.parameter([1, 2 * CHANNELS, BINS, FRAMES], np.float32, name="spectrogram")
    waveform = ops.parameter([1, CHANNELS, SEGMENT], np.float32, name="waveform")
    x: Node = spectrogram
    xt: Node = waveform
    skips: list[tuple[Node, Node, int]] = []
    for number in range(DEPTH):
        samples = xt.get_output_shape(0)[2]
        x = layers.encoder(x, f"encoder.{number}", WIDTH << number)
        xt = layers.encoder(xt, f"tencoder.{number}", WIDTH << number)
        if number == 0:  # where a bin is does not show in a convolution over bins
            place = ours.take("freq_emb.embedding.weight", BINS // STEP, WIDTH)
            x = ops.add(x, constant(np.ascontiguousarray(place.T * np.float32(EMBEDDING))[None, :, :, None]))
        skips.append((x, xt, samples))
    x, xt = _bottom(layers, x, xt, shape, bf16)
    for number in range(DEPTH):
        skip, skip_t, samples = skips.pop()
        is_last = number == DEPTH - 1
        out = CHANNELS * len(shape.sources) if is_last else WIDTH << (DEPTH - 2 - number)
        bins = x.get_output_shape(0)[2] * STEP
        x = layers.decoder(x, skip, f"decoder.{number}", 2 * out if is_last else out, bins, is_last=is_last)
        xt = layers.decoder(xt, skip_t, f"tdecoder.{number}", out, samples, is_last=is_last)
    return ov.Model([ops.result(x), ops.result(xt)], [spectrogram, waveform], "htdemucs")


def _bottom(layers: Convolutions, x: Node, xt: Node, shape: Shape, bf16: bool) -> tuple[Node, Node]:
    """The transformer, and the layers that change the width before and after it."""
    tensors = layers.tensors.under("crosstransformer.")
    if not shape.bottom:
        return transformer(tensors, x, xt, bf16=bf16)
    _, width, bins, frames = x.get_output_shape(0)
    flat = ops.reshape(x, integers(1, width, bins * frames), False)
    wide = ops.reshape(
        layers.pointwise(flat, "channel_upsampler", shape.bottom), integers(1, shape.bottom, bins, frames), False
    )
    wide_t = layers.pointwise(xt, "channel_upsampler_t", shape.bottom)
    wide, wide_t = transformer(tensors, wide, wide_t, bf16=bf16)
    flat = ops.reshape(wide, integers(1, shape.bottom, bins * frames), False)
    x = ops.reshape(layers.pointwise(flat, "channel_downsampler", width), integers(1, width, bins, frames), False)
    return x, layers.pointwise(wide_t, "channel_downsampler_t", width)

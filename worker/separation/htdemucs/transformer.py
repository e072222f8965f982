"""The transformer between encoders and decoders. Names as in `demucs/transformer.py`.

Tokens are (1, tokens, width): those of the spectrogram frame by frame, those of the waveform sample by sample.
"""

from math import log, sqrt

import numpy as np
from numpy.typing import NDArray

from worker.separation.htdemucs.shape import FEEDFORWARD, HEADS, LAYERS, PERIOD
from worker.separation.runtime import ops
from worker.separation.segments.layers import Node, constant, integers, normalised
from worker.separation.segments.tensors import Tensors


def transformer(tensors: Tensors, x: Node, xt: Node, *, bf16: bool = False) -> tuple[Node, Node]:
    """`CrossTransformerEncoder`: (1, width, bins, frames) and (1, width, samples) in, the same shapes out.

    `bf16`: of the matrix products, with attention's softmax between two of them. All else is in float32.
    """
    _, width, bins, frames = x.get_output_shape(0)
    samples = xt.get_output_shape(0)[2]
    parts = _Transformer(tensors, width, bf16=bf16)
    x = ops.reshape(ops.transpose(x, integers(0, 3, 2, 1)), integers(1, frames * bins, width), False)
    x = ops.add(parts.layer_norm(x, "norm_in"), constant(positions_2d(width, bins, frames)))
    xt = ops.transpose(xt, integers(0, 2, 1))
    xt = ops.add(parts.layer_norm(xt, "norm_in_t"), constant(positions(width, samples)))
    for number in range(LAYERS):
        own, other = f"layers.{number}", f"layers_t.{number}"
        if number % 2 == 0:
            x, xt = parts.self_layer(x, own), parts.self_layer(xt, other)
        else:
            x, xt = parts.cross_layer(x, xt, own), parts.cross_layer(xt, x, other)
    x = ops.transpose(ops.reshape(x, integers(1, frames, bins, width), False), integers(0, 3, 2, 1))
    return x, ops.transpose(xt, integers(0, 2, 1))


class _Transformer:
    """Makes the parts of one transformer."""

    def __init__(self, tensors: Tensors, width: int, *, bf16: bool) -> None:
        self._tensors = tensors
        self._width = width
        self._bf16 = bf16

    def layer_norm(self, x: Node, name: str) -> Node:
        """Normalises each token."""
        return self._scaled(normalised(x, (2,)), name)

    def self_layer(self, x: Node, name: str) -> Node:
        """`MyTransformerEncoderLayer`."""
        own = self.layer_norm(x, f"{name}.norm1")
        x = self._gained(x, self._attention(own, own, f"{name}.self_attn"), f"{name}.gamma_1")
        return self._feed_forward(x, name, "norm2")

    def cross_layer(self, x: Node, other: Node, name: str) -> Node:
        """`CrossTransformerEncoderLayer`: looks at the tokens of the other branch."""
        queries, keys = self.layer_norm(x, f"{name}.norm1"), self.layer_norm(other, f"{name}.norm2")
        x = self._gained(x, self._attention(queries, keys, f"{name}.cross_attn"), f"{name}.gamma_1")
        return self._feed_forward(x, name, "norm3")

    def _feed_forward(self, x: Node, name: str, norm: str) -> Node:
        width = self._width
        y = self._linear(self.layer_norm(x, f"{name}.{norm}"), f"{name}.linear1", FEEDFORWARD * width, width)
        y = self._linear(ops.gelu(y, "erf"), f"{name}.linear2", width, FEEDFORWARD * width)
        x = self._gained(x, y, f"{name}.gamma_2")
        return self._scaled(normalised(x, (1, 2)), f"{name}.norm_out")  # all tokens together

    def _attention(self, queries: Node, keys: Node, name: str) -> Node:
        """`MultiheadAttention`, with `keys` for values too. The scale of the product is in the query's weights."""
        width = self._width
        weights = self._tensors.take(f"{name}.in_proj_weight", 3 * width, width).reshape(3, width, width)
        biases = self._tensors.take(f"{name}.in_proj_bias", 3 * width).reshape(3, width)
        scale = np.float32(1 / sqrt(width / HEADS))
        q = self._narrow(self._heads(self._affine(queries, weights[0] * scale, biases[0] * scale)))
        k = self._narrow(self._heads(self._affine(keys, weights[1], biases[1])))
        v = self._narrow(self._heads(self._affine(keys, weights[2], biases[2])))
        seen = self._wide(ops.matmul(ops.softmax(ops.matmul(q, k, False, True), -1), v, False, False))
        tokens = queries.get_output_shape(0)[1]
        seen = ops.reshape(ops.transpose(seen, integers(0, 2, 1, 3)), integers(1, tokens, width), False)
        return self._linear(seen, f"{name}.out_proj", width, width)

    def _heads(self, x: Node) -> Node:
        tokens = x.get_output_shape(0)[1]
        split = ops.reshape(x, integers(1, tokens, HEADS, self._width // HEADS), False)
        return ops.transpose(split, integers(0, 2, 1, 3))

    def _linear(self, x: Node, name: str, out: int, width: int) -> Node:
        return self._affine(
            x, self._tensors.take(f"{name}.weight", out, width), self._tensors.take(f"{name}.bias", out)
        )

    def _gained(self, x: Node, y: Node, name: str) -> Node:
        return ops.add(x, ops.multiply(y, constant(self._tensors.take(f"{name}.scale", self._width))))

    def _scaled(self, x: Node, name: str) -> Node:
        weight = constant(self._tensors.take(f"{name}.weight", self._width))
        return ops.add(ops.multiply(x, weight), constant(self._tensors.take(f"{name}.bias", self._width)))

    def _affine(self, x: Node, weights: NDArray[np.float32], bias: NDArray[np.float32]) -> Node:
        product = ops.matmul(self._narrow(x), self._narrow(constant(weights)), False, True)
        return ops.add(self._wide(product), constant(bias))

    def _narrow(self, x: Node) -> Node:
        return ops.convert(x, "bf16") if self._bf16 else x

    def _wide(self, x: Node) -> Node:
        return ops.convert(x, "f32") if self._bf16 else x


def positions(width: int, length: int) -> NDArray[np.float32]:
    """The codes of the waveform's tokens, (1, length, width): `create_sin_embedding`."""
    steps = np.arange(width // 2) / (width // 2 - 1)
    phase = np.arange(length)[:, None] / PERIOD**steps
    return np.concatenate([np.cos(phase), np.sin(phase)], 1, dtype=np.float64)[None].astype(np.float32)


def positions_2d(width: int, bins: int, frames: int) -> NDArray[np.float32]:
    """The codes of the spectrogram's tokens, (1, frames · bins, width): `create_2d_sin_embedding`."""
    half = width // 2
    rates = np.exp(np.arange(0, half, 2) * -(log(PERIOD) / half))
    codes = np.zeros((frames, bins, width))
    across, along = np.arange(frames)[:, None] * rates, np.arange(bins)[:, None] * rates
    codes[:, :, 0:half:2], codes[:, :, 1:half:2] = np.sin(across)[:, None], np.cos(across)[:, None]
    codes[:, :, half::2], codes[:, :, half + 1 :: 2] = np.sin(along), np.cos(along)
    return codes.reshape(1, frames * bins, width).astype(np.float32)

"""The recurrent network between the blocks. Names as in `scnet/separation.py`.

Tensors are (1, channels, bins, frames). Every second layer sees the spectrum of the frames, of twice the channels.
"""

from math import pi, sqrt

import numpy as np
from numpy.typing import NDArray

from worker.separation.runtime import ops
from worker.separation.scnet.shape import LAYERS
from worker.separation.segments.layers import Layers, Node, constant, integers, normalised

_GATES = (1, 0, 2, 3)  # torch's gates are input, forget, cell, output; OpenVINO's are forget, input, cell, output


class DualPath(Layers):
    """Makes the layers of `SeparationNet`."""

    def separation(self, x: Node) -> Node:
        """All layers. The shape stays: the number of layers is even."""
        for number in range(LAYERS):
            name = f"separation_net.dp_modules.{number}"
            x = self._path(x, name, 0, (0, 3, 2, 1))  # along the bins, for each frame
            x = self._path(x, name, 1, (0, 2, 3, 1))  # along the frames, for each bin
            x = spectrum(x) if number % 2 == 0 else frames(x)
        return x

    def _path(self, x: Node, name: str, number: int, order: tuple[int, ...]) -> Node:
        """One recurrent network in both directions, added to its input.

        `order` of the axes: those beside each other, those one after the other, channels.
        """
        _, channels, *_ = x.shape
        y = self.scaled(normalised(x, (1, 2, 3)), f"{name}.norm_layers.{number}")
        y = ops.transpose(y, integers(*order))
        _, rows, steps, _ = y.shape
        y = ops.reshape(y, integers(rows, steps, channels), False)
        y = self._lstm(y, f"{name}.lstm_layers.{number}", channels)
        weight = constant(self.tensors.take(f"{name}.linear_layers.{number}.weight", channels, 2 * channels))
        bias = constant(self.tensors.take(f"{name}.linear_layers.{number}.bias", channels))
        y = ops.add(ops.matmul(y, weight, False, True), bias)
        y = ops.reshape(y, integers(1, rows, steps, channels), False)
        return ops.add(x, ops.transpose(y, integers(*np.argsort(order).tolist())))

    def _lstm(self, x: Node, name: str, width: int) -> Node:
        """(rows, steps, width) to (rows, steps, 2 · width): the state forwards, then the one backwards."""
        rows, steps, _ = x.shape
        ways = ("", "_reverse")
        into = np.stack([self._gates(f"{name}.weight_ih_l0{way}", width, width) for way in ways])
        back = np.stack([self._gates(f"{name}.weight_hh_l0{way}", width, width) for way in ways])
        biases = [
            self._gates(f"{name}.bias_ih_l0{way}", width) + self._gates(f"{name}.bias_hh_l0{way}", width)
            for way in ways
        ]
        empty = constant(np.zeros((rows, 2, width), np.float32))
        lengths = ops.constant(np.full(rows, steps, np.int64))
        states = ops.lstm_sequence(
            x, empty, empty, lengths, constant(into), constant(back), constant(np.stack(biases)), width, "bidirectional"
        ).output(0)
        return ops.reshape(ops.transpose(states, integers(0, 2, 1, 3)), integers(rows, steps, 2 * width), False)

    def _gates(self, name: str, width: int, *more: int) -> NDArray[np.float32]:
        values = self.tensors.take(name, 4 * width, *more)
        return values.reshape(4, width, *more)[_GATES, ...].reshape(4 * width, *more)


def spectrum(x: Node) -> Node:
    """The Fourier transform along the frames, over √n: real parts, then imaginary parts, along the channels."""
    cosines, sines = _waves(x.shape[3])
    scale = np.float32(1 / sqrt(len(cosines)))
    real, imaginary = (ops.matmul(x, constant(waves * scale), False, False) for waves in (cosines, -sines))
    return ops.concat([real, imaginary], 1)


def frames(x: Node) -> Node:
    """The inverse, for an even number of frames."""
    real, imaginary = ops.split(x, ops.constant(np.int64(1)), 2).outputs()
    count = 2 * (x.shape[3] - 1)
    cosines, sines = _waves(count)
    twice = np.full((count // 2 + 1, 1), 2 / sqrt(count), np.float32)  # each bin but the outer ones stands for two
    twice[[0, -1]] /= 2
    return ops.add(
        ops.matmul(real, constant(cosines.T * twice), False, False),
        ops.matmul(imaginary, constant(-sines.T * twice), False, False),
    )


def _waves(count: int) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Cosines and sines, (count, count / 2 + 1)."""
    turns = np.arange(count)[:, None] * np.arange(count // 2 + 1) % count
    angles = 2 * pi / count * turns
    return np.cos(angles).astype(np.float32), np.sin(angles).astype(np.float32)

"""Computes the last two layers of each network at half the resolution: the same numbers in less than half the time.

A Spleeter U-Net ends in a transposed convolution of stride 2 to a single channel, and in a convolution of dilation 2.
Processors compute eight channels or more at a time, so one channel costs as much as eight.
But a *phase* of the first one's output (every second pixel in each direction) is a plain convolution of its input, and
a phase of the second one's output reads one phase of its input only. So the four phases become four channels of a
quarter of the size, and are interleaved at the end. The idea is sub-pixel convolution (Shi et al., 2016).
"""

import functools
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from worker.separation.runtime import ops, ov

PHASES: Final = 2  # per axis
#: Operations allowed between the two layers; with a single number each, they treat every phase alike.
PIXELWISE: Final = ("Add", "Subtract", "Multiply", "Divide", "Relu", "Elu", "PRelu")


class Tap(NamedTuple):
    """Along one axis: a phase of the output sums a phase of the input, `offset` pixels further, times a weight."""

    out_phase: int
    in_phase: int
    offset: int
    weight: int  # its index


class Kernel(NamedTuple):
    """A convolution among phases: weights (outs, ins, height, width), and the padding on either side."""

    weights: NDArray[np.float32]
    first: list[int]
    last: list[int]


def at_half_resolution(networks: ov.Model) -> int:
    """Rewrites the ends of the networks of a model, in place; returns the number rewritten.

    A network with another end stays unchanged: only speed depends on it.
    """
    from openvino.passes import ConstantFolding, Manager

    passes = Manager()
    passes.register_pass(ConstantFolding())  # TensorFlow computes paddings from shapes; folding makes them numbers
    passes.run_passes(networks)
    ends = [node for node in networks.get_ordered_ops() if node.get_type_name() == "BatchToSpace"]
    rewritten = sum(_rewrite(end) for end in ends)
    networks.validate_nodes_and_infer_types()
    return rewritten


def widening(weights: NDArray[np.float32], cut: list[int]) -> Kernel:
    """The phases of a transposed convolution of stride 2, weights (ins, outs, height, width), `cut` at its start.

    Its output at `2 p + phase` is the sum of `input[i] * weight[2 (p - i) + phase + cut]`.
    """
    rows, columns = (
        [
            Tap(phase, 0, (phase + start - weight) // PHASES, weight)
            for phase in range(PHASES)
            for weight in range(size)
            if (phase + start - weight) % PHASES == 0
        ]
        for size, start in zip(weights.shape[2:], cut, strict=True)
    )
    return _kernel(weights.swapaxes(0, 1), rows, columns)


def skipping(weights: NDArray[np.float32], pads: list[int]) -> Kernel:
    """The phases of a convolution of dilation 2, weights (outs, ins, height, width).

    Its output at `2 p + phase` is the sum of `input[2 p + phase - pad + 2 k] * weight[k]`: one phase of the input only.
    """
    rows, columns = (
        [
            Tap(phase, (phase - pad) % PHASES, (phase - pad) // PHASES + weight, weight)
            for phase in range(PHASES)
            for weight in range(size)
        ]
        for size, pad in zip(weights.shape[2:], pads, strict=True)
    )
    return _kernel(weights, rows, columns)


def _kernel(weights: NDArray[np.float32], rows: list[Tap], columns: list[Tap]) -> Kernel:
    """Channels in and out are (channel, phase of the row, phase of the column), the last one fastest."""
    outs, ins = weights.shape[:2]
    axes = rows, columns
    first = [-min(tap.offset for tap in taps) for taps in axes]
    last = [max(tap.offset for tap in taps) for taps in axes]
    phases = [1 + max(tap.in_phase for tap in taps) for taps in axes]
    sizes = [before + 1 + after for before, after in zip(first, last, strict=True)]
    kernel = np.zeros((outs, PHASES, PHASES, ins, *phases, *sizes), np.float32)
    for row in rows:
        for column in columns:
            kernel[
                :, row.out_phase, column.out_phase, :, row.in_phase, column.in_phase,
                row.offset + first[0], column.offset + first[1],
            ] = weights[:, :, row.weight, column.weight]  # fmt: skip
    return Kernel(kernel.reshape(outs * PHASES**2, ins * phases[0] * phases[1], *sizes), first, last)


def _rewrite(end: Any) -> bool:
    """Rewrites the layers before `end`, where TensorFlow interleaves the phases of its dilated convolution."""
    convolution = _before(end)
    apart = _before(convolution)
    deconvolution, between = _before(apart), []
    while deconvolution.get_type_name() in PIXELWISE and all(_is_number(value) for value in _others(deconvolution)):
        between.append(deconvolution)
        deconvolution = _before(deconvolution)
    kinds = [node.get_type_name() for node in (convolution, apart, deconvolution)]
    if kinds != ["Convolution", "SpaceToBatch", "ConvolutionBackpropData"] or deconvolution.output(0).shape[1] != 1:
        return False
    if any(_numbers(node, 1).tolist() != [1, 1, PHASES, PHASES] for node in (apart, end)) or _numbers(end, 2).any():
        return False
    if list(deconvolution.get_attributes()["strides"]) != [PHASES, PHASES]:
        return False
    narrow = widening(_numbers(deconvolution, 1), list(deconvolution.get_attributes()["pads_begin"]))
    _replace(deconvolution, _convolve(deconvolution.input_value(0), narrow))
    for node in reversed(between):
        node.validate_and_infer_types()
    among = skipping(_numbers(convolution, 1), _numbers(apart, 2).tolist()[2:])
    estimate = _convolve(apart.input_value(0), among)
    # Pixelwise operations move before the interleaving, where they become part of the convolution.
    while (after := _only_reader(end)) is not None and after.get_type_name() in ("Add", "Sigmoid"):
        if after.get_type_name() == "Sigmoid":
            estimate = ops.sigmoid(estimate)
        else:
            estimate = ops.add(estimate, ops.constant(_numbers(after, 1).repeat(PHASES**2, axis=1)))
        end = after
    _replace(end, ops.depth_to_space(estimate, "depth_first", PHASES))
    return True


def _convolve(source: Any, kernel: Kernel) -> Any:
    """The convolution of `source`; of a concatenation, the sum of its parts' convolutions, which costs less."""
    together = source.get_node()
    parts = together.input_values() if together.get_type_name() == "Concat" else [source]
    channels = [part.shape[1] for part in parts]
    weights = np.split(kernel.weights, np.cumsum(channels)[:-1], axis=1)
    convolved = [
        ops.convolution(part, ops.constant(np.ascontiguousarray(own)), [1, 1], kernel.first, kernel.last, [1, 1])
        for part, own in zip(parts, weights, strict=True)
    ]
    return functools.reduce(ops.add, convolved)


def _replace(node: Any, by: Any) -> None:
    for reader in node.output(0).get_target_inputs():
        reader.replace_source_output(by.output(0))


def _before(node: Any) -> Any:
    """The node of the first input, or the node itself where there is none."""
    return node.input_value(0).get_node() if node.get_input_size() else node


def _only_reader(node: Any) -> Any | None:
    readers = list(node.output(0).get_target_inputs())
    return readers[0].get_node() if len(readers) == 1 else None


def _others(node: Any) -> list[Any]:
    values: list[Any] = node.input_values()[1:]
    return values


def _is_number(value: Any) -> bool:
    return bool(value.get_node().get_type_name() == "Constant" and value.get_node().data.size == 1)


def _numbers(node: Any, port: int) -> NDArray[Any]:
    """The constant at an input."""
    numbers: NDArray[Any] = node.input_value(port).get_node().data
    return numbers

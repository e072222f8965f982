"""The network as a graph of OpenVINO, made of the tensors by name."""

from collections.abc import Mapping

import numpy as np

from worker.separation.checkpoints.values import Checkpoint, Tensor, UnreadableError
from worker.separation.runtime import ops, ov
from worker.separation.scnet.blocks import Blocks
from worker.separation.scnet.dual_path import DualPath
from worker.separation.scnet.shape import BINS, FRAMES, SOURCES, WIDTHS, difference
from worker.separation.segments.layers import Node
from worker.separation.segments.tensors import Tensors


def require_network(checkpoint: Checkpoint) -> None:
    """Raises `UnreadableError` unless these are exactly the tensors of the network."""
    other = difference(checkpoint.arguments)
    if other is not None:
        raise UnreadableError(f"another network: {other}")
    build(checkpoint.tensors)


def build(tensors: Mapping[str, Tensor]) -> ov.Model:
    """The network without its outer Fourier transforms.

    In: a spectrogram (1, 4, BINS, FRAMES), of both channels the real and the imaginary part. Out: the same of every
    source, in the order of `SOURCES`, along axis 1. Some constants are views of `tensors`, which must live as long as
    the model. Raises `UnreadableError` where the tensors are not those of this network.
    """
    ours = Tensors(tensors)
    model = assemble(ours)
    ours.require_all_taken()
    return model


def assemble(ours: Tensors) -> ov.Model:
    """See `build`: from tensors that may be more than the network's."""
    blocks, skips = Blocks(ours), list[tuple[Node, int]]()
    spectrogram = ops.parameter([1, WIDTHS[0], BINS, FRAMES], np.float32, name="spectrogram")
    x: Node = spectrogram
    for number, width in enumerate(WIDTHS[1:]):
        bins = x.shape[2]
        x, skip = blocks.down(x, f"encoder.{number}", width)
        skips.append((skip, bins))
    x = DualPath(ours).separation(x)
    for number, width in enumerate(reversed(WIDTHS[:-1])):
        skip, bins = skips.pop()
        x = blocks.up(x, skip, f"decoder.{number}", width if skips else width * len(SOURCES), bins)
    return ov.Model([ops.result(x)], [spectrogram], "scnet")

"""Extracts the weights of Spleeter's networks from their graph in the layout of `flbt_unet`, and caches them.

OpenVINO's front end reads the graph, once per checkpoint. The weights are used only if `flbt_unet` computes with them
what OpenVINO computes from the same graph.
"""

import json
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import flbt_unet
import numpy as np
from numpy.typing import NDArray

from jobs.models import Stem
from worker.separation.cache import checksums
from worker.separation.cache.derived import keep, weights_id
from worker.separation.spleeter.spectrogram import SEGMENT

log = logging.getLogger(__name__)

FILES = ("unet.bin", "unet.json")
LAYOUT = 1  # version of the derived files
ALIKE = 60.0  # dB: weights from wrong places give far less
BAND = 1024  # bins of the graph that is read: weights are the same for all

CONVOLUTIONS = ("Convolution", "ConvolutionBackpropData")
ACTIVATIONS = ("PRelu", "Elu", "Relu")
LAST = (4, 4)  # the kernel of the last layer


class Weights(NamedTuple):
    """The arguments of `flbt_unet.UNets`: weights (stems, flbt_unet.SIZE), and activations."""

    networks: NDArray[np.float32]
    elu: bool
    slope: float
    shared: bool


def kept_weights(checkpoint: Path, stems: Sequence[Stem], converting: Callable[[], None]) -> Weights | None:
    """The weights from the folder beside the checkpoint, extracted first when missing or not intact.

    None when the graph is unknown. Raises `Failed` with MODEL_DAMAGED when it is not Spleeter's.
    """
    folder = checkpoint / f"unet-{weights_id(checkpoint)}-{LAYOUT}"
    if checksums.is_intact(folder):
        return _read(folder)
    converting()
    try:
        weights = _taken(checkpoint, stems)
    except Unknown as unknown:
        log.warning("cannot extract weights from %s: %s", checkpoint.name, unknown)
        return None
    keep(folder, FILES, lambda ready: _write(weights, ready))
    return weights


def _read(folder: Path) -> Weights:
    known = json.loads((folder / FILES[1]).read_bytes())
    numbers: NDArray[np.float32] = np.memmap(folder / FILES[0], np.float32, "r").reshape(-1, flbt_unet.SIZE)
    return Weights(networks=numbers, **known)


def _write(weights: Weights, folder: Path) -> None:
    weights.networks.tofile(folder / FILES[0])
    known = {name: value for name, value in weights._asdict().items() if name != "networks"}
    (folder / FILES[1]).write_text(json.dumps(known), encoding="ascii")


def _taken(checkpoint: Path, stems: Sequence[Stem]) -> Weights:
    networks = read_networks(checkpoint, stems)
    answers = answers_of(networks)  # first: OpenVINO's memory is free before ours is allocated
    weights = take(networks)
    del networks
    alike = agreement(weights, answers)
    if alike < ALIKE:
        raise Unknown(f"what was taken agrees with what OpenVINO computes by {alike:.0f} dB only")
    return weights


def read_networks(checkpoint: Path, stems: Sequence[Stem]) -> Any:
    """The networks of a checkpoint as an `openvino.Model` for `take`."""
    from openvino.passes import ConstantFolding, Manager  # needed once per checkpoint

    from worker.separation.spleeter.openvino_network import read_graph

    networks = read_graph(checkpoint, stems, BAND)
    passes = Manager()
    passes.register_pass(ConstantFolding())  # TensorFlow computes paddings from shapes; folding makes them numbers
    passes.run_passes(networks)
    return networks


def answers_of(networks: Any) -> list[NDArray[np.float32]]:
    """OpenVINO's results for a test mix: each stem's magnitudes, (2, SEGMENT, BAND)."""
    from worker.separation.runtime import ov

    compiled = ov.Core().compile_model(networks, "CPU", {"INFERENCE_PRECISION_HINT": "f32"})
    answers = compiled([_some_mix().transpose(1, 2, 0)[None]])
    return [answers[output][0].transpose(2, 0, 1).copy() for output in compiled.outputs]


def agreement(weights: Weights, answers: list[NDArray[np.float32]]) -> float:
    """The signal-to-difference ratio of `flbt_unet` with these weights against OpenVINO, in dB, of the worst stem."""
    own = flbt_unet.UNets(*weights, rows=SEGMENT, columns=BAND, threads=1).estimate(_some_mix())
    return min(
        float(10 * np.log10(np.square(answer).sum() / (np.square(answer - stem).sum() + 1e-20)))
        for answer, stem in zip(answers, own, strict=True)
    )


def _some_mix() -> NDArray[np.float32]:
    return np.random.default_rng(0).uniform(0, 30, (flbt_unet.SIDES, SEGMENT, BAND)).astype(np.float32)


class Unknown(Exception):  # noqa: N818 - not an error
    """The graph is unknown."""


@dataclass
class _Found:
    """A layer of the graph; the operations after the convolution are reduced to one scale and one shift."""

    kernel: NDArray[np.float32]
    bias: NDArray[np.float64] | None = None
    scale: NDArray[np.float64] = field(default_factory=lambda: np.ones(1))
    shift: NDArray[np.float64] = field(default_factory=lambda: np.zeros(1))
    activation: tuple[str, float] | None = None


def take(networks: Any) -> Weights:
    """The weights of all networks of an `openvino.Model` from the front end, with constants folded, in its order.

    Raises `Unknown` for any operation that is not part of a Spleeter U-Net.
    """
    nodes = networks.get_ordered_ops()
    ends = [node for node in nodes if node.get_type_name() == "Convolution" and _kernel(node).shape[:2] == LAST]
    # In the order of the estimates: each depends on one end, or on all of them where stems share.
    shared = any(node.get_type_name() == "Softmax" for node in nodes)
    if not shared:
        ends = [_end_of(result, ends) for result in networks.get_results()]
    numbers: list[NDArray[np.float32]] = []
    activations: set[tuple[str, float] | None] = set()
    for end in ends:
        found = _layers(end)
        activations |= {layer.activation for layer in found}
        numbers.append(_packed(found))
    kinds = [kind for kind in activations if kind not in (None, ("Relu", 0.0))]
    if len(kinds) != 1 or (("Elu", 1.0) in kinds) == (("Relu", 0.0) in activations):
        raise Unknown(f"activations {activations}")
    kind, slope = kinds[0] or ("", 0.0)
    return Weights(networks=np.stack(numbers), elu=kind == "Elu", slope=slope, shared=shared)


def _packed(found: list[_Found]) -> NDArray[np.float32]:
    layers = []
    for layer in found:
        outs = layer.kernel.shape[-1:]
        if layer.bias is None:
            raise Unknown("a layer without bias")
        layers.append(
            flbt_unet.Layer(
                layer.kernel,
                *(np.broadcast_to(each.astype(np.float32), outs) for each in (layer.bias, layer.scale, layer.shift)),
            )
        )
    try:
        return flbt_unet.pack(layers)
    except ValueError as error:  # other layers, or another number of them
        raise Unknown(str(error)) from None


def _end_of(result: Any, ends: list[Any]) -> Any:
    """The one of `ends` on which an estimate depends: the first one met on the way back."""
    names = {end.get_name(): end for end in ends}
    waiting, seen = [result], set()
    while waiting:
        node = waiting.pop()
        if node.get_name() in names:
            return names[node.get_name()]
        for value in node.input_values():
            before = value.get_node()
            if before.get_name() not in seen:
                seen.add(before.get_name())
                waiting.append(before)
    raise Unknown("an estimate that comes from no network")


def _layers(end: Any) -> list[_Found]:
    """The layers of the network that ends in the convolution `end`, from the first one to it."""
    chain, node = [], end
    while node.get_type_name() != "Parameter":
        chain.append(node)
        # Of a concatenation, the second input is the layer up, the first is the skip connection.
        node = node.input_value(1 if node.get_type_name() == "Concat" else 0).get_node()
    layers: list[_Found] = []
    for node in reversed(chain):
        _add(node, layers)
    layers[-1].bias = _bias_after(end)
    return layers


def _add(node: Any, layers: list[_Found]) -> None:
    kind = node.get_type_name()
    if kind in CONVOLUTIONS:
        layers.append(_Found(kernel=_kernel(node)))
    elif kind in ("Add", "Subtract", "Multiply", "Divide"):
        number = node.input_value(1).get_node().data.astype(np.float64).ravel()
        layer = layers[-1]
        if kind == "Add" and layer.bias is None:
            layer.bias = number
        elif kind in ("Add", "Subtract"):
            layer.shift = layer.shift + (number if kind == "Add" else -number)
        else:
            factor = number if kind == "Multiply" else 1 / number
            layer.scale, layer.shift = layer.scale * factor, layer.shift * factor
    elif kind in ACTIVATIONS:
        layers[-1].activation = kind, _slope(node)
    elif kind not in ("Concat", "SpaceToBatch", "Transpose", "Unsqueeze"):
        raise Unknown(f"{kind} in the middle of a network")


def _slope(node: Any) -> float:
    if node.get_type_name() == "Elu":
        return float(node.get_attributes()["alpha"])
    return float(node.input_value(1).get_node().data.item()) if node.get_type_name() == "PRelu" else 0.0


def _kernel(node: Any) -> NDArray[np.float32]:
    """(height, width, ins, outs)."""
    weights = node.input_value(1).get_node().data
    kernel: NDArray[np.float32] = (
        weights.transpose(2, 3, 1, 0) if node.get_type_name() == "Convolution" else weights.transpose(2, 3, 0, 1)
    )
    return kernel


def _bias_after(end: Any) -> NDArray[np.float64]:
    for _ in range(4):
        (reader,) = end.output(0).get_target_inputs()
        end = reader.get_node()
        if end.get_type_name() == "Add":
            bias: NDArray[np.float64] = end.input_value(1).get_node().data.astype(np.float64).ravel()
            return bias
    raise Unknown("no bias at the end")

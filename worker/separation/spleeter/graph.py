"""Reads from a TensorFlow `model.meta` the tensors between which the networks are cut out.

The file is a `MetaGraphDef` in protobuf's wire format (https://protobuf.dev/programming-guides/encoding/); reading
three fields of it needs no library. Field numbers: tensorflow/core/protobuf/meta_graph.proto, framework/graph.proto
and framework/node_def.proto.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from jobs.failures import Reason, failed
from jobs.models import Stem


@dataclass(frozen=True)
class Node:
    """One operation of the graph: its type and the tensors it reads."""

    op: str
    inputs: tuple[str, ...]


@dataclass(frozen=True)
class Cut:
    """The tensors around the networks: the magnitudes in, one estimate per stem out."""

    magnitudes: str
    estimates: tuple[str, ...]


def find_cut(meta: Path, stems: Sequence[Stem]) -> Cut:
    """The cut of a graph. Each stem's estimate is its mask times the magnitudes, the tensor that all products share.

    Raises `Failed` with MODEL_DAMAGED; the detail names the missing part.
    """
    try:
        graph = dict(_nodes(memoryview(meta.read_bytes())))
    except (IndexError, ValueError) as error:
        raise failed(Reason.MODEL_DAMAGED, f"{meta.name} is no TensorFlow graph: {error}", stems=len(stems)) from None
    products = []
    for stem in stems:
        found = [name for name, node in graph.items() if name.startswith(f"{stem}_spectrogram/") and node.op == "Mul"]
        if len(found) != 1:
            said = f"{meta.name} has {len(found)} products named {stem}_spectrogram/…, not one"
            raise failed(Reason.MODEL_DAMAGED, said, stems=len(stems))
        products.append(found[0])
    shared = set.intersection(*(set(graph[name].inputs) for name in products))
    if len(shared) != 1:
        said = f"the estimates of {meta.name} share {sorted(shared)}, not one tensor of magnitudes"
        raise failed(Reason.MODEL_DAMAGED, said, stems=len(stems))
    return Cut(magnitudes=_tensor(shared.pop()), estimates=tuple(_tensor(name) for name in products))


def _tensor(name: str) -> str:
    """A tensor's full name: the graph omits `:0`."""
    return name if ":" in name else f"{name}:0"


def _nodes(meta_graph: memoryview) -> Iterator[tuple[str, Node]]:
    for number, graph in _fields(meta_graph):
        if number != 2:  # MetaGraphDef.graph_def
            continue
        for field, node in _fields(_bytes(graph)):
            if field != 1:  # GraphDef.node
                continue
            name, op, inputs = "", "", []
            for part, value in _fields(_bytes(node)):
                match part:
                    case 1:
                        name = _text(value)
                    case 2:
                        op = _text(value)
                    case 3:
                        inputs.append(_text(value))
            yield name, Node(op=op, inputs=tuple(inputs))


def _fields(message: memoryview) -> Iterator[tuple[int, int | memoryview]]:
    """The fields of one message: field number, and a number or bytes. Raises IndexError or ValueError if broken."""
    at = 0
    while at < len(message):
        key, at = _varint(message, at)
        value: int | memoryview
        match key & 7:
            case 0:
                value, at = _varint(message, at)
            case 1:
                value, at = message[at : at + 8], at + 8
            case 2:
                size, at = _varint(message, at)
                value, at = message[at : at + size], at + size
            case 5:
                value, at = message[at : at + 4], at + 4
            case kind:
                raise ValueError(f"wire type {kind}")
        if at > len(message):
            raise ValueError("it ends too soon")
        yield key >> 3, value


def _varint(message: memoryview, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = message[at]
        at += 1
        value |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            return value, at


def _bytes(value: int | memoryview) -> memoryview:
    if isinstance(value, int):
        raise ValueError("a number where a message should be")
    return value


def _text(value: int | memoryview) -> str:
    return bytes(_bytes(value)).decode(errors="replace")

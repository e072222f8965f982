"""Reads and writes safetensors: https://github.com/huggingface/safetensors#format.

Eight bytes with the length of a JSON header, the header, and the tensors' bytes without gaps. The library
`safetensors` copies what it reads; here tensors are views of one mapped file, so that weights are in memory once.
"""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

from worker.separation.checkpoints.values import Tensor, UnreadableError

LARGEST_HEADER: Final = 16 << 20  # bytes; the format permits 100 MB, networks need some dozens of kB
ALIGNMENT: Final = 64  # bytes, of the first tensor
PREFIX: Final = 8  # bytes with the length of the header

_DTYPES: Final[dict[str, str]] = {
    "F64": "<f8", "F32": "<f4", "F16": "<f2", "BF16": "<u2", "I64": "<i8", "I32": "<i4", "I16": "<i2", "I8": "i1",
    "U8": "u1", "BOOL": "?",
}  # fmt: skip


@dataclass(frozen=True)
class SafeTensors:
    """An open file. `tensors` are views of a private map: writing to them changes no file."""

    tensors: Mapping[str, Tensor]
    metadata: Mapping[str, str]


def read_safetensors(path: Path) -> SafeTensors:
    """Maps the file. BF16 becomes float32, in memory of its own. Raises `UnreadableError`, `OSError`."""
    size = path.stat().st_size
    with path.open("rb") as file:
        length = int.from_bytes(file.read(PREFIX), "little")
        if size < PREFIX or not 2 <= length <= min(LARGEST_HEADER, size - PREFIX):
            raise UnreadableError(f"a header of {length} bytes in a file of {size}")
        header = _parse(file.read(length))
    start = PREFIX + length
    metadata = header.pop("__metadata__", {})
    if not isinstance(metadata, dict) or not all(isinstance(value, str) for value in metadata.values()):
        raise UnreadableError("metadata that is not text")
    spans = {name: _span(name, entry) for name, entry in header.items()}
    _require_no_gaps(spans, size - start)
    if size == start:
        return SafeTensors(tensors={}, metadata=metadata)
    mapped = np.memmap(path, np.uint8, "c")
    return SafeTensors(tensors={name: _view(mapped, start, span) for name, span in spans.items()}, metadata=metadata)


def write_safetensors(path: Path, tensors: Mapping[str, Tensor], metadata: Mapping[str, str]) -> None:
    """Writes `tensors` as float32, in the order of their names."""
    header: dict[str, Any] = {"__metadata__": dict(metadata)}
    end = 0
    for name in sorted(tensors):
        begin, end = end, end + 4 * tensors[name].size
        header[name] = {"dtype": "F32", "shape": list(tensors[name].shape), "data_offsets": [begin, end]}
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-(PREFIX + len(text)) % ALIGNMENT)
    with path.open("wb") as file:
        file.write(len(text).to_bytes(PREFIX, "little") + text)
        for name in sorted(tensors):
            file.write(np.ascontiguousarray(tensors[name], "<f4").data)


@dataclass(frozen=True)
class _Span:
    """Where a tensor lies, in bytes after the header."""

    dtype: str
    shape: tuple[int, ...]
    begin: int
    end: int


def _parse(text: bytes) -> dict[str, Any]:
    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) < len(pairs):
            raise UnreadableError("a name occurs twice in the header")
        return found

    try:
        header = json.loads(text, object_pairs_hook=unique)
    except UnreadableError:
        raise
    except (ValueError, RecursionError):
        raise UnreadableError("a header that is not JSON") from None
    if not isinstance(header, dict):
        raise UnreadableError("a header that is no object")
    return header


def _span(name: str, entry: Any) -> _Span:
    match entry:
        case {"dtype": str(dtype), "shape": list(shape), "data_offsets": [int(begin), int(end)]}:
            pass
        case _:
            raise UnreadableError(f"no description of {name[:80]!r}")
    if dtype not in _DTYPES:
        raise UnreadableError(f"{name[:80]!r} is of the unknown type {dtype[:20]!r}")
    if not all(isinstance(side, int) and side >= 0 for side in shape):
        raise UnreadableError(f"{name[:80]!r} has the shape {str(shape)[:80]}")
    if end - begin != math.prod(shape) * np.dtype(_DTYPES[dtype]).itemsize or begin < 0:
        raise UnreadableError(f"{name[:80]!r} has another size than its shape")
    return _Span(dtype, tuple(shape), begin, end)


def _require_no_gaps(spans: Mapping[str, _Span], size: int) -> None:
    at = 0
    for span in sorted(spans.values(), key=lambda span: (span.begin, span.end)):
        if span.begin != at:
            raise UnreadableError("tensors overlap, or have gaps between them")
        at = span.end
    if at != size:
        raise UnreadableError(f"{at} bytes of tensors are announced, and {size} are there")


def _view(mapped: Tensor, start: int, span: _Span) -> Tensor:
    values = mapped[start + span.begin : start + span.end].view(_DTYPES[span.dtype]).reshape(span.shape)
    if span.dtype == "BF16":  # the upper half of a float32
        return (values.astype(np.uint32) << 16).view(np.float32)
    return values

"""Safetensors are mapped, and refused when anything about them is not as the format says."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from worker.separation.checkpoints.reading import read_checkpoint
from worker.separation.checkpoints.safetensors import ALIGNMENT, read_safetensors, write_safetensors
from worker.separation.checkpoints.values import UnreadableError


def write(path: Path, header: Any, body: bytes = bytes(8)) -> Path:
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    path.write_bytes(len(text).to_bytes(8, "little") + text + body)
    return path


def entry(shape: Any = (2,), offsets: Any = (0, 8), dtype: Any = "F32") -> dict[str, Any]:
    return {"dtype": dtype, "shape": shape, "data_offsets": offsets}


def test_what_is_written_is_read_and_the_file_stays_as_it_is(tmp_path: Path) -> None:
    tensors: dict[str, NDArray[Any]] = {
        "b": np.array([[1, 2], [3, 4]], np.float32),
        "a": np.array([0.5], np.float16),
        "none": np.zeros((0, 3), np.float32),
    }
    path = tmp_path / "a.safetensors"
    write_safetensors(path, tensors, {"kwargs": '{"channels": 48}', "origin": "abc"})
    written = path.read_bytes()

    read = read_safetensors(path)

    assert (8 + int.from_bytes(written[:8], "little")) % ALIGNMENT == 0
    assert read.metadata == {"kwargs": '{"channels": 48}', "origin": "abc"}
    assert {name: values.tolist() for name, values in read.tensors.items()} == {
        "a": [0.5], "b": [[1, 2], [3, 4]], "none": [],
    }  # fmt: skip
    assert all(values.dtype == np.float32 for values in read.tensors.values())
    read.tensors["b"][0, 0] = 7  # a private copy of the page
    assert path.read_bytes() == written
    assert read_checkpoint(path).arguments == {"channels": 48}


def test_half_numbers_are_read(tmp_path: Path) -> None:
    halves = (np.array([1.5, -3], np.float32).view(np.uint32) >> 16).astype("<u2").tobytes() + np.array(
        [0.25, 2], np.float16
    ).tobytes()
    read = read_safetensors(
        write(
            tmp_path / "a", {"b": entry(offsets=(0, 4), dtype="BF16"), "f": entry(offsets=(4, 8), dtype="F16")}, halves
        )
    )
    assert read.tensors["b"].tolist() == [1.5, -3]
    assert read.tensors["f"].tolist() == [0.25, 2]


@pytest.mark.parametrize(
    "header",
    [
        b"", b"{", b"[]", b"\xff\xfe", b"[" * 100_000, b'{"a": ' + b"1" * 5000 + b"}", b'{"x": 1, "x": 2}',
        {"x": []}, {"x": {}}, {"x": {**entry(), "shape": 2}}, {"x": entry(dtype="F8")}, {"x": entry(shape=(-2,))},
        {"x": entry(shape=("2",))}, {"x": entry(shape=(3,))}, {"x": entry(shape=(1 << 62, 4))},
        {"x": entry(offsets=(0, 16))}, {"x": entry(offsets=(-8, 0))}, {"x": entry(offsets=(8, 0))},
        {"x": entry(), "y": entry()}, {"x": entry(offsets=(4, 12))}, {"x": entry((1,), (0, 4))}, {},
        {"__metadata__": {"a": 1}, "x": entry()}, {"__metadata__": [], "x": entry()},
    ],
)  # fmt: skip
def test_a_header_that_lies_is_refused(tmp_path: Path, header: Any) -> None:
    with pytest.raises(UnreadableError):
        read_safetensors(write(tmp_path / "a", header))


@pytest.mark.parametrize("kwargs", ["{", "[]", "[" * 50_000, '{"a": ' + "1" * 5000 + "}"])
def test_arguments_that_are_no_object_are_refused(tmp_path: Path, kwargs: str) -> None:
    with pytest.raises(UnreadableError):
        read_checkpoint(write(tmp_path / "a", {"__metadata__": {"kwargs": kwargs}, "x": entry()}))


def test_half_a_file_is_refused_wherever_it_ends(tmp_path: Path) -> None:
    whole = tmp_path / "a"
    write_safetensors(whole, {"x": np.arange(16, dtype=np.float32)}, {})
    content = whole.read_bytes()
    for length in range(len(content)):
        whole.write_bytes(content[:length])
        with pytest.raises(UnreadableError):
            read_safetensors(whole)


@given(length=st.integers(0, 2**64 - 1), rest=st.binary(max_size=100))
def test_no_bytes_raise_anything_else(tmp_path_factory: pytest.TempPathFactory, length: int, rest: bytes) -> None:
    path = tmp_path_factory.getbasetemp() / "any.safetensors"
    path.write_bytes(length.to_bytes(8, "little") + rest)
    with pytest.raises(UnreadableError):
        read_safetensors(path)

"""Torch's zips are read as data: nothing that they name is run, and nothing but tensors and plain values is taken."""

import contextlib
import pickle
import zipfile
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from tests.worker.separation.checkpoints.zips import (
    Call,
    Named,
    Stored,
    cut,
    named,
    opcodes,
    pickled,
    save,
    tensor,
    write_torch_file,
)
from worker.separation.checkpoints.pickled import read_pickle
from worker.separation.checkpoints.reading import read_checkpoint
from worker.separation.checkpoints.torch_file import read_torch_file
from worker.separation.checkpoints.values import UnreadableError

FOUR = np.arange(4, dtype=np.float32)


def rebuilt(storage: Any, offset: int, shape: Any, strides: Any) -> Call:
    return Call("torch._utils._rebuild_tensor_v2", storage, offset, shape, strides, False, None)


def test_tensors_and_arguments_of_a_package_are_read(tmp_path: Path) -> None:
    tensors: dict[str, NDArray[Any]] = {
        "a.weight": np.random.default_rng(1).random((3, 2, 5), np.float32),
        "b": np.array([1.5, -2], np.float16),
    }
    kwargs = {"segment": Call("fractions.Fraction", "39/5"), "sources": ["drums", "bass"], "channels": 48}

    read = read_checkpoint(save(tmp_path / "a.th", tensors, kwargs))

    assert read.arguments == {"segment": Fraction(39, 5), "sources": ["drums", "bass"], "channels": 48}
    assert read.tensors.keys() == tensors.keys()
    for name, values in tensors.items():
        assert read.tensors[name].dtype == values.dtype
        assert np.array_equal(read.tensors[name], values)


def test_views_share_a_storage_and_keep_their_strides(tmp_path: Path) -> None:
    storage = Stored("0", "FloatStorage", 6)
    path = write_torch_file(
        tmp_path / "a.pt",
        {"turned": rebuilt(storage, 0, (3, 2), (1, 3)), "end": rebuilt(storage, 4, (2,), (1,))},
        {"0": np.arange(6, dtype=np.float32).tobytes()},
    )
    read = read_checkpoint(path).tensors
    assert read["turned"].tolist() == [[0, 3], [1, 4], [2, 5]]
    assert read["end"].tolist() == [4, 5]


def test_bfloat16_becomes_float32(tmp_path: Path) -> None:
    halves = (np.array([1.5, -3], np.float32).view(np.uint32) >> 16).astype("<u2")
    path = write_torch_file(
        tmp_path / "a.pt", {"x": rebuilt(Stored("0", "BFloat16Storage", 2), 0, (2,), (1,))}, {"0": halves.tobytes()}
    )
    assert read_checkpoint(path).tensors["x"].tolist() == [1.5, -3]


@pytest.mark.parametrize(
    "content",
    [
        pickled(Call("os.system", "touch /tmp/fl-bt-escaped")),
        pickled(Named("os.system")),
        pickled({"state": {"x": Call("builtins.eval", "1")}}),
        pickled(Call("torch._utils._rebuild_tensor_v2", "x")),
        pickled(Call("demucs.htdemucs.HTDemucs")),
        pickled(Call("fractions.Fraction", "1e999999999")),
        pickled(Call("fractions.Fraction", 1, 0)),
        pickled(Call("collections.OrderedDict", ())),
        b"\x80\x04" + opcodes("os") + opcodes("system") + b"\x93" + opcodes(("true",)) + b"R.",
        b"\x80\x02" + named("collections.OrderedDict") + opcodes(()) + pickle.NEWOBJ + b".",
        b"\x80\x02(" + opcodes("x") + b"ios\nsystem\n.",  # INST
        b"\x80\x02(" + named("os.system") + opcodes("x") + b"o.",  # OBJ
        b"\x80\x02" + opcodes("x") + opcodes({}) + b"b.",  # BUILD on a text
        b"\x80\x02" + opcodes({"a": 1}) + opcodes({"a": 2}) + b".",  # two values left
        b"\x80\x02]q\x00h\x01.",  # a memo that was never written
        b"\x80\x02s.", b"\x80\x02\x87.", b"\x80\x02t.", b"", b".", b"\x80\x02}",
        b"\x80\x02" + opcodes(("module", Named("torch.FloatStorage"))) + b"Q.",
        pickled(rebuilt(Stored("0", "FloatStorage", 4), -1, (1,), (1,))),
    ],
)  # fmt: skip
def test_a_pickle_of_anything_else_is_refused(content: bytes) -> None:
    with pytest.raises(UnreadableError):
        read_pickle(content)
    assert not Path("/tmp/fl-bt-escaped").exists()


@given(st.binary(max_size=200))
def test_no_bytes_raise_anything_else(content: bytes) -> None:
    for start in (b"", b"\x80\x02"):
        with contextlib.suppress(UnreadableError):
            read_pickle(start + content)


@pytest.mark.parametrize(
    ("structure", "storages"),
    [
        ({"x": tensor("0", FOUR)}, {}),
        ({"x": tensor("0", FOUR)}, {"0": FOUR.tobytes()[:-1]}),
        ({"x": tensor("0", FOUR)}, {"0": FOUR.tobytes() * 2}),
        ({"x": tensor("../../../etc/passwd", FOUR)}, {"0": FOUR.tobytes()}),
        ({"x": rebuilt(Stored("0", "FloatStorage", 4), 2, (3,), (1,))}, {"0": FOUR.tobytes()}),
        ({"x": rebuilt(Stored("0", "FloatStorage", 4), 0, (1 << 30, 1 << 30), (0, 0))}, {"0": FOUR.tobytes()}),
        ({"x": 1}, {}),
        ([], {}),
        ({"state": {1: tensor("0", FOUR)}}, {"0": FOUR.tobytes()}),
        (b"\x80\x02]q\x00h\x00a.", {}),  # a list in itself
    ],
)
def test_a_zip_whose_tensors_are_not_there_is_refused(tmp_path: Path, structure: Any, storages: Any) -> None:
    path = write_torch_file(tmp_path / "a.pt", structure, storages)
    with pytest.raises(UnreadableError):
        read_checkpoint(path)


def test_values_that_multiply_are_refused_soon(tmp_path: Path) -> None:
    layers = b"".join(b"](" + b"h%c" % number * 10 + b"eq%c" % (number + 1) for number in range(1, 15))
    with pytest.raises(UnreadableError, match="without an end"):
        read_torch_file(write_torch_file(tmp_path / "a.pt", b"\x80\x02(]q\x01" + layers + b"t.", {}))


def test_a_zip_that_inflates_is_refused(tmp_path: Path) -> None:
    path = write_torch_file(
        tmp_path / "a.pt", {"x": tensor("0", np.zeros(1 << 20, np.float32))}, {"0": bytes(4 << 20)},
        compression=zipfile.ZIP_DEFLATED,
    )  # fmt: skip
    with pytest.raises(UnreadableError, match="compressed"):
        read_checkpoint(path)


def test_half_a_zip_and_another_zip_are_refused(tmp_path: Path) -> None:
    whole = save(tmp_path / "a.th", {"x": FOUR}, {})
    size = whole.stat().st_size
    for length in {0, 1, 4, size // 3, size // 2, size - 30, size - 1}:
        with pytest.raises(UnreadableError):
            read_checkpoint(cut(whole, length))
    other = tmp_path / "other.zip"
    with zipfile.ZipFile(other, "w") as archive:
        archive.writestr("readme.txt", "nothing")
    with pytest.raises(UnreadableError, match="structure"):
        read_checkpoint(other)


def test_a_file_with_a_flipped_byte_is_refused(tmp_path: Path) -> None:
    path = save(tmp_path / "a.th", {"x": np.arange(1000, dtype=np.float32)}, {})
    content = bytearray(path.read_bytes())
    at = content.index(np.float32(500).tobytes())
    content[at] ^= 1
    path.write_bytes(content)
    with pytest.raises(UnreadableError, match="CRC"):
        read_checkpoint(path)

"""Files of `torch.save`, written without torch: `make oracle` compares with torch's own."""

import io
import pickle
import struct
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

KINDS = {"float32": "FloatStorage", "float16": "HalfStorage", "float64": "DoubleStorage", "int64": "LongStorage"}


def named(text: str) -> bytes:
    """The opcode for a name: `named("os.system")`."""
    module, _, name = text.rpartition(".")
    return pickle.GLOBAL + f"{module}\n{name}\n".encode()


class Call:
    """A value that a pickle makes by calling `name`."""

    def __init__(self, name: str, *arguments: Any) -> None:
        self.name = name
        self.arguments = arguments


class Named:
    """A name alone."""

    def __init__(self, name: str) -> None:
        self.name = name


class Stored:
    """The description of a storage."""

    def __init__(self, key: str, kind: str, count: int) -> None:
        self.parts = ("storage", Named(f"torch.{kind}"), key, "cpu", count)


def opcodes(value: Any) -> bytes:
    """The opcodes that put `value` on the stack."""
    match value:
        case None | bool():
            return {None: pickle.NONE, True: pickle.NEWTRUE, False: pickle.NEWFALSE}[value]
        case int():
            return pickle.BININT + struct.pack("<i", value)
        case float():
            return pickle.BINFLOAT + struct.pack(">d", value)
        case str():
            return pickle.BINUNICODE + struct.pack("<I", len(value.encode())) + value.encode()
        case tuple():
            return pickle.MARK + b"".join(map(opcodes, value)) + pickle.TUPLE
        case list():
            return pickle.EMPTY_LIST + pickle.MARK + b"".join(map(opcodes, value)) + pickle.APPENDS
        case dict():
            pairs = b"".join(opcodes(each) for pair in value.items() for each in pair)
            return pickle.EMPTY_DICT + pickle.MARK + pairs + pickle.SETITEMS
        case Named():
            return named(value.name)
        case Call():
            return named(value.name) + opcodes(value.arguments) + pickle.REDUCE
        case Stored():
            return opcodes(value.parts) + pickle.BINPERSID
    raise TypeError(value)


def pickled(value: Any) -> bytes:
    return pickle.PROTO + b"\x02" + opcodes(value) + pickle.STOP


def tensor(key: str, values: np.ndarray[Any, Any]) -> Call:
    """A tensor as torch describes it, in a storage of its own."""
    strides = tuple(stride // values.itemsize for stride in np.ascontiguousarray(values).strides)
    storage = Stored(key, KINDS[str(values.dtype)], values.size)
    return Call(
        "torch._utils._rebuild_tensor_v2", storage, 0, values.shape, strides, False, Call("collections.OrderedDict")
    )


def write_torch_file(
    path: Path, structure: Any, storages: Mapping[str, bytes], *, compression: int = zipfile.ZIP_STORED
) -> Path:
    """A zip with the pickle of `structure`, which may be ready bytes, and the storages."""
    with zipfile.ZipFile(path, "w", compression) as archive:
        archive.writestr("archive/data.pkl", structure if isinstance(structure, bytes) else pickled(structure))
        archive.writestr("archive/byteorder", b"little")
        for key, content in storages.items():
            archive.writestr(f"archive/data/{key}", content)
        archive.writestr("archive/version", b"3\n")
    return path


def save(path: Path, tensors: Mapping[str, np.ndarray[Any, Any]], kwargs: Mapping[str, Any]) -> Path:
    """What demucs saves: class, arguments and tensors."""
    keys = {name: str(number) for number, name in enumerate(tensors)}
    package = {
        "klass": Named("demucs.htdemucs.HTDemucs"),
        "args": (),
        "kwargs": dict(kwargs),
        "state": {name: tensor(keys[name], values) for name, values in tensors.items()},
        "training_args": {"seed": 42, "rates": [0.5, None, True]},
    }
    return write_torch_file(path, package, {keys[name]: values.tobytes() for name, values in tensors.items()})


def cut(path: Path, length: int) -> Path:
    """The file without its end."""
    shorter = path.with_name(f"cut-{length}")
    shorter.write_bytes(io.BytesIO(path.read_bytes()).read(length))
    return shorter

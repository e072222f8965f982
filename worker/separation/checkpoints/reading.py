"""One way to read a network's file, of either format."""

import json
from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any, Final

import numpy as np

from worker.separation.checkpoints.safetensors import read_safetensors
from worker.separation.checkpoints.torch_file import is_torch_file, read_torch_file
from worker.separation.checkpoints.values import Checkpoint, Tensor, UnreadableError

#: What files call their tensors, the trained averages first.
_HOLDERS: Final = ("state", "best_state", "state_dict")


def read_checkpoint(path: Path) -> Checkpoint:
    """The tensors and constructor arguments in a file: safetensors, or a zip of `torch.save`.

    Raises `UnreadableError`, `OSError`.
    """
    if is_torch_file(path):
        return _of_package(read_torch_file(path))
    opened = read_safetensors(path)
    return Checkpoint(tensors=opened.tensors, arguments=_of_metadata(opened.metadata))


def _of_package(saved: Any) -> Checkpoint:
    """What demucs saves, `{"klass": …, "kwargs": …, "state": …}`, what others save, or the tensors alone."""
    if not isinstance(saved, dict):
        return Checkpoint(tensors=_tensors(saved))
    tensors = next((saved[key] for key in _HOLDERS if isinstance(saved.get(key), dict)), saved)
    arguments = saved.get("kwargs")
    return Checkpoint(tensors=_tensors(tensors), arguments=arguments if isinstance(arguments, dict) else {})


def _tensors(saved: Any) -> Mapping[str, Tensor]:
    if not isinstance(saved, dict) or not saved:
        raise UnreadableError("a file without tensors by name")
    for name, tensor in saved.items():
        if not isinstance(name, str) or not isinstance(tensor, np.ndarray):
            raise UnreadableError(f"{str(name)[:80]!r} is no tensor")
    return {
        name.removeprefix("module."): tensor for name, tensor in saved.items()
    }  # torch's, of training on several GPUs


def _of_metadata(metadata: Mapping[str, str]) -> Mapping[str, Any]:
    """The arguments as demucs writes them into safetensors: JSON under `kwargs`, fractions as objects."""

    def decoded(value: dict[str, Any]) -> Any:
        match value:
            case {"_type": "fraction", "numerator": int(above), "denominator": int(below)} if below:
                return Fraction(above, below)
        return value

    try:
        arguments = json.loads(metadata.get("kwargs", "{}"), object_hook=decoded)
    except (ValueError, RecursionError):
        raise UnreadableError("arguments that are not JSON") from None
    if not isinstance(arguments, dict):
        raise UnreadableError("arguments that are no object")
    return arguments

"""What the readers return and raise."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from numpy.typing import NDArray

Tensor = NDArray[Any]


class UnreadableError(ValueError):
    """A file is damaged, of another format, or holds something else than tensors and plain values."""


@dataclass(frozen=True)
class Checkpoint:
    """The tensors of a network by name, and the arguments of its constructor, as far as the file states them."""

    tensors: Mapping[str, Tensor]
    arguments: Mapping[str, Any] = field(default_factory=dict)

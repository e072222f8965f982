"""Takes the tensors of a checkpoint by name, each once, and of the expected shape."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from worker.separation.checkpoints.values import Tensor, UnreadableError


class Tensors:
    """The tensors of one network."""

    def __init__(self, tensors: Mapping[str, Tensor]) -> None:
        self._left = dict(tensors)
        self._prefix = ""

    def under(self, prefix: str) -> "Tensors":
        """The same tensors, for a part whose names begin with `prefix`. What either takes is taken for both."""
        part = Tensors({})
        part._left, part._prefix = self._left, self._prefix + prefix
        return part

    def take(self, name: str, *shape: int) -> NDArray[np.float32]:
        """A tensor as float32, which may be written to: OpenVINO shares no other memory.

        Raises `UnreadableError` where it is missing, or of another shape or kind.
        """
        name = self._prefix + name
        tensor = self._left.pop(name, None)
        if tensor is None:
            raise UnreadableError(f"the network has no {name}")
        if tensor.shape != shape or tensor.dtype.kind != "f":
            raise UnreadableError(f"{name} is {tensor.dtype} of {list(tensor.shape)}, not of {list(shape)}")
        return np.require(tensor, np.float32, ["C", "W"])

    def has(self, name: str) -> bool:
        """Whether there is such a tensor, not taken yet."""
        return self._prefix + name in self._left

    def require_all_taken(self) -> None:
        """Raises `UnreadableError` if tensors are left: the file is of a network with more parts."""
        if self._left:
            raise UnreadableError(f"the network has {len(self._left)} tensors too many: {min(self._left)[:80]}, …")

"""SCNet's weights with random numbers, made without torch: `make oracle` compares their names and shapes."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tests.worker.separation.htdemucs.networks import Invented
from worker.separation.checkpoints.safetensors import write_safetensors
from worker.separation.scnet.graph import assemble


def invented() -> dict[str, NDArray[np.float32]]:
    """All tensors of the network, by name."""
    made: dict[str, NDArray[np.float32]] = {}
    assemble(Invented(made))
    return made


def write_network(path: Path) -> Path:
    """A safetensors file of the tensors alone."""
    write_safetensors(path, invented(), {})
    return path

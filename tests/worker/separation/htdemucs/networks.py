"""Weights of the true architecture with random numbers, made without torch: `make oracle` compares their names and
shapes with those of the reference.
"""

from fractions import Fraction
from math import prod, sqrt
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from worker.separation.checkpoints.safetensors import write_safetensors
from worker.separation.htdemucs.graph import assemble
from worker.separation.htdemucs.shape import SHAPES
from worker.separation.segments.tensors import Tensors

KWARGS: dict[str, Any] = {"bottom_channels": 512, "segment": Fraction(39, 5), "dconv_mode": 3, "t_layers": 5}


class Invented(Tensors):
    """Makes up each tensor that is asked for, and keeps it."""

    def __init__(self, made: dict[str, NDArray[np.float32]], prefix: str = "") -> None:
        super().__init__({})
        self.made = made
        self._begin = prefix
        self._random = np.random.default_rng(7)

    def under(self, prefix: str) -> "Invented":
        return Invented(self.made, self._begin + prefix)

    def has(self, name: str) -> bool:
        return self._begin + name not in self.made

    def take(self, name: str, *shape: int) -> NDArray[np.float32]:
        values = self._random.standard_normal(shape, np.float32)
        values *= np.float32(1 / sqrt(prod(shape[1:])))
        self.made[self._begin + name] = values
        return values


def invented(model: str) -> dict[str, NDArray[np.float32]]:
    """All tensors of a model's network, by name."""
    made: dict[str, NDArray[np.float32]] = {}
    assemble(Invented(made), SHAPES[model])
    return made


def write_network(path: Path, model: str) -> Path:
    """A safetensors file as demucs publishes it."""
    sources = ", ".join(f'"{stem}"' for stem in SHAPES[model].sources)
    arguments = f'{{"sources": [{sources}], "segment": {{"_type": "fraction", "numerator": 39, "denominator": 5}}}}'
    write_safetensors(path, invented(model), {"klass": "demucs.htdemucs.HTDemucs", "args": "[]", "kwargs": arguments})
    return path

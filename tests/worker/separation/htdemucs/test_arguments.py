"""Only the published network is taken: another shape, a missing part or another argument is told by name."""

from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.worker.separation.htdemucs.networks import KWARGS, invented
from worker.separation.checkpoints.values import UnreadableError
from worker.separation.htdemucs.graph import build
from worker.separation.htdemucs.shape import SHAPES, difference

SHAPE = SHAPES["htdemucs"]


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ({}, None),
        (KWARGS, None),
        ({"sources": ["drums", "bass", "other", "vocals"], "multi_freqs": []}, None),
        ({"sources": ("drums", "bass", "other", "vocals"), "freq_emb": 0.2, "unknown": 1}, None),
        ({"sources": ["vocals", "drums", "bass", "other"]}, "sources"),
        ({"segment": 10}, "segment"),
        ({"segment": Fraction(11, 2)}, "segment"),
        ({"t_heads": 4}, "t_heads"),
        ({"multi_freqs": [0.5]}, "multi_freqs"),
        ({"t_emb": "cape"}, "t_emb"),
    ],
)
def test_an_argument_that_makes_another_network_is_told(arguments: dict[str, Any], told: str | None) -> None:
    found = difference(arguments, SHAPE)
    assert found is None if told is None else (found or "").startswith(f"{told} is")


def test_tensors_that_are_missing_misshapen_or_left_over_are_told() -> None:
    tensors = invented("htdemucs")
    assert sum(values.size for values in tensors.values()) == 41_984_456
    build(tensors, SHAPE)
    name = "crosstransformer.layers.1.cross_attn.in_proj_weight"
    cases: list[tuple[dict[str, NDArray[Any]], str]] = [
        ({one: values for one, values in tensors.items() if one != name}, f"no {name}"),
        ({**tensors, name: tensors[name][:-1]}, name),
        ({**tensors, name: tensors[name].astype(np.int64)}, name),
        ({**tensors, "another": tensors[name]}, "too many: another"),
    ]
    for wrong, told in cases:
        with pytest.raises(UnreadableError, match=told):
            build(wrong, SHAPE)

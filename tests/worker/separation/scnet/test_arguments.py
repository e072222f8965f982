"""Only the published network is taken: another shape, a missing part or another argument is told by name."""

from typing import Any

import pytest
from numpy.typing import NDArray

from tests.worker.separation.scnet.networks import invented
from worker.separation.checkpoints.values import Checkpoint, UnreadableError
from worker.separation.scnet.graph import require_network
from worker.separation.scnet.shape import bands, difference


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ({}, None),
        ({"sources": ("drums", "bass", "other", "vocals"), "num_dplayer": 6}, None),
        ({"sources": ["vocals", "drums", "bass", "other"]}, "sources"),
        ({"band_SR": [0.225, 0.372, 0.403]}, "band_SR"),
        ({"normalized": False}, "normalized"),
    ],
)
def test_an_argument_that_makes_another_network_is_told(arguments: dict[str, Any], told: str | None) -> None:
    found = difference(arguments)
    assert found is None if told is None else (found or "").startswith(f"{told} is")


def test_tensors_that_are_missing_misshapen_or_left_over_are_told() -> None:
    tensors = invented()
    assert sum(values.size for values in tensors.values()) == 10_578_768
    require_network(Checkpoint(tensors))
    name = "separation_net.dp_modules.1.lstm_layers.0.weight_ih_l0_reverse"
    cases: list[tuple[dict[str, NDArray[Any]], str]] = [
        ({one: values for one, values in tensors.items() if one != name}, f"no {name}"),
        ({**tensors, name: tensors[name][:-1]}, name),
        ({**tensors, "another": tensors[name]}, "too many: another"),
    ]
    for wrong, told in cases:
        with pytest.raises(UnreadableError, match=told):
            require_network(Checkpoint(wrong))


def test_three_bands_of_the_bins() -> None:
    assert bands(2049) == (359, 803, 887)
    assert [sum(bands(bins)) for bins in (2049, 616, 186)] == [2049, 616, 186]

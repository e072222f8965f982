"""The ends of the networks at half the resolution compute the same numbers."""

from pathlib import Path
from typing import Any

import numpy as np
import openvino as ov
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from openvino import opset8 as ops

from jobs.music.separation_models import Band
from tests.models import STEMS
from worker.separation.spleeter.network import BANDS
from worker.separation.spleeter.openvino_network import convert
from worker.separation.spleeter.subpixel import at_half_resolution


def constant(numbers: NDArray[Any] | list[Any]) -> Any:
    return ops.constant(np.asarray(numbers, np.float32))


def whole(numbers: list[int]) -> Any:
    return ops.constant(np.asarray(numbers, np.int64))


def ending(
    chance: np.random.Generator,
    sizes: tuple[int, int],
    parts: list[int],
    kernel: int,
    outs: int,
    steepness: list[float],
) -> ov.Model:
    """The end of every network, as TensorFlow writes it: on concatenated `parts` channels, to `outs` channels."""
    height, width = sizes
    sources = [ops.parameter([1, channels, height, width], np.float32) for channels in parts]
    weights = chance.standard_normal((sum(parts), 1, kernel, kernel))
    wide = ops.convolution_backprop_data(
        ops.concat(sources, 1) if len(parts) > 1 else sources[0], constant(weights), [2, 2],
        whole([2 * height, 2 * width]), [1, 1], [2, 2], [1, 1], "same_lower",
    )  # fmt: skip
    one = ops.relu(ops.add(wide, constant([[[[0.1]]]])))
    one = ops.add(ops.multiply(one, constant(np.reshape(steepness, (1, -1, 1, 1)))), constant([[[[-0.2]]]]))
    apart = ops.space_to_batch(one, whole([1, 1, 2, 2]), whole([0, 0, 3, 3]), whole([0, 0, 3, 3]))
    skipped = ops.convolution(
        apart, constant(chance.standard_normal((outs, len(steepness), 4, 4))), [1, 1], [0, 0], [0, 0], [1, 1]
    )
    together = ops.batch_to_space(skipped, whole([1, 1, 2, 2]), whole([0, 0, 0, 0]), whole([0, 0, 0, 0]))
    shares = ops.sigmoid(ops.add(together, constant(chance.standard_normal((1, outs, 1, 1)))))
    return ov.Model([ops.result(ops.multiply(shares, constant([[[[3.0]]]])))], sources, "ending")


def computed(model: ov.Model, chance: np.random.Generator) -> NDArray[np.float32]:
    compiled = ov.Core().compile_model(model, "CPU", {"INFERENCE_PRECISION_HINT": "f32"})
    shapes = [tuple(source.shape) for source in model.inputs]
    answer: NDArray[np.float32] = compiled([chance.standard_normal(shape).astype(np.float32) for shape in shapes])[0]
    return answer


@settings(max_examples=25)
@given(
    seed=st.integers(0, 2**32),
    sizes=st.tuples(st.integers(4, 9), st.integers(4, 9)),
    parts=st.lists(st.integers(1, 5), min_size=1, max_size=3),
    kernel=st.sampled_from([4, 5]),
    outs=st.integers(1, 3),
)
def test_the_same_numbers(seed: int, sizes: tuple[int, int], parts: list[int], kernel: int, outs: int) -> None:
    model = ending(np.random.default_rng(seed), sizes, parts, kernel, outs, [1.3])
    before = computed(model, np.random.default_rng(seed + 1))

    assert at_half_resolution(model) == 1

    assert "ConvolutionBackpropData" not in {node.get_type_name() for node in model.get_ordered_ops()}
    np.testing.assert_allclose(computed(model, np.random.default_rng(seed + 1)), before, rtol=0, atol=2e-5)


def test_a_network_with_another_end_is_unchanged() -> None:
    chance = np.random.default_rng(5)
    model = ending(chance, (6, 6), [3], 5, 2, [1.3, 0.7])  # two channels between the layers: the phases would mix
    before = computed(model, np.random.default_rng(6))

    assert at_half_resolution(model) == 0

    np.testing.assert_array_equal(computed(model, np.random.default_rng(6)), before)


@pytest.mark.parametrize("band", ["11k", "16k"])
def test_every_network_of_spleeters_ends_so(band: Band, models_dir: Path) -> None:
    networks = convert(models_dir / "2stems", STEMS[2], BANDS[band])

    kinds = [node.get_type_name() for node in networks.get_ordered_ops()]
    assert kinds.count("DepthToSpace") == 2
    assert kinds.count("BatchToSpace") == 0

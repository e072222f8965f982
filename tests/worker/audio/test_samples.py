"""Conversions of samples: each build of `flbt_unet` gives the numbers of numpy, at any length."""

import flbt_unet
import numpy as np
import pytest
from numpy.typing import NDArray

LENGTHS = (0, 1, 7, 16, 33, 4096 + 5)


def values(count: int) -> NDArray[np.float32]:
    """Within full scale and beyond it, with both ends of it and halves of the last bit."""
    drawn = np.random.default_rng(count).uniform(-1.5, 1.5, count).astype(np.float32)
    special = np.array([1, -1, 0.5 / (1 << 15), 1.5 / (1 << 15), -0.0, 1 - 2**-24, 3], np.float32)[:count]
    drawn[: len(special)] = special
    return drawn


@pytest.fixture(params=[*flbt_unet.instruction_sets(), None])
def build(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every build, and none."""
    library = request.param and flbt_unet.library.load(request.param)
    monkeypatch.setattr("flbt_unet.samples._library", lambda: library)


@pytest.mark.parametrize("count", LENGTHS)
def test_rounded_and_clipped(count: int, build: None) -> None:
    given = values(2 * count).reshape(-1, 2)
    exact = np.rint(given.astype(np.float64) * (1 << 15))
    assert np.array_equal(flbt_unet.to_16_bits(given), np.clip(exact, -(1 << 15), (1 << 15) - 1).astype(np.int16))

    out = np.ones((1, 2 * count), np.int32)
    flbt_unet.to_24_bits(given, out)

    exact = np.clip(np.rint(given.astype(np.float64) * (1 << 23)), -(1 << 23), (1 << 23) - 1)
    assert np.array_equal(out.reshape(-1), (exact.astype(np.int64) * 256).reshape(-1))


@pytest.mark.parametrize("count", LENGTHS)
def test_two_planes_in_turn(count: int, build: None) -> None:
    planes = values(2 * count + 6).reshape(2, -1)[:, 1 : count + 1]
    assert np.array_equal(flbt_unet.interleaved(planes), planes.T)
    assert flbt_unet.interleaved(planes).flags.c_contiguous


@pytest.mark.parametrize(("count", "window", "windows"), [(0, 882, 0), (881, 882, 0), (4000, 882, 4), (50, 7, 7)])
def test_the_largest_of_every_window(count: int, window: int, windows: int, build: None) -> None:
    given = values(count)
    wanted = [np.abs(given[at * window :][:window]).max() for at in range(windows)]
    assert flbt_unet.peaks(given, window).tolist() == wanted


def test_a_place_of_another_size_is_refused() -> None:
    with pytest.raises(ValueError, match="3 of int32 for 4 values"):
        flbt_unet.to_24_bits(np.zeros(4, np.float32), np.zeros(3, np.int32))

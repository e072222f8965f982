"""The transforms of the kernels, against numpy's in double precision."""

import flbt_unet
import numpy as np
import pytest
from flbt_unet.builds import Instructions
from flbt_unet.transforms import irfft, rfft

from tests.sounds import snr_db

FRAME = 4096
#: Rows are transformed in pairs; strange layouts are copied first.
SHAPES = [(2, 3, FRAME), (1, FRAME), (FRAME,), (0, FRAME), (2, 5, FRAME), (3, 1024), (3, 2048), (2, 16384)]


@pytest.mark.parametrize("instructions", flbt_unet.instruction_sets())
@pytest.mark.parametrize("shape", SHAPES)
def test_every_build_transforms_rows_there_and_back(instructions: Instructions, shape: tuple[int, ...]) -> None:
    rows = np.random.default_rng(5).standard_normal(shape).astype(np.float32)
    bins = rfft(rows, instructions)
    assert bins.shape == (*shape[:-1], shape[-1] // 2 + 1)
    assert bins.dtype == np.complex64
    again = irfft(bins, instructions)
    assert again.shape == shape
    assert again.dtype == np.float32
    if rows.size:
        exact = np.fft.rfft(rows.astype(np.float64))
        assert snr_db(bins.view(np.float32), to=exact.astype(np.complex64).view(np.float32)) > 130
        assert snr_db(again, to=rows) > 130


@pytest.mark.parametrize("instructions", flbt_unet.instruction_sets())
def test_the_inverse_ignores_what_no_real_row_has(instructions: Instructions) -> None:
    """The imaginary parts of the first and the last bin, as phases that were turned leave them."""
    bins = rfft(np.random.default_rng(6).standard_normal((3, FRAME)).astype(np.float32))
    turned = bins.copy()
    turned[:, [0, -1]] += 3j
    assert np.array_equal(irfft(turned, instructions), irfft(bins, instructions))


def test_rows_that_lie_apart_are_the_same() -> None:
    rows = np.random.default_rng(7).standard_normal((FRAME, 4)).astype(np.float32)
    assert np.array_equal(rfft(rows.T), rfft(np.ascontiguousarray(rows.T)))
    bins = np.asfortranarray(rfft(rows.T))
    assert np.array_equal(irfft(bins), irfft(np.ascontiguousarray(bins)))


def test_other_sizes_and_types_are_refused() -> None:
    for size in (512, 4097, 6000):
        with pytest.raises(ValueError, match=f"rows of {size} numbers"):
            rfft(np.zeros((2, size), np.float32))
    with pytest.raises(ValueError, match="of another type"):
        rfft(np.zeros((2, FRAME)))  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="rows of 512 numbers"):
        irfft(np.zeros((2, 257), np.complex64))

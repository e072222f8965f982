"""The transforms: right by both ways to them, and by the light one where it is there."""

import subprocess
import sys
from collections.abc import Callable

import numpy as np
import pytest

from worker.separation import fourier


def way_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """The way that is there on this machine."""


def way_of_scipy(monkeypatch: pytest.MonkeyPatch) -> None:
    """As where the compiled part lies elsewhere."""
    monkeypatch.setattr(fourier, "_compiled_part", lambda: None)


@pytest.mark.parametrize("way", [way_of_its_own, way_of_scipy])
def test_both_ways_are_numpys_at_single_precision(
    monkeypatch: pytest.MonkeyPatch, way: Callable[[pytest.MonkeyPatch], None]
) -> None:
    way(monkeypatch)
    forth, back = fourier._ways()
    frames = np.random.default_rng(5).standard_normal((2, 3, 4096)).astype(np.float32)
    spectrum = forth(frames)
    assert (spectrum.shape, spectrum.dtype) == ((2, 3, 2049), np.complex64)
    assert np.abs(spectrum - np.fft.rfft(frames.astype(np.float64))).max() < 1e-3
    again = back(spectrum, 4096)
    assert (again.shape, again.dtype) == (frames.shape, np.float32)
    assert np.abs(again - frames).max() < 1e-5


def test_of_scipy_only_the_compiled_part_is_loaded() -> None:
    look = "import sys, worker.separation.fourier; print([name for name in sys.modules if name.startswith('scipy')])"
    assert subprocess.check_output([sys.executable, "-P", "-c", look], text=True) == "[]\n"

"""The transforms are correct by both imports, and use the light one where it exists."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

#: Both imports in one process load the compiled part twice, and such a process crashes at exit.
TRANSFORMED = """
import importlib.util, sys
from pathlib import Path

import numpy as np

folder, way = Path(sys.argv[1]), sys.argv[2]
if way == "scipy's":  # as where the compiled part lies elsewhere
    find = importlib.util.find_spec
    importlib.util.find_spec = lambda name, *more: None if name == "scipy" else find(name, *more)
from worker.separation import fourier

assert ("scipy.fft" in sys.modules) == (way == "scipy's")
spectrum = fourier.rfft(np.load(folder / "frames.npy"))
np.save(folder / "spectrum.npy", spectrum)
np.save(folder / "again.npy", fourier.irfft(spectrum, 4096))
"""


@pytest.mark.parametrize("way", ["its own", "scipy's"])
def test_both_ways_are_numpys_at_single_precision(tmp_path: Path, way: str) -> None:
    frames = np.random.default_rng(5).standard_normal((2, 3, 4096)).astype(np.float32)
    np.save(tmp_path / "frames.npy", frames)
    subprocess.run([sys.executable, "-c", TRANSFORMED, str(tmp_path), way], check=True)
    spectrum, again = np.load(tmp_path / "spectrum.npy"), np.load(tmp_path / "again.npy")
    assert (spectrum.shape, spectrum.dtype) == ((2, 3, 2049), np.complex64)
    assert np.abs(spectrum - np.fft.rfft(frames.astype(np.float64))).max() < 1e-3
    assert (again.shape, again.dtype) == (frames.shape, np.float32)
    assert np.abs(again - frames).max() < 1e-5


def test_of_scipy_only_the_compiled_part_is_loaded() -> None:
    look = "import sys, worker.separation.fourier; print([name for name in sys.modules if name.startswith('scipy')])"
    assert subprocess.check_output([sys.executable, "-P", "-c", look], text=True) == "[]\n"

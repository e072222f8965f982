"""Fourier transforms of real float32 numbers, by scipy's pocketfft.

numpy 1 computes them in float64; numpy 2's forward transforms of float32 take three times as long as scipy's.
`scipy.fft` imports half of scipy, for other transforms: a quarter of a second and 25 MB. So the compiled part is loaded
alone where it has the known path, and through `scipy.fft` otherwise.
"""

from importlib.machinery import EXTENSION_SUFFIXES, ExtensionFileLoader
from importlib.util import find_spec, module_from_spec, spec_from_file_location
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

#: Folder and module of the compiled part: in scipy 1.15, and in 1.18.
_PARTS = (("_pocketfft", "pypocketfft"), ("_duccfft", "pyduccfft"))


def rfft(frames: NDArray[np.float32]) -> NDArray[np.complex64]:
    """The transforms of the last axis: (..., n) to (..., n / 2 + 1)."""
    return _RFFT(frames)  # type: ignore[no-any-return]  # neither way is typed


def irfft(spectrum: NDArray[np.complex64], length: int) -> NDArray[np.float32]:
    """The inverse of `rfft`: (..., length / 2 + 1) to (..., length)."""
    return _IRFFT(spectrum, length)  # type: ignore[no-any-return]


def _compiled_part() -> Any | None:
    package = find_spec("scipy")
    if package is None or package.origin is None:
        return None
    for (folder, name), suffix in product(_PARTS, EXTENSION_SUFFIXES):
        path = Path(package.origin).parent / "fft" / folder / f"{name}{suffix}"
        spec = spec_from_file_location(name, path, loader=ExtensionFileLoader(name, str(path)))
        if path.is_file() and spec is not None and spec.loader is not None:
            module = module_from_spec(spec)
            spec.loader.exec_module(module)
            return module
    return None


def _ways() -> tuple[Any, Any]:
    part = _compiled_part()
    if part is not None and hasattr(part, "r2c") and hasattr(part, "c2r"):
        # Arguments as scipy.fft gives them: axes, (length,) direction, normalisation (0: none, 2: by the length).
        return (
            lambda frames: part.r2c(frames, (frames.ndim - 1,), True, 0, None, 1),
            lambda spectrum, length: part.c2r(spectrum, (spectrum.ndim - 1,), length, False, 2, None, 1),
        )
    import scipy.fft

    return scipy.fft.rfft, scipy.fft.irfft


_RFFT, _IRFFT = _ways()

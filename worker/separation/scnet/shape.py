"""The numbers of the published network, as in `models/scnet` of Music-Source-Separation-Training and its settings."""

from collections.abc import Mapping
from math import ceil
from typing import Any, Final

from jobs.music.stems import Stem

SOURCES: Final = (Stem.DRUMS, Stem.BASS, Stem.OTHER, Stem.VOCALS)

SEGMENT: Final = 485_100  # samples: 11 s
STRIDE: Final = 363_825  # samples from segment to segment: three quarters

FFT: Final = 4096
HOP: Final = 1024
BINS: Final = FFT // 2 + 1
FRAMES: Final = 476  # even, by silence after the segment
SILENCE: Final = (FRAMES - 1) * HOP - SEGMENT  # samples

WIDTHS: Final = (4, 32, 64, 128)  # channels of the spectrogram, and after each of three blocks
RATIOS: Final = (0.175, 0.392)  # of the bins, for the low and the middle band; the high band has the others
STRIDES: Final = (1, 4, 16)  # of each band
KERNELS: Final = (3, 4, 16)
DEPTHS: Final = (3, 2, 1)  # convolution modules of each band, one after the other
COMPRESS: Final = 4  # of the convolution modules
LAYERS: Final = 6  # of the dual path; the odd ones (from 0) see the spectrum of the frames

#: Arguments that change the network without changing the shape of a tensor, and the values that are built here.
_ARGUMENTS: Final[dict[str, Any]] = {
    "sources": [str(stem) for stem in SOURCES], "audio_channels": 2, "nfft": FFT, "hop_size": HOP, "win_size": FFT,
    "normalized": True, "band_SR": [*RATIOS, 0.433], "band_stride": [*STRIDES],
}  # fmt: skip


def bands(bins: int) -> tuple[int, int, int]:
    """How many of `bins` the three bands have."""
    low, middle = ceil(bins * RATIOS[0]), ceil(bins * (RATIOS[0] + RATIOS[1]))
    return low, middle - low, bins - middle


def difference(arguments: Mapping[str, Any]) -> str | None:
    """The first constructor argument that makes another network than the one built here; None without one.

    The published file states none: its tensors are checked by name and shape.
    """
    for name, value in _ARGUMENTS.items():
        stated = arguments.get(name, value)
        if (list(stated) if isinstance(stated, tuple) else stated) != value:
            return f"{name} is {str(stated)[:60]}, not {value}"
    return None

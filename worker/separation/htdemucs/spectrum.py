"""The Fourier transforms around the network, for one segment.

STFT of 4096 samples every 1024, with a periodic Hann window, divided by √4096. Frame j begins 1536 samples before
sample 1024 · j of the segment, which is reflected at both ends: `HTDemucs._spec` and `_ispec`.
"""

from math import sqrt
from typing import Final

import numpy as np
from flbt_unet import irfft, rfft
from numpy.typing import NDArray

from worker.separation.htdemucs.shape import BINS, CHANNELS, FFT, FRAMES, HOP, SEGMENT

BEFORE: Final = HOP // 2 * 3  # samples that are reflected to the left
_AFTER: Final = BEFORE + FRAMES * HOP - SEGMENT
_QUARTERS: Final = FFT // HOP
_SCALE: Final = np.float32(sqrt(FFT))
_HANN: Final = (0.5 - 0.5 * np.cos(2 * np.pi * np.arange(FFT) / FFT)).astype(np.float32)
#: For the way back: squared Hann windows at a distance of a quarter add up to 1.5 everywhere.
_HANN_BACK: Final = _HANN * (_SCALE / np.float32(1.5))


def spectrogram(samples: NDArray[np.float32]) -> NDArray[np.float32]:
    """(2, SEGMENT) to (1, 4, BINS, FRAMES): real and imaginary part of the left channel, then of the right one."""
    padded = np.pad(samples, ((0, 0), (BEFORE, _AFTER)), mode="reflect")
    frames = np.lib.stride_tricks.sliding_window_view(padded, FFT, axis=1)[:, ::HOP] * (_HANN / _SCALE)
    spectrum = rfft(frames)[:, :, :BINS].transpose(0, 2, 1)
    parts = np.empty((1, 2 * CHANNELS, BINS, FRAMES), np.float32)
    parts[0, 0::2], parts[0, 1::2] = spectrum.real, spectrum.imag
    return parts


def waveform(parts: NDArray[np.float32]) -> NDArray[np.float32]:
    """The inverse, for one source: (4, BINS, FRAMES) to (2, SEGMENT). The last bin is taken for 0."""
    spectrum = np.zeros((CHANNELS, FRAMES, BINS + 1), np.complex64)
    spectrum.real[:, :, :BINS] = parts[0::2].transpose(0, 2, 1)
    spectrum.imag[:, :, :BINS] = parts[1::2].transpose(0, 2, 1)
    frames = irfft(spectrum)
    frames *= _HANN_BACK
    quarters = frames.reshape(CHANNELS, FRAMES, _QUARTERS, HOP)
    added = np.zeros((CHANNELS, FRAMES + _QUARTERS - 1, HOP), np.float32)
    for number in range(_QUARTERS):
        added[:, number : number + FRAMES] += quarters[:, :, number]
    return added.reshape(CHANNELS, -1)[:, BEFORE : BEFORE + SEGMENT]

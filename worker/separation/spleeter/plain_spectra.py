"""Spleeter's arithmetic between samples and masks by numpy, in float32: where `flbt_unet` has no build.

It is also the definition that `flbt_unet.Spectra` is tested against. Shapes: a spectrum is (channels, frames, bins)
complex64, a mask (stems, channels, frames, band) float32.
"""

import numpy as np
from numpy.typing import NDArray

from worker.separation.spleeter.spectrogram import CHANNELS, FRAME, HOP, SEGMENT, SPAN, Samples

Spectrum = NDArray[np.complex64]

BINS = FRAME // 2 + 1
EPSILON = np.float32(1e-10)
WINDOW = (0.5 - 0.5 * np.cos(2 * np.pi * np.arange(FRAME) / FRAME)).astype(np.float32)
#: A segment's frames in slices whose intermediate results fit into the core's cache.
FEW_FRAMES = [slice(start, start + 32) for start in range(0, SEGMENT, 32)]
#: Squared windows, a quarter of a frame apart, add up to 3/2.
SYNTHESIS_WINDOW = WINDOW * np.float32(2 / 3)


class PlainSpectra:
    """See `worker.separation.spleeter.stream.Spectra`."""

    def __init__(self, band: int) -> None:
        self._band = band

    def spectrum(self, samples: Samples) -> tuple[Spectrum, NDArray[np.float32]]:
        spectrum = spectrum_of(samples)
        return spectrum, magnitudes_of(spectrum, self._band)

    def stems(self, spectrum: Spectrum, estimates: NDArray[np.float32], wanted: int, *, average: bool) -> Samples:
        return separated(spectrum, estimates, wanted, average=average)


def spectrum_of(span: Samples) -> Spectrum:
    """The spectrum, (2, SEGMENT, BINS), of one segment's samples."""
    frames = np.lib.stride_tricks.sliding_window_view(span, FRAME, axis=1)[:, ::HOP]
    spectrum = np.empty((CHANNELS, SEGMENT, BINS), np.complex64)
    for few in FEW_FRAMES:
        spectrum[:, few] = np.fft.rfft(frames[:, few] * WINDOW)
    return spectrum


def magnitudes_of(spectrum: Spectrum, band: int) -> NDArray[np.float32]:
    """The networks' input from a spectrum: (2, frames, band)."""
    seen = spectrum[..., :band]
    power: NDArray[np.float32] = np.square(seen.real)
    power += np.square(seen.imag)
    np.sqrt(power, out=power)
    return power


def masks_of(estimates: NDArray[np.float32]) -> NDArray[np.float32]:
    """Each stem's share of the energy in each bin, from the magnitudes the networks estimate; they add up to 1.

    Shape in and out: (stems, channels, frames, band).
    """
    energy = np.square(estimates)
    total = energy.sum(axis=0)
    total += EPSILON
    energy += EPSILON / np.float32(len(energy))
    energy /= total
    return energy


def masked(spectrum: Spectrum, mask: NDArray[np.float32], *, average: bool) -> Spectrum:
    """One stem's spectrum: the mask, (channels, frames, band), on the band, and its mean over the frame above.

    So stems still add up to the song. Without `average` there is silence above the band, as in stock Spleeter.
    """
    band = mask.shape[-1]
    stem = np.empty_like(spectrum)
    np.multiply(spectrum[..., :band], mask, out=stem[..., :band])
    if average:
        np.multiply(spectrum[..., band:], mask.mean(axis=-1, keepdims=True), out=stem[..., band:])
    else:
        stem[..., band:] = 0
    return stem


def separated(spectrum: Spectrum, estimates: NDArray[np.float32], stems: int, *, average: bool) -> NDArray[np.float32]:
    """The samples of the first `stems` stems of one segment, (stems, 2, SPAN), from the estimates of all stems."""
    spans = np.zeros((stems, CHANNELS, SPAN), np.float32)
    hops = spans.reshape(stems, CHANNELS, SPAN // HOP, HOP)
    for few in FEW_FRAMES:
        mix = spectrum[:, few]
        for mask, sum_ in zip(masks_of(estimates[:, :, few])[:stems], hops, strict=True):
            frames = np.fft.irfft(masked(mix, mask, average=average), FRAME).astype(np.float32, copy=False)
            frames *= SYNTHESIS_WINDOW
            for quarter in range(FRAME // HOP):
                sum_[:, few.start + quarter : few.stop + quarter] += frames[..., quarter * HOP : (quarter + 1) * HOP]
    return spans

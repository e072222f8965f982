"""Spleeter's arithmetic between samples and masks, in float32, one segment at a time.

Frames of 4096 samples every 1024 under a periodic Hann window, on a grid that starts one frame before the song; a
segment is 512 of them. Source: `spleeter.model.EstimatorSpecBuilder` and `tf.signal.stft` / `inverse_stft` as it
calls them. Segments share only the 3072 samples by which their frames overlap, so computing one after another with a
tail carried over gives exactly the result for the whole song at once.

Shapes: a block is (channels, samples), a spectrum (channels, frames, bins) complex64, an estimate or a mask of the
network's band (stems, channels, frames, band) float32.
"""

from collections.abc import Iterable, Iterator

import numpy as np
from numpy.typing import NDArray

from jobs.music.separation_models import Extension
from worker.separation.fourier import irfft, rfft

Samples = NDArray[np.float32]
Spectrum = NDArray[np.complex64]

CHANNELS = 2
FRAME = 4096  # samples
HOP = 1024  # samples
SEGMENT = 512  # frames
BINS = FRAME // 2 + 1
ADVANCE = SEGMENT * HOP  # samples from one segment to the next
OVERLAP = FRAME - HOP  # samples that two neighbouring segments share
SPAN = ADVANCE + OVERLAP  # samples under the frames of one segment

EPSILON = np.float32(1e-10)
WINDOW = (0.5 - 0.5 * np.cos(2 * np.pi * np.arange(FRAME) / FRAME)).astype(np.float32)
#: A segment's frames in slices whose intermediate results fit into the core's cache.
FEW_FRAMES = [slice(start, start + 32) for start in range(0, SEGMENT, 32)]
#: Squared windows, a quarter of a frame apart, add up to 3/2.
SYNTHESIS_WINDOW = WINDOW * np.float32(2 / 3)


def segments(blocks: Iterable[Samples]) -> Iterator[Samples]:
    """The spans of samples, (2, SPAN) each, of a song's segments; blocks may be of any length.

    The yielded array is reused for the next span. One frame of silence precedes the song, and silence fills the last
    segment; a song without samples has no segment.
    """
    span = np.zeros((CHANNELS, SPAN), np.float32)
    filled = FRAME
    heard = False
    for block in blocks:
        at = 0
        while at < block.shape[1]:
            heard = True
            taken = min(block.shape[1] - at, SPAN - filled)
            span[:, filled : filled + taken] = block[:, at : at + taken]
            at += taken
            filled += taken
            if filled == SPAN:
                yield span
                span[:, :OVERLAP] = span[:, ADVANCE:]
                filled = OVERLAP
    # Frames begin until the song's end, so samples in the overlap alone still get a segment.
    while heard and filled > 0:
        span[:, filled:] = 0
        yield span
        span[:, :OVERLAP] = span[:, ADVANCE:]
        filled -= ADVANCE


def spectrum_of(span: Samples) -> Spectrum:
    """The spectrum, (2, SEGMENT, BINS), of one segment's samples."""
    frames = np.lib.stride_tricks.sliding_window_view(span, FRAME, axis=1)[:, ::HOP]
    spectrum = np.empty((CHANNELS, SEGMENT, BINS), np.complex64)
    for few in FEW_FRAMES:
        spectrum[:, few] = rfft(frames[:, few] * WINDOW)
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


def masked(spectrum: Spectrum, mask: NDArray[np.float32], extension: Extension) -> Spectrum:
    """One stem's spectrum: the mask, (channels, frames, band), on the band, and `extension` above it.

    `average` is the mask's mean over the frame, so that stems still add up to the song; `zeros` is silence, as in stock
    Spleeter.
    """
    band = mask.shape[-1]
    stem = np.empty_like(spectrum)
    np.multiply(spectrum[..., :band], mask, out=stem[..., :band])
    if extension == "average":
        np.multiply(spectrum[..., band:], mask.mean(axis=-1, keepdims=True), out=stem[..., band:])
    else:
        stem[..., band:] = 0
    return stem


def separated(
    spectrum: Spectrum, estimates: NDArray[np.float32], extension: Extension, stems: int
) -> NDArray[np.float32]:
    """The samples of the first `stems` stems of one segment, (stems, 2, SPAN), from the estimates of all stems."""
    spans = np.zeros((stems, CHANNELS, SPAN), np.float32)
    hops = spans.reshape(stems, CHANNELS, SPAN // HOP, HOP)
    for few in FEW_FRAMES:
        mix = spectrum[:, few]
        for mask, sum_ in zip(masks_of(estimates[:, :, few])[:stems], hops, strict=True):
            frames = irfft(masked(mix, mask, extension), FRAME)
            frames *= SYNTHESIS_WINDOW
            for quarter in range(FRAME // HOP):
                sum_[:, few.start + quarter : few.stop + quarter] += frames[..., quarter * HOP : (quarter + 1) * HOP]
    return spans


class OverlapAdd:
    """Adds up overlapping spans of successive segments."""

    def __init__(self) -> None:
        self._tail: Samples | None = None

    def add(self, spans: NDArray[np.float32]) -> NDArray[np.float32]:
        """The next finished samples, (..., ADVANCE). Takes the next segment's span, (..., SPAN), and overwrites it."""
        if self._tail is not None:
            spans[..., :OVERLAP] += self._tail
        self._tail = spans[..., ADVANCE:].copy()
        return spans[..., :ADVANCE]

"""What beats and bars are judged by: curves of the whole song, one value every 10 ms, each with a deviation of 1."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from worker.analysis.pulses import Floats, around, attacks
from worker.analysis.spectra import (
    BANDS,
    FRAMES_PER_SECOND,
    HIGH,
    LOW,
    LOWEST,
    MID,
    PITCHES,
    PITCHES_PER_SECOND,
    STEPS,
    UPPER,
)

ALL_BANDS: Final = (1.0, 1.0, 0.5, 1.0)  # weights of the bands in the strength of attacks
BEFORE_AND_AFTER: Final = 5  # frames of pitches that are compared on each side of a moment


@dataclass(frozen=True)
class Curves:
    """(frames,) each.

    `strength`: attacks of any kind. `kicks`: attacks in the low band with a click above. `bursts`: noise in all higher
    bands at once, as of a snare. `change`: how much the harmony changes. `changes`: its maxima alone, 0 elsewhere.
    """

    strength: Floats
    kicks: Floats
    bursts: Floats
    change: Floats
    changes: Floats


def curves_of(flux: Floats, pitches: Floats) -> Curves:
    """`flux`: of the whole song, as of `Flux`. `pitches`: of its harmony, as of `Pitches`."""
    frames = np.arange(len(flux), dtype=np.float64)
    bands = [attacks(flux, [float(band == other) for other in range(len(BANDS))]) for band in range(len(BANDS))]
    near = [around(band, frames, 1) for band in bands]
    change = _novelty(pitches)
    moments = frames * PITCHES_PER_SECOND / FRAMES_PER_SECOND
    changes = np.zeros(len(flux), np.float32)
    inner = np.arange(1, len(change) - 1)
    peaks = inner[(change[inner] >= change[inner - 1]) & (change[inner] > change[inner + 1])]
    at = np.round(peaks * FRAMES_PER_SECOND / PITCHES_PER_SECOND).astype(np.int64)
    inside = at < len(flux)
    changes[at[inside]] = change[peaks[inside]]
    return Curves(
        strength=attacks(flux, ALL_BANDS),
        kicks=_scaled(np.minimum(bands[LOW], near[MID])),
        bursts=_scaled(np.minimum(np.minimum(near[UPPER], near[MID]), near[HIGH])),
        change=np.interp(moments, np.arange(len(change)), change).astype(np.float32) if len(change) else changes,
        changes=changes,
    )


def _novelty(pitches: Floats) -> Floats:
    """(frames,) 1 minus the cosine between the chroma of half a second before each frame and half a second after it."""
    if not len(pitches):
        return np.zeros(0, np.float32)
    loudness = np.sqrt(pitches.reshape(len(pitches), PITCHES, STEPS).sum(axis=2))
    chroma = np.zeros((len(pitches), 12))
    for pitch in range(PITCHES):
        chroma[:, (pitch + LOWEST) % 12] += loudness[:, pitch]
    sums = np.concatenate([np.zeros((1, 12)), np.cumsum(chroma, axis=0)])
    frames, size = np.arange(len(pitches)), len(pitches)
    after = sums[np.minimum(frames + BEFORE_AND_AFTER + 1, size)] - sums[frames + 1]
    before = sums[frames] - sums[np.maximum(frames - BEFORE_AND_AFTER, 0)]
    lengths = np.linalg.norm(after, axis=1) * np.linalg.norm(before, axis=1)
    novelty = np.where(lengths > 1e-6, 1 - (after * before).sum(axis=1) / np.maximum(lengths, 1e-6), 0)
    return _scaled(novelty.astype(np.float32))


def _scaled(values: NDArray[np.float32]) -> Floats:
    deviation = float(values.std()) if len(values) else 0.0
    return values / np.float32(deviation) if deviation > 1e-6 else np.zeros_like(values)

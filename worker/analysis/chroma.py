"""Which pitches sound: notes that explain the spectrum, and how strong each pitch class is in bass and harmony.

After Mauch & Dixon, "Approximate note transcription for the improved identification of difficult chords" (ISMIR 2010):
the spectrum of each moment is explained as a sum of notes with overtones, none negative.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from worker.analysis.pulses import Floats
from worker.analysis.spectra import LOWEST, PITCHES, STEPS

OVERTONES: Final = 8
FADING: Final = 0.65  # of an overtone against the one below it
ROUNDS: Final = 30  # of the approximation
BACKGROUND: Final = 18  # semitones around a pitch whose mean is noise
BASS_UP_TO: Final = 52  # MIDI number
#: The range of harmony: the weight of a note falls towards both ends.
MIDDLE, WIDTH = 62.0, 15.0
QUIET: Final = 0.08  # of the usual loudness
BATCH: Final = 4096  # frames at once


@dataclass(frozen=True)
class Chroma:
    """(frames, 12) each, pitch classes from C. `loudness`: (frames,) of all notes together. `tonality`: see there."""

    harmony: Floats
    bass: Floats
    loudness: Floats
    tonality: float


def chroma_of(pitches: Floats) -> Chroma:
    """`pitches`: as of `Pitches`."""
    tuning = _tuning(pitches)
    parts = [_notes(pitches[start : start + BATCH], tuning) for start in range(0, len(pitches), BATCH)]
    notes = np.concatenate(parts) if parts else np.zeros((0, PITCHES), np.float32)
    numbers = LOWEST + np.arange(PITCHES)
    middle = np.exp(-0.5 * ((numbers - MIDDLE) / WIDTH) ** 2).astype(np.float32)
    low = np.clip((BASS_UP_TO + 4 - numbers) / 8, 0, 1).astype(np.float32)
    return Chroma(_folded(notes * middle), _folded(notes * low), notes.sum(axis=1), _tonality(pitches))


def _folded(notes: Floats) -> Floats:
    chroma = np.zeros((len(notes), 12), np.float32)
    for index in range(PITCHES):
        chroma[:, (index + LOWEST) % 12] += notes[:, index]
    return chroma


def _tuning(pitches: Floats) -> int:
    """By how many steps the song is tuned higher than 440 Hz: -1, 0 or 1."""
    if not len(pitches):
        return 0
    power = (pitches**2).mean(axis=0)
    by_step = power.reshape(PITCHES, STEPS)[12:].sum(axis=0)
    return int(np.argmax(by_step)) - STEPS // 2


def _notes(pitches: Floats, tuning: int) -> Floats:
    """(frames, PITCHES) The strength of each note."""
    shifted = np.roll(pitches, -tuning, axis=1).reshape(len(pitches), PITCHES, STEPS)
    spectrum = shifted[:, :, STEPS // 2] + 0.5 * (shifted[:, :, 0] + shifted[:, :, 2])
    clear = np.sqrt(np.maximum(spectrum - _surroundings(spectrum, BACKGROUND), 0)).astype(np.float32)
    dictionary = _dictionary()
    notes = clear @ dictionary.T + 1e-6
    across = dictionary @ dictionary.T
    target = clear @ dictionary.T
    for _ in range(ROUNDS):
        notes *= target / (notes @ across + 1e-6)
    result: Floats = notes.astype(np.float32)
    return result


def _surroundings(spectrum: Floats, reach: int) -> Floats:
    """The mean of each pitch and of `reach` semitones on each side."""
    sums = np.cumsum(np.pad(spectrum, ((0, 0), (reach + 1, reach)), mode="edge"), axis=1, dtype=np.float64)
    means: Floats = ((sums[:, 2 * reach + 1 :] - sums[:, : -2 * reach - 1]) / (2 * reach + 1)).astype(np.float32)
    return means


def _tonality(pitches: Floats) -> float:
    """The share of the spectrum that stands out of its surroundings, median of all moments that are not quiet: 0.03 at
    most for noise, 0.2 to 0.6 for music.
    """
    spectrum = pitches.reshape(len(pitches), PITCHES, STEPS)[:, :, STEPS // 2]
    sums = spectrum.sum(axis=1)
    heard = sums > QUIET * np.median(sums[sums > 0]) if (sums > 0).any() else sums > 0
    if not heard.any():
        return 0.0
    spectrum = spectrum[heard]
    clear = np.maximum(spectrum - 1.5 * _surroundings(spectrum, 6), 0).sum(axis=1)
    return float(np.median(clear / sums[heard]))


def _dictionary() -> Floats:
    """(PITCHES, PITCHES) The spectrum of each note."""
    rows = np.zeros((PITCHES, PITCHES), np.float32)
    for index in range(PITCHES):
        for number in range(1, OVERTONES + 1):
            at = index + 12 * np.log2(number)
            if round(at) < PITCHES:
                rows[index, round(at)] += FADING ** (number - 1)
    return rows

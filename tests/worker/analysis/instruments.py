"""Instruments made by arithmetic: each function returns the sound of one note or one stroke, mono, at 44.1 kHz."""

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

RATE = 44_100

Sound = NDArray[np.float32]


def hertz(pitch: float) -> float:
    return float(440 * 2 ** ((pitch - 69) / 12))


def _time(seconds: float) -> NDArray[np.float64]:
    return np.arange(max(round(seconds * RATE), 64)) / RATE


def _shaped(sound: NDArray[np.float64], attack: float, release: float) -> Sound:
    """Fades in and out, in seconds."""
    rise, fall = max(round(attack * RATE), 1), max(round(release * RATE), 1)
    fade = np.ones(len(sound))
    fade[:rise] *= np.linspace(0, 1, len(fade[:rise]))
    fade[-fall:] *= np.linspace(1, 0, len(fade[-fall:]))
    return (sound * fade).astype(np.float32)


def _partials(pitch: float, seconds: float, strengths: Sequence[float], decay: float) -> NDArray[np.float64]:
    """A sum of partials that decay faster the higher they are. `decay`: per second, of the lowest."""
    time, base = _time(seconds), 2 * np.pi * hertz(pitch)
    sound = np.zeros(len(time))
    for number, strength in enumerate(strengths, 1):
        if number * hertz(pitch) < 0.45 * RATE:
            stretched = number * (1 + 0.0002 * number**2) if decay else number
            sound += strength * np.sin(base * stretched * time + number) * np.exp(-decay * (1 + 0.3 * number) * time)
    return sound


@lru_cache(256)
def piano(pitch: int, seconds: float) -> Sound:
    return _shaped(_partials(pitch, seconds, [0.3, 0.2, 0.12, 0.09, 0.05, 0.04, 0.02], 1.2), 0.003, 0.05)


@lru_cache(256)
def guitar(pitch: int, seconds: float) -> Sound:
    strengths = [0.2 * abs(np.sin(0.6 * number)) / number**0.7 for number in range(1, 14)]
    return _shaped(_partials(pitch, seconds, strengths, 1.8), 0.002, 0.03)


@lru_cache(256)
def organ(pitch: int, seconds: float) -> Sound:
    return _shaped(_partials(pitch, seconds, [0.16, 0.12, 0.1, 0.08, 0, 0.05, 0, 0.04], 0), 0.012, 0.04)


@lru_cache(256)
def pad(pitch: int, seconds: float) -> Sound:
    strengths = [0.12 / number**1.4 for number in range(1, 10)]
    sound = _partials(pitch + 0.06, seconds, strengths, 0) + _partials(pitch - 0.06, seconds, strengths, 0)
    return _shaped(sound, min(0.25, 0.4 * seconds), min(0.25, 0.4 * seconds))


@lru_cache(256)
def bass(pitch: int, seconds: float) -> Sound:
    strengths = [0.5, 0.3, 0.2, 0.12, 0.08, 0.05, 0.03]
    return _shaped(_partials(pitch, seconds, strengths, 0.9), 0.004, 0.02)


#: Formants of vowels: centre in Hz, bandwidth in Hz, strength (after Peterson & Barney, 1952).
_VOWELS = (
    ((730, 90, 1.0), (1090, 110, 0.5), (2440, 160, 0.12)),
    ((570, 80, 1.0), (840, 100, 0.45), (2410, 160, 0.06)),
    ((530, 80, 1.0), (1840, 110, 0.35), (2480, 160, 0.18)),
)


def voice(pitch: float, seconds: float, chance: np.random.Generator) -> Sound:
    """A sung vowel: it slides into its pitch, then has a vibrato, and begins with a little breath."""
    time = _time(seconds)
    rate = 5 + chance.random()
    bend = -0.6 * np.exp(-time / 0.03) + 0.25 * np.clip((time - 0.2) / 0.3, 0, 1) * np.sin(2 * np.pi * rate * time)
    phase = 2 * np.pi * np.cumsum(hertz(pitch) * 2 ** (bend / 12)) / RATE
    formants = _VOWELS[int(chance.integers(len(_VOWELS)))]
    sound, before, partial, twice = np.zeros(len(time)), np.zeros(len(time)), np.sin(phase), 2 * np.cos(phase)
    for number in range(1, min(round(8000 / hertz(pitch)), 25)):
        at = number * hertz(pitch)
        strength = sum(power / (1 + ((at - centre) / width) ** 2) for centre, width, power in formants)
        sound += 0.35 * (strength + 0.04 / number) * partial
        before, partial = partial, twice * partial - before  # the sine of the next multiple
    breath = 0.05 * np.diff(chance.standard_normal(len(time) + 1)) * np.exp(-time / 0.03)
    return _shaped(sound + breath, 0.03, 0.05)


def kick(chance: np.random.Generator) -> Sound:
    time = _time(0.25)
    swoop = np.sin(2 * np.pi * (48 * time + 3.2 * (1 - np.exp(-45 * time))))
    return (0.9 * swoop * np.exp(-14 * time) + 0.1 * np.exp(-300 * time) * chance.standard_normal(len(time))).astype(
        np.float32
    )


def snare(chance: np.random.Generator) -> Sound:
    time = _time(0.2)
    rattle = 0.35 * chance.standard_normal(len(time)) * np.exp(-24 * time)
    return (rattle + 0.35 * np.sin(2 * np.pi * 192 * time) * np.exp(-22 * time)).astype(np.float32)


def hat(chance: np.random.Generator, seconds: float = 0.06) -> Sound:
    time = _time(seconds)
    return (0.22 * np.diff(chance.standard_normal(len(time) + 1)) * np.exp(-4 / seconds * time)).astype(np.float32)


def ride(chance: np.random.Generator) -> Sound:
    time = _time(0.5)
    ring = sum(np.sin(2 * np.pi * at * time + at) for at in (3150, 4270, 5460, 7330))
    hiss = np.diff(chance.standard_normal(len(time) + 1)) * np.exp(-20 * time)
    return (0.03 * ring * np.exp(-7 * time) + 0.12 * hiss).astype(np.float32)


def crash(chance: np.random.Generator) -> Sound:
    time = _time(1.4)
    return (0.25 * np.diff(chance.standard_normal(len(time) + 1)) * np.exp(-2.8 * time)).astype(np.float32)


def tom(chance: np.random.Generator) -> Sound:
    time = _time(0.25)
    return (0.6 * np.sin(2 * np.pi * (95 * time + 1.2 * (1 - np.exp(-30 * time)))) * np.exp(-12 * time)).astype(
        np.float32
    )


def room(sound: Sound, chance: np.random.Generator, seconds: float = 0.5, level: float = 0.25) -> Sound:
    """The sound with a reverberation."""
    time = _time(seconds)
    tail = chance.standard_normal(len(time)) * np.exp(-6 / seconds * time)
    tail *= level / np.sqrt(np.sum(tail**2))
    size = 1 << (len(sound) + len(tail)).bit_length()
    wet = np.fft.irfft(np.fft.rfft(sound, size) * np.fft.rfft(tail, size), size)[: len(sound)]
    return (sound + wet).astype(np.float32)

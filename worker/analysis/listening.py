"""Listens to the stems of a song, once, and keeps what the analysis needs of it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from jobs.music.stems import Stem
from worker.analysis.periods import BASS, VOICE, Periods, Range
from worker.analysis.pulses import Floats
from worker.analysis.spectra import BANDS, RATE, Flux, Pitches

Block = NDArray[np.float32]  # (samples, 2)

#: Stems without harmony.
UNPITCHED: Final = frozenset({Stem.DRUMS})
#: Stems whose harmony is not that of the chords: a melody has notes of its own.
LEADING: Final = frozenset({Stem.VOCALS})


#: Stems in which one voice at a time is followed, and its range.
VOICES: Final[Mapping[Stem, Range]] = {Stem.BASS: BASS, Stem.VOCALS: VOICE}
#: The power of a stem, in its loud parts against the song's mean, below which it holds what came through from others.
LEAST_POWER: Final = 10**-2.5


@dataclass(frozen=True)
class Voice:
    """`roughness`, `power`: as of `Periods`. `flux`: as of `Flux`. All are empty for a stem that is nearly silent."""

    range: Range
    roughness: Floats
    power: Floats
    flux: Floats


@dataclass(frozen=True)
class Heard:
    """`flux`: of the whole song, as of `Flux`. `pitches`: of its harmony, as of `Pitches`. `voices`: stems of one voice
    at a time.
    """

    seconds: float
    flux: Floats
    pitches: Floats
    voices: Mapping[Stem, Voice]


def listen(stems: Sequence[Stem], blocks: Iterable[Sequence[Block]]) -> Heard:
    """`blocks`: for each moment one block of each stem, equally long.

    Memory grows by 2.5 MB a minute: flux 0.1, pitches 0.6, and 0.9 for each voice.
    """
    flux, pitches, samples, power = Flux(), Pitches(), 0, 0.0
    voices = {stem: (Periods(VOICES[stem]), Flux()) for stem in stems if stem in VOICES}
    in_harmony = [stem not in UNPITCHED | LEADING for stem in stems]
    for one_each in blocks:
        mono = [block.mean(axis=1) for block in one_each]
        whole: Floats = np.asarray(sum(mono), np.float32)
        flux.push(whole)
        power += float(np.square(whole, dtype=np.float64).sum())
        for stem, sound in zip(stems, mono, strict=True):
            for listener in voices.get(stem, ()):
                listener.push(sound)
        harmony = [sound for sound, belongs in zip(mono, in_harmony, strict=True) if belongs]
        pitches.push(np.sum(harmony or [np.zeros_like(mono[0])], axis=0, dtype=np.float32))
        samples += len(mono[0])
    least = LEAST_POWER * power / max(samples, 1)
    heard = {stem: _voice(VOICES[stem], *listeners, least) for stem, listeners in voices.items()}
    return Heard(samples / RATE, flux.finish(), pitches.finish(), heard)


def _voice(of: Range, periods: Periods, flux: Flux, least: float) -> Voice:
    roughness, power = periods.finish()
    if not len(power) or float(np.percentile(power, 95)) < least:
        return Voice(of, roughness[:0], power[:0], np.zeros((0, len(BANDS)), np.float32))
    return Voice(of, roughness, power, flux.finish())


def together(stems: Mapping[Stem, Block], size: int = 1 << 17) -> Iterable[list[Block]]:
    """The blocks of stems in memory, for `listen`."""
    samples = len(next(iter(stems.values())))
    for start in range(0, samples, size):
        yield [sound[start : start + size] for sound in stems.values()]

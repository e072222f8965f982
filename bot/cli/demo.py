"""A synthesised song, to try the separation on a fresh machine without a file.

It uses only the standard library: front ends load no audio libraries. The voice is a pulse train through the formants
of sung vowels (after Peterson & Barney, 1952), by which the network recognises voices; the rest is plain synthesis.
Four bars are synthesised, and repeated.
"""

import math
import sys
import wave
from array import array
from collections.abc import Callable
from itertools import chain
from pathlib import Path
from random import Random

RATE = 44100  # samples per second
BEAT = RATE // 2  # samples: 120 beats per minute
BAR = 4 * BEAT
LOOP = 4 * BAR
PERIOD = 1024  # samples in the stored period of a tone
CONTROL = 63  # samples between two changes of pitch or loudness; a beat is a whole number of them
LOUDEST = 0.89  # of full scale
SEED = 1877

Sound = list[float]

#: One chord a bar, as MIDI notes.
CHORDS = ((57, 60, 64), (53, 57, 60), (55, 60, 64), (55, 59, 62))
ROOTS = (33, 29, 36, 31)
#: The sung line, a bar a row: MIDI note (0: a breath), beats, vowel.
MELODY = (
    ((69, 1.0, "a"), (72, 1.0, "o"), (71, 0.5, "i"), (69, 1.5, "a")),
    ((69, 1.0, "e"), (67, 0.5, "o"), (65, 1.5, "a"), (0, 1.0, "a")),
    ((67, 0.5, "i"), (72, 0.5, "e"), (74, 1.0, "a"), (76, 2.0, "o")),
    ((74, 1.0, "a"), (71, 0.5, "e"), (67, 1.5, "o"), (0, 1.0, "a")),
)
#: Formants: centre in Hz, bandwidth in Hz, strength.
VOWELS = {
    "a": ((730, 90, 1.0), (1090, 110, 0.5), (2440, 160, 0.12), (3400, 250, 0.05)),
    "o": ((570, 80, 1.0), (840, 100, 0.45), (2410, 160, 0.06), (3300, 250, 0.03)),
    "i": ((300, 60, 1.0), (2290, 120, 0.25), (3010, 180, 0.15), (3700, 250, 0.05)),
    "e": ((530, 80, 1.0), (1840, 110, 0.35), (2480, 160, 0.18), (3500, 250, 0.05)),
}


def demo_in(folder: Path) -> Path:
    """A demo song of the usual length, written into a folder under the name that its results have."""
    song = folder / "FL-BT demo.wav"
    write_demo_song(song)
    return song


def write_demo_song(path: Path, seconds: float = 15.0) -> None:
    """Write a song to the file `path`: a sung lead, chords, bass and drums; WAV, stereo, 44.1 kHz, 16 bits.

    It is `seconds` long to the sample, and the same song every time.
    """
    chance = Random(SEED)  # noqa: S311 - drums, not secrets
    middle, wide = [0.0] * LOOP, [0.0] * LOOP
    _sing(middle)
    _play_bass(middle)
    _play_chords(wide)
    _play_drums(middle, wide, chance)
    # The wide sounds reach the right channel a few milliseconds later.
    left = [m + w for m, w in zip(middle, wide, strict=True)]
    right = [m + w for m, w in zip(middle, wide[-411:] + wide[:-411], strict=True)]
    peak = max(abs(value) for value in chain(left, right))
    scale = LOUDEST * 32767 / peak
    frames = array("h", [round(value * scale) for value in chain.from_iterable(zip(left, right, strict=True))])
    if sys.byteorder == "big":
        frames.byteswap()
    samples = round(seconds * RATE)
    with wave.open(str(path), "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(2)
        file.setframerate(RATE)
        for start in range(0, samples, LOOP):
            file.writeframes(frames[: 2 * (samples - start)].tobytes())


def _sing(sound: Sound) -> None:
    for bar, notes in enumerate(MELODY):
        at = bar * BAR
        for note, beats, vowel in notes:
            length = int(beats * BEAT)
            if note:
                hertz = _hertz(note)
                _tone(sound, at, length, hertz=hertz, period=_vowel(hertz, vowel), loudness=_sung, vibrato=0.012)
            at += length


def _play_bass(sound: Sound) -> None:
    for bar, root in enumerate(ROOTS):
        tone = _period([0.5 / n**1.6 for n in range(1, 9)])
        for eighth in range(8):
            note = root + (12 if eighth in (3, 6) else 0)
            at = bar * BAR + eighth * BEAT // 2
            _tone(sound, at, BEAT // 2, hertz=_hertz(note), period=tone, loudness=_plucked)


def _play_chords(sound: Sound) -> None:
    tone = _period([0.06 / n for n in range(1, 12)])
    for bar, notes in enumerate(CHORDS):
        for note in notes:
            _tone(sound, bar * BAR, BAR, hertz=_hertz(note), period=tone, loudness=_held)


def _play_drums(middle: Sound, wide: Sound, chance: Random) -> None:
    noise = [chance.uniform(-1, 1) for _ in range(BEAT)]
    kick = [
        0.9 * math.exp(-at / 4000) * math.sin(2 * math.pi * (50 * at + 4500 * (1 - math.exp(-at / 900))) / RATE)
        for at in range(12000)
    ]
    snare = [
        math.exp(-at / 2600) * (0.4 * noise[at] + 0.25 * math.sin(2 * math.pi * 190 * at / RATE)) for at in range(9000)
    ]
    # The difference of neighbouring samples has no low frequencies: a metallic sound.
    hat = [0.12 * math.exp(-at / 700) * (noise[at + 1] - noise[at]) for at in range(3000)]
    for beat in range(LOOP // BEAT):
        _add(middle, beat * BEAT, kick if beat % 2 == 0 else snare)
        _add(wide, beat * BEAT, hat)
        _add(wide, beat * BEAT + BEAT // 2, hat)


def _tone(
    sound: Sound,
    at: int,
    length: int,
    *,
    hertz: float,
    period: Sound,
    loudness: Callable[[float, float], float],
    vibrato: float = 0.0,
) -> None:
    """Add a tone: its stored period at `hertz`, its loudness by seconds since the start and seconds until the end."""
    phase = 0.0
    for start in range(0, length, CONTROL):
        gone = start / RATE
        wobble = vibrato * min(gone / 0.4, 1.0) * math.sin(2 * math.pi * 5.5 * gone)
        step = hertz * (1 + wobble) * PERIOD / RATE
        gain = loudness(gone, (length - start) / RATE)
        for offset in range(at + start, at + min(start + CONTROL, length)):
            sound[offset] += gain * period[int(phase)]
            phase += step
            if phase >= PERIOD:
                phase -= PERIOD


def _sung(gone: float, left: float) -> float:
    return 0.9 * min(gone / 0.06, 1.0, left / 0.08)


def _plucked(gone: float, left: float) -> float:
    return math.exp(-gone / 0.25) * min(gone / 0.004, 1.0, left / 0.02)


def _held(gone: float, left: float) -> float:
    return min(gone / 0.15, 1.0, left / 0.3)


def _vowel(hertz: float, vowel: str) -> Sound:
    """One period of a voice: the formants give the strength of each harmonic."""
    return _period(
        [
            sum(
                strength / (1 + ((number * hertz - centre) / bandwidth) ** 2)
                for centre, bandwidth, strength in VOWELS[vowel]
            )
            + 0.05 / number
            for number in range(1, min(int(9000 / hertz), 24) + 1)
        ]
    )


def _period(harmonics: Sound) -> Sound:
    """One period of a tone with these strengths of its harmonics, the first at its pitch."""
    sine = [math.sin(2 * math.pi * at / PERIOD) for at in range(PERIOD)]
    return [
        sum(strength * sine[number * at % PERIOD] for number, strength in enumerate(harmonics, 1))
        for at in range(PERIOD)
    ]


def _add(sound: Sound, at: int, other: Sound) -> None:
    for offset, value in enumerate(other[: len(sound) - at], at):
        sound[offset] += value


def _hertz(note: int) -> float:
    return 440.0 * math.pow(2, (note - 69) / 12)

"""What is no song, or hardly one, gets no invented tempo, key or chords, and ends no process."""

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from jobs.models import Stem
from jobs.music.analysis import Analysis
from tests.worker.analysis import instruments as play
from tests.worker.analysis.instruments import RATE
from worker.analysis.analyse import analyse
from worker.analysis.listening import listen, together

Mono = NDArray[np.float32]

SECONDS = 30


def analysis_of(sound: Mono, *, sung: bool = False) -> Analysis:
    """Of two stems: all of the sound is in one of them."""
    stereo = np.stack([sound, sound], axis=1).astype(np.float32)
    silence = np.zeros_like(stereo)
    stems = {Stem.VOCALS: stereo if sung else silence, Stem.ACCOMPANIMENT: silence if sung else stereo}
    return analyse(listen([*stems], together(stems)))


def laid(*strokes: tuple[float, Mono], seconds: float = SECONDS) -> Mono:
    sound = np.zeros(round(seconds * RATE), np.float32)
    for at, stroke in strokes:
        part = sound[round(at * RATE) : round(at * RATE) + len(stroke)]
        part += stroke[: len(part)]
    return sound


def silence() -> Mono:
    return np.zeros(SECONDS * RATE, np.float32)


def noise() -> Mono:
    sound: Mono = (0.1 * np.random.default_rng(1).standard_normal(SECONDS * RATE)).astype(np.float32)
    return sound


def rumble() -> Mono:
    steps = np.cumsum(np.random.default_rng(2).standard_normal(SECONDS * RATE)) / 2000
    sound: Mono = (steps - steps.mean()).astype(np.float32)
    return sound


def tone() -> Mono:
    return (0.2 * np.sin(2 * np.pi * 220 * np.arange(SECONDS * RATE) / RATE)).astype(np.float32)


def speech() -> Mono:
    """Syllables of a deep voice, uneven, with pauses for breath."""
    chance, at, strokes = np.random.default_rng(3), 0.5, []
    while at < SECONDS - 1:
        length = chance.uniform(0.08, 0.3)
        strokes.append((at, play.voice(45 + chance.normal(0, 2), length, chance)))
        at += length * chance.uniform(0.9, 1.3) + (chance.uniform(0.3, 1.2) if chance.random() < 0.12 else 0)
    return laid(*strokes)


def wandering() -> Mono:
    """Any notes at any time."""
    chance, at, wait, strokes = np.random.default_rng(4), 0.5, 0.5, []
    while at < SECONDS - 2:
        strokes.append((at, play.piano(int(chance.integers(50, 70)), 1.5)))
        wait = float(np.clip(wait * np.exp(chance.normal(0, 0.15)), 0.3, 1.2))
        at += wait
    return laid(*strokes)


@pytest.mark.parametrize("make", [silence, noise, rumble, tone, speech, wandering])
@pytest.mark.parametrize("sung", [False, True])
def test_no_song_has_no_tempo_key_or_chords(make: Callable[[], Mono], sung: bool) -> None:
    found = analysis_of(make(), sung=sung)
    assert (found.bpm, found.metre, found.beats, found.downbeats) == (None, None, (), ())
    assert (found.key, found.chords) == (None, ())


@pytest.mark.parametrize("seconds", [0, 0.01, 0.5, 3, 10])
def test_short_files(seconds: float) -> None:
    """Ten seconds of a steady beat are enough; less is not."""
    chance = np.random.default_rng(5)
    beats = np.arange(0.2, max(seconds - 0.2, 0), 0.5)
    strokes = [(at, play.snare(chance) if number % 2 else play.kick(chance)) for number, at in enumerate(beats)]
    strokes += [(at + part, play.hat(chance)) for at in beats for part in (0, 0.25)]
    found = analysis_of(laid(*strokes, seconds=seconds))
    assert (found.bpm == pytest.approx(120, rel=0.02)) is (seconds == 10)


@pytest.mark.parametrize("bpm", [40, 240])
def test_very_slow_and_very_fast(bpm: float) -> None:
    """A tempo at the edge is found as it is, or as half or twice of it, or left out."""
    chance = np.random.default_rng(6)
    clicks = [(at, play.hat(chance)) for at in np.arange(0.3, SECONDS - 0.2, 60 / bpm)]
    found = analysis_of(laid(*clicks))
    ratio = None if found.bpm is None else found.bpm / bpm
    assert ratio is None or min(abs(ratio - level) for level in (0.25, 0.5, 1, 2)) < 0.02


def test_a_cappella() -> None:
    """A voice alone has a tempo when it keeps one, and no chords."""
    chance = np.random.default_rng(7)
    line = [
        (0.5 + 0.5 * number, play.voice(60 + (0, 2, 4, 5, 7, 5, 4, 2)[number % 8], 0.45, chance))
        for number in range(56)
    ]
    found = analysis_of(laid(*line), sung=True)
    assert found.bpm is None or found.bpm / 120 == pytest.approx(round(found.bpm / 60) / 2, rel=0.02)
    assert found.chords == ()

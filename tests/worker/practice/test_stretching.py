"""Stretching: exact length, parts that add up to the whole, drums as sharp as before."""

import numpy as np
import pytest

from tests.worker.practice.playing import (
    Planes,
    attack_kept,
    chords,
    decibels,
    drums,
    pitch_and_purity,
    pre_echo,
    tone,
    voice,
)
from worker.audio.sound import SAMPLE_RATE
from worker.practice.attacks import find_attacks
from worker.practice.stretching import Stretching
from worker.practice.timeline import timeline
from worker.practice.transposing import Transposing, rate_of


def stretched(whole: Planes, parts: list[Planes], length: int, block: int = 100_000) -> Planes:
    attacks = find_attacks([whole.mean(axis=0)])
    stretching = Stretching(timeline(whole.shape[1], length, attacks), len(parts))
    planes = np.concatenate([whole, *parts])
    out = [
        piece
        for start in range(0, planes.shape[1], block)
        for piece in stretching.push(planes[:, start : start + block])
    ]
    return np.concatenate([*out, *stretching.finish()], axis=1)


@pytest.mark.parametrize("factor", [2, 4 / 3, 1.25, 1 / 1.2, 0.5])
def test_a_song_is_stretched(factor: float) -> None:
    played, attacks = drums(8)
    stems = [played, voice(8), chords(8)]
    song = np.sum(stems, axis=0)
    length = round(song.shape[1] * factor)
    out = stretched(song, [song, *stems], length)
    assert out.shape == (8, length)
    whole, parts = out[:2], out[2:].reshape(3, 2, -1)
    assert decibels(parts.sum(axis=0) - whole, whole) < -120
    later = [attack * factor for attack in attacks]
    assert attack_kept(whole, later, song, attacks) > 0.85
    assert attack_kept(parts[0], later, played, attacks) > 0.85
    assert pre_echo(whole, later, song, attacks) < 2


def test_a_factor_of_one_changes_nothing() -> None:
    song = drums(3)[0] + voice(3)
    assert decibels(stretched(song, [], song.shape[1]) - song, song) < -120


def test_blocks_make_no_difference() -> None:
    song = drums(3)[0]
    assert (stretched(song, [], 200_000, 7_777) == stretched(song, [], 200_000)).all()


@pytest.mark.parametrize("samples", [1, 100, 5_000])
def test_short_sounds_have_their_length_too(samples: int) -> None:
    assert stretched(tone(1, 440)[:, :samples], [], 2 * samples).shape == (2, 2 * samples)


def test_silence_stays_silent() -> None:
    assert not stretched(np.zeros((2, 50_000), np.float32), [], 70_000).any()


@pytest.mark.parametrize("semitones", [-12, -2, -1, 1, 3, 12])
@pytest.mark.parametrize("hertz", [110.0, 997.0])
def test_tones_are_transposed_within_a_cent(semitones: int, hertz: float) -> None:
    sound = tone(4, hertz)
    rate = rate_of(semitones)
    out = stretched(sound, [], round(sound.shape[1] * rate / SAMPLE_RATE))
    transposing = Transposing(rate, 2, sound.shape[1])
    higher = np.concatenate([*transposing.push(out), *transposing.finish()], axis=1)
    assert higher.shape == sound.shape
    wanted = hertz * 2 ** (semitones / 12)
    found, purity = pitch_and_purity(higher[0], wanted)
    assert abs(1200 * np.log2(found / wanted)) < 1
    assert purity > 60


def test_a_sustained_sound_is_not_torn_by_the_drums_beside_it() -> None:
    """Its bins start again only where a stroke is louder than it."""
    sung, played = tone(6, 440), drums(6)[0]
    out = stretched(sung + played, [sung], round(sung.shape[1] * 1.25))
    pitch, purity = pitch_and_purity(out[0], 440)
    assert pitch == pytest.approx(440, abs=0.05)
    assert purity > 30

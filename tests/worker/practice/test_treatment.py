"""Treated mixes: made of stored stems, drums at their own pitch, any sum of them the treated sum."""

import threading
from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np
import pytest

from jobs.failures import Failed, Reason
from jobs.models import Effect, Format, Stem
from jobs.results import Tags
from tests.worker.practice.playing import Planes, attack_kept, decibels, drums, pitch_and_purity, tone
from worker.audio.writing import open_track
from worker.practice.ahead import ahead
from worker.practice.treatment import Group, Song, added, groups_of, measure, treated

FOUR = (Stem.VOCALS, Stem.DRUMS, Stem.BASS, Stem.OTHER)
SLOWER = Effect(tempo=80, key=-2)


@pytest.fixture(scope="module")
def stems(tmp_path_factory: pytest.TempPathFactory) -> Mapping[Stem, Path]:
    folder = tmp_path_factory.mktemp("stems")
    sounds = {
        Stem.VOCALS: tone(4, 440),
        Stem.DRUMS: drums(4)[0] * 0.3,
        Stem.BASS: tone(4, 110),
        Stem.OTHER: tone(4, 660),
    }
    paths = {}
    for stem, sound in sounds.items():
        paths[stem] = folder / f"{stem}.flac"
        with open_track(paths[stem], Format.FLAC, Tags(title="")) as track:
            track.write(np.ascontiguousarray(sound.T))
    return paths


@pytest.fixture(scope="module")
def song(stems: Mapping[Stem, Path]) -> Song:
    return measure(stems, [])[0]


def heard(song: Song, effect: Effect, **gains: float) -> Planes:
    blocks = [block for _, block in treated(song, {Stem(stem): gain for stem, gain in gains.items()}, effect)]
    return np.concatenate(blocks).T


def test_drums_keep_their_pitch() -> None:
    assert groups_of(FOUR, SLOWER) == (Group((Stem.VOCALS, Stem.BASS, Stem.OTHER), -2), Group((Stem.DRUMS,), 0))
    assert groups_of(FOUR, Effect(tempo=80)) == (Group(FOUR, 0),)
    two = (Stem.VOCALS, Stem.ACCOMPANIMENT)
    assert groups_of(two, SLOWER) == (Group(two, -2),)


def test_a_song_is_measured_once_for_all_mixes(stems: Mapping[Stem, Path]) -> None:
    song, peaks = measure(stems, [{Stem.VOCALS: 1.0}, {Stem.VOCALS: 0.5, Stem.BASS: 0.5}])
    assert song.samples == 4 * 44_100
    assert peaks == pytest.approx([0.2, 0.2], abs=0.01)
    assert song.attacks


@pytest.mark.parametrize("effect", [SLOWER, Effect(tempo=120), Effect(key=3), Effect(tempo=50, key=12)])
def test_treated_stems_add_up_to_the_treated_song(song: Song, effect: Effect) -> None:
    whole = heard(song, effect, vocals=1, drums=1, bass=1, other=1)
    assert whole.shape == (2, round(song.samples * 100 / effect.tempo))
    apart = [heard(song, effect, **{stem: 1.0}) for stem in FOUR]
    assert decibels(np.sum(apart, axis=0) - whole, whole) < -100


def test_gains_are_exact(song: Song) -> None:
    alone, turned = heard(song, SLOWER, bass=1), heard(song, SLOWER, bass=0.5)
    assert decibels(turned, alone) == pytest.approx(-6.02, abs=0.01)
    both = heard(song, SLOWER, vocals=1, bass=0.5)
    assert decibels(both - turned - heard(song, SLOWER, vocals=1), both) < -100


def test_the_key_changes_and_the_drums_do_not(song: Song) -> None:
    assert pitch_and_purity(heard(song, Effect(key=-2), vocals=1)[0], 392)[0] == pytest.approx(391.995, abs=0.1)
    assert pitch_and_purity(heard(song, Effect(tempo=80), vocals=1)[0], 440)[0] == pytest.approx(440, abs=0.1)
    played, attacks = drums(4)
    later = [attack * 1.25 for attack in attacks]
    assert attack_kept(heard(song, SLOWER, drums=1), later, 0.3 * played, attacks) > 0.9
    assert heard(song, Effect(key=-2), drums=1).shape == played.shape


def test_a_damaged_stem_fails_and_its_thread_ends(song: Song, tmp_path: Path) -> None:
    broken = tmp_path / "bass.flac"
    broken.write_bytes(song.stems[Stem.BASS].read_bytes()[:30_000])
    with pytest.raises(Failed) as failed:
        heard(song._replace(stems={**song.stems, Stem.BASS: broken}), SLOWER, bass=1)
    assert failed.value.failure.reason is Reason.INTERNAL
    assert not [thread for thread in threading.enumerate() if thread.name == "ahead"]


def test_streams_are_added_whatever_their_blocks() -> None:
    line = np.arange(20, dtype=np.float32).reshape(2, 10)
    cut = [iter([line[:, :3], line[:, 3:3], line[:, 3:]]), iter([line[:, :7], line[:, 7:]])]
    assert np.array_equal(np.concatenate([*added(cut)], axis=1), 2 * line)


def test_a_stopped_stream_makes_nothing_more() -> None:
    made = []

    def items() -> Iterator[int]:
        for number in range(1_000):
            made.append(number)
            yield number

    with ahead(items()) as numbers:
        assert next(numbers) == 0
    assert len(made) < 10
    assert not [thread for thread in threading.enumerate() if thread.name == "ahead"]

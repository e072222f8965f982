"""Click tracks, clicks in mixes, count-ins and stage mixes, as files."""

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from jobs.failures import Failed, Reason
from jobs.models import Click, Content, Effect, Encoding, Format, Mix, Rendition, Stem
from jobs.music.analysis import Analysis
from tests.sounds import RATE, snr_db
from tests.worker.rendering.tasks import SONGS, Make, make_task, quiet
from worker.audio.reading import open_song
from worker.audio.writing import open_track
from worker.child.tasks import RenderTask
from worker.practice.peaks import TruePeak
from worker.rendering.render import render

__all__ = ["make_task"]

#: Beats of a song that becomes slower, in bars of three.
BEATS = tuple(float(beat) for beat in 0.25 + np.cumsum([0, 0.25, 0.27, 0.29, 0.31, 0.33]))
DRIFTING = Analysis(made_by="test", metre=3, beats=BEATS, downbeats=BEATS[::3])
BAND = Mix(stems=(Stem.VOCALS, Stem.BASS, Stem.OTHER))
LENGTH = len(SONGS[Stem.VOCALS])


def asked(content: Content, format_: Format = Format.WAV, **effect: object) -> Rendition:
    return Rendition(content=content, effect=Effect.model_validate(effect), encoding=Encoding(format=format_))


def made(make: Make, rendition: Rendition, analysis: Analysis | None = DRIFTING, **more: float) -> NDArray[np.float32]:
    task: RenderTask = make(rendition, **more).model_copy(update={"analysis": analysis})
    ((file,),) = render(task, quiet).files
    return heard(task.output / rendition.key / file.name)


def heard(path: Path) -> NDArray[np.float32]:
    with open_song(path) as song:
        return np.concatenate(list(song.blocks()))


def attacks(sound: NDArray[np.float32]) -> list[float]:
    """Where clicks begin in silence, in seconds."""
    loud = np.flatnonzero(np.abs(sound) > 0.02)
    return [float(loud[0]) / RATE, *(loud[1:][np.diff(loud) > 3000] / RATE)]


@pytest.mark.parametrize("tempo", [100, 75])
def test_a_click_track_is_as_long_as_the_song_and_on_its_beats(make_task: Make, tempo: int) -> None:
    sound = made(make_task, asked(Click(), tempo=tempo))
    assert len(sound) == round(LENGTH * 100 / tempo)
    assert np.array_equal(sound[:, 0], sound[:, 1])
    assert attacks(sound[:, 0]) == pytest.approx([beat * 100 / tempo for beat in BEATS], abs=0.002)
    loudness = [np.abs(sound[round(beat * RATE * 100 / tempo) :][:2000]).max() for beat in BEATS]
    assert min(loudness[::3]) > 1.3 * max(loudness[1], loudness[2], loudness[4], loudness[5])


def test_a_click_lies_over_the_mix_and_the_mix_stays(make_task: Make) -> None:
    task = make_task(asked(BAND, Format.WAV32, click="mixed"), asked(BAND, Format.WAV32))
    render(task.model_copy(update={"analysis": DRIFTING}), quiet)
    clicked, plain = (heard(task.output / each.key / "mix.wav") for each in task.renditions)
    assert attacks((clicked - plain)[:, 0]) == pytest.approx(BEATS, abs=0.002)
    before = slice(0, round(BEATS[0] * RATE) - 1)
    assert np.allclose(clicked[before], plain[before], atol=1e-6)


def test_a_count_in_comes_before_the_music(make_task: Make) -> None:
    rendition = asked(BAND, Format.WAV32, count_in=1)
    task = make_task(rendition).model_copy(update={"analysis": DRIFTING})
    result = render(task, quiet)
    sound = heard(task.output / rendition.key / "mix.wav")
    lead = len(sound) - LENGTH
    assert result.seconds == pytest.approx((len(sound) / RATE,), abs=1e-4)
    beats = attacks(sound[:lead, 0])
    assert len(beats) == 3
    # The first beat of the song is 0.25 s behind its beginning, and the count's beats lead to it.
    assert np.diff([*beats, lead / RATE + BEATS[0]]) == pytest.approx([np.median(np.diff(BEATS))] * 3, abs=0.003)
    whole = sum(SONGS[stem] for stem in BAND.stems)
    assert snr_db(sound[lead + 2300 :], to=np.asarray(whole)[2300:]) > 80


def test_a_stage_mix_has_the_click_left_and_the_music_right(make_task: Make) -> None:
    sound = made(make_task, asked(BAND, Format.WAV32, click="stage", count_in=1, tempo=90))
    alone = made(make_task, asked(BAND, Format.WAV32, tempo=90))
    lead = len(sound) - len(alone)
    assert lead > 0
    assert not sound[:lead, 1].any()
    assert np.allclose(sound[lead:, 1], alone.mean(axis=1), atol=1e-5)
    beats = [lead / RATE + beat / 0.9 for beat in BEATS]
    assert attacks(sound[:, 0])[3:] == pytest.approx(beats, abs=0.002)


@pytest.mark.parametrize(("tempo", "key"), [(80, -2), (50, 0), (115, 3), (100, 0)])
def test_the_click_and_the_treated_drums_are_in_step(make_task: Make, tempo: int, key: int) -> None:
    """Within 10 ms from the first beat to the last, also where the song drifts."""
    beats = 0.2 + np.cumsum([0, 0.25, 0.26, 0.28, 0.3, 0.33])
    known = Analysis(made_by="test", metre=3, beats=tuple(beats), downbeats=tuple(beats[::3]))
    everything = Mix(stems=tuple(SONGS))
    task = make_task(asked(everything, Format.WAV32, tempo=tempo, key=key, click="stage"))
    snare = np.zeros((LENGTH, 2), np.float32)
    burst = np.random.default_rng(1).standard_normal(3000) * np.exp(-np.arange(3000) / 400) * 0.4
    for beat in beats:
        snare[round(beat * RATE) :][:3000] += burst.astype(np.float32)[:, None]
    for file in task.stems:
        with open_track(task.stems_dir / file.name, Format.FLAC, task.tags) as track:
            track.write(snare if file.stem is Stem.DRUMS else np.zeros((LENGTH, 2), np.float32))
    (rendition,) = task.renditions
    render(task.model_copy(update={"analysis": known}), quiet)
    sound = heard(task.output / rendition.key / "mix.wav")
    drummed = attacks(np.where(np.abs(sound[:, 1]) > 0.1, sound[:, 1], 0))
    assert drummed == pytest.approx(attacks(sound[:, 0]), abs=0.01)
    assert len(drummed) == len(beats)


@pytest.mark.parametrize("format_", [Format.MP3, Format.FLAC])
def test_nothing_clips(make_task: Make, format_: Format) -> None:
    peak = TruePeak()
    peak.push(made(make_task, asked(BAND, format_, click="mixed", count_in=2), loudness=1.4))
    assert peak.value < 10 ** (-1 / 20) * 1.06


def test_a_quiet_song_has_quiet_clicks(make_task: Make) -> None:
    sound = made(make_task, asked(BAND, Format.WAV32, click="stage"), loudness=0.1)
    assert np.abs(sound[:, 0]).max() < 1.2 * np.abs(sound[:, 1]).max() + 0.05


@pytest.mark.parametrize("analysis", [None, Analysis(made_by="test", bpm=120)])
@pytest.mark.parametrize("rendition", [asked(Click()), asked(BAND, count_in=1), asked(BAND, click="mixed")])
def test_without_known_beats_it_says_so(
    make_task: Make,
    rendition: Rendition,
    analysis: Analysis | None,
) -> None:
    with pytest.raises(Failed) as caught:
        made(make_task, rendition, analysis)
    assert caught.value.failure.reason is Reason.NO_BEATS

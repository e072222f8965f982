"""A minute of a drifting song, without drums, at 80 %, two semitones down, after a bar of count-in: beat by beat."""

import numpy as np
import pytest
from numpy.typing import NDArray

from jobs.models import Effect, Encoding, Format, Mix, Rendition, Stem
from jobs.music.analysis import Analysis
from tests.sounds import RATE, listen
from tests.worker.rendering.tasks import Make, make_task, quiet
from worker.audio.writing import open_track
from worker.rendering.render import render

__all__ = ["make_task"]

#: 118 to 122 beats a minute, in bars of four, from a second and a half on.
BEATS = 1.5 + np.cumsum([0, *(60 / (120 + 2 * np.sin(np.arange(110) / 9)))])
LENGTH = round((BEATS[-1] + 1) * RATE)
WINDOW = round(0.15 * RATE)


def test_a_backing_track_is_in_step_from_the_first_beat_to_the_last(make_task: Make) -> None:
    """Each beat of the guitar lies where the song has it, within 10 ms, and the count leads to the first."""
    band = Mix(stems=(Stem.VOCALS, Stem.BASS, Stem.OTHER))
    wanted = Rendition(content=band, effect=Effect(tempo=80, key=-2, count_in=1), encoding=Encoding(format=Format.MP3))
    task = make_task(wanted)
    strummed = np.zeros((LENGTH, 2), np.float32)
    drummed = np.zeros((LENGTH, 2), np.float32)
    stroke = np.random.default_rng(1).standard_normal(4000) * np.exp(-np.arange(4000) / 600) * 0.3
    for beat in BEATS:
        strummed[round(beat * RATE) :][:4000] += stroke.astype(np.float32)[:, None]
        drummed[round((beat + 0.25) * RATE) :][:4000] += stroke.astype(np.float32)[:, None]
    sounds = {Stem.OTHER: strummed, Stem.DRUMS: drummed}
    for file in task.stems:
        assert file.stem is not None
        with open_track(task.stems_dir / file.name, Format.FLAC, task.tags) as track:
            track.write(sounds.get(file.stem, np.zeros((LENGTH, 2), np.float32)))
    known = Analysis(made_by="test", bpm=120, metre=4, beats=tuple(BEATS), downbeats=tuple(BEATS[::4]))
    made = render(task.model_copy(update={"analysis": known}), quiet)
    sound = np.abs(listen(task.output / wanted.key / made.files[0][0].name)).max(axis=1)
    lead = len(sound) / RATE - LENGTH / RATE / 0.8
    assert made.seconds[0] == pytest.approx(len(sound) / RATE, abs=1e-3)
    for beat in BEATS:
        expected = round((lead + beat / 0.8) * RATE)
        assert abs(_attack(sound[expected - WINDOW : expected + WINDOW]) - WINDOW) < 0.01 * RATE, beat
    # Between the beats there would be drums.
    for beat in BEATS[:-1]:
        between = round((lead + (beat + 0.25) / 0.8) * RATE)
        assert sound[between : between + 4000].max() < 0.03, beat
    period = float(np.median(np.diff(BEATS))) / 0.8
    first = lead + BEATS[0] / 0.8
    for number in range(1, 5):
        expected = round((first - number * period) * RATE)
        assert sound[expected - 500 : expected + 1500].max() > 0.02, number


def _attack(sound: NDArray[np.float32]) -> int:
    """The sample where a stroke begins."""
    return int(np.flatnonzero(sound > 0.35 * sound.max())[0])

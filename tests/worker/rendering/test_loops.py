"""Loops and drills as files: their length, their seams, their attacks, their count-ins."""

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from jobs.failures import Failed, Reason
from jobs.models import Click, Effect, Encoding, Format, Mix, Rendition, Stem
from jobs.music.analysis import Analysis
from jobs.music.passages import Passage
from tests.sounds import RATE, snr_db
from tests.worker.rendering.tasks import SONGS, Make, make_task, quiet
from worker.audio.reading import open_song
from worker.audio.writing import open_track
from worker.rendering.render import render

__all__ = ["make_task"]

BEATS = tuple(0.25 * number for number in range(8))
KNOWN = Analysis(made_by="test", metre=4, beats=BEATS, downbeats=BEATS[::4])
BAND = Mix(stems=(Stem.VOCALS, Stem.BASS, Stem.OTHER))
SOUND = np.asarray(sum(SONGS[stem] for stem in BAND.stems))
FADE = 600  # samples before a seam, at most


def asked(passage: Passage, **effect: object) -> Rendition:
    about = Effect.model_validate({**effect, "passage": passage})
    return Rendition(content=BAND, effect=about, encoding=Encoding(format=Format.WAV32))


def made(make: Make, rendition: Rendition, analysis: Analysis | None = KNOWN) -> NDArray[np.float32]:
    task = make(rendition).model_copy(update={"analysis": analysis})
    result = render(task, quiet)
    ((file,),) = result.files
    assert not [path for path in task.output.rglob("*") if path.suffix in (".passage", ".part")]
    with open_song(task.output / rendition.key / file.name) as song:
        sound = np.concatenate(list(song.blocks()))
    assert result.seconds == pytest.approx((len(sound) / RATE,), abs=1e-4)
    return sound


def test_a_loop_is_the_passage_again_and_again(make_task: Make) -> None:
    sound = made(make_task, asked(Passage(start=0.5, end=1.25, times=3)), None)
    length = round(0.75 * RATE)
    assert len(sound) == 3 * length
    first = round(0.5 * RATE)
    for number in range(3):
        once = sound[number * length : (number + 1) * length]
        begin = 200 if number == 0 else 0  # the file's beginning fades in
        assert snr_db(once[begin:-FADE], to=SOUND[first + begin : first + length - FADE]) > 80
    assert np.abs(sound[-1]).max() < 0.01  # and its end out


def test_a_seam_has_no_step(make_task: Make, tmp_path: Path) -> None:
    """A tone that does not fit the passage: a plain cut would step by up to its amplitude."""
    task = make_task(asked(Passage(start=0.5, end=1.23, times=4)))
    time = np.arange(round(2 * RATE) + 1) / RATE
    tone = (0.3 * np.sin(2 * np.pi * 101.3 * time)).astype(np.float32)
    for file in task.stems:
        with open_track(task.stems_dir / file.name, Format.FLAC, task.tags) as track:
            track.write(np.stack([tone, tone], axis=1) / np.float32(3))
    render(task, quiet)
    with open_song(task.output / task.renditions[0].key / "mix.wav") as song:
        sound = np.concatenate(list(song.blocks()))[:, 0]
    own_step = np.abs(np.diff(tone)).max()
    assert np.abs(np.diff(sound))[300:-FADE].max() < 1.6 * own_step


@pytest.mark.parametrize(("tempo", "key"), [(75, 0), (100, -3), (60, 2)])
def test_a_treated_loop_has_equal_rounds_of_the_exact_length(make_task: Make, tempo: int, key: int) -> None:
    sound = made(make_task, asked(Passage(start=0.5, end=1.0, times=3), tempo=tempo, key=key))
    length = round(0.5 * RATE * 100 / tempo)
    assert len(sound) == 3 * length
    assert np.array_equal(sound[length : 2 * length - FADE], sound[2 * length : -FADE])


def test_a_loop_with_a_click_and_a_count_in(make_task: Make) -> None:
    passage = Passage(start=1, end=2, unit="bars", times=2)
    sound = made(make_task, asked(passage, count_in=1, click="stage"))
    lead, length = round(1.0 * RATE), round((2 + 1 / RATE) * RATE)
    assert len(sound) == lead + 2 * length
    loud = np.flatnonzero(np.abs(sound[:, 0]) > 0.05)
    clicks = [loud[0], *loud[1:][np.diff(loud) > 3000]]
    counted = [0.25 * number for number in range(4)]
    beats = [1 + again * length / RATE + beat for again in range(2) for beat in BEATS]
    assert [click / RATE for click in clicks] == pytest.approx([*counted, *beats], abs=0.002)


def test_a_drill_becomes_faster_and_counts_each_round_in(make_task: Make) -> None:
    sound = made(make_task, asked(Passage(start=0, end=1, slowest=80)))
    tempi = (80, 85, 90, 95, 100)
    rounds = [round(RATE * 100 / tempo) for tempo in tempi]  # a bar of count-in, and the passage of one bar
    assert len(sound) == pytest.approx(2 * sum(rounds), abs=5)
    at = 0
    for once in rounds:
        counted = np.abs(sound[at + 2200 : at + once // 4 - 10])  # between the first click and the second
        assert counted.max() < 0.02
        at += 2 * once


def test_clicks_alone_of_a_passage(make_task: Make) -> None:
    passage = Passage(start=0, end=1, times=2)
    rendition = Rendition(
        content=Click(), effect=Effect(tempo=80, passage=passage), encoding=Encoding(format=Format.WAV32)
    )
    sound = made(make_task, rendition)
    assert len(sound) == 2 * round(1.25 * RATE)


@pytest.mark.parametrize(
    ("passage", "reason"),
    [
        (Passage(start=60, end=70), Reason.PASSAGE_BEYOND),
        (Passage(start=2, end=3, unit="bars"), Reason.BARS_BEYOND),
    ],
)
def test_what_is_not_in_the_song_fails(make_task: Make, passage: Passage, reason: Reason) -> None:
    with pytest.raises(Failed) as caught:
        made(make_task, asked(passage))
    assert caught.value.failure.reason is reason

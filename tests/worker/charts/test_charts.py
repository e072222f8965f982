"""Chord charts: bars, keys, text and picture."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from jobs.failures import Failed, Reason
from jobs.models import Effect
from jobs.music.analysis import Analysis, Chord
from jobs.results import Tags
from tests.worker.charts.song import BARS, SONG
from worker.charts.chart import chart_of
from worker.charts.chart_picture import draw_chart, rows_of
from worker.charts.chordpro import chordpro

TAGS = Tags(title="Blue {in}\ngreen", artist="Elis & Tom")


def names(analysis: Analysis, key: int = 0) -> list[tuple[str, ...]]:
    return [bar.chords for bar in chart_of(analysis, Effect(key=key)).bars]


def test_bars_have_their_chords() -> None:
    chart = chart_of(SONG, Effect())
    assert [bar.start for bar in chart.bars] == pytest.approx(BARS)
    assert names(SONG) == [("Gm",), ("E♭",), ("B♭",), ("F", "Dm")] * 2
    assert chart.bars[3].beats == ("F", "", "Dm", "")
    assert chart.about == "Gm · 120 BPM · 4/4"


@pytest.mark.parametrize(
    ("key", "chords"),
    [
        (2, [("Am",), ("F",), ("C",), ("G", "Em")]),
        (-1, [("F♯m",), ("D",), ("A",), ("E", "C♯m")]),
        (12, [("Gm",), ("E♭",), ("B♭",), ("F", "Dm")]),
    ],
)
def test_the_chosen_key_has_its_own_names(key: int, chords: list[tuple[str, ...]]) -> None:
    assert names(SONG, key) == chords * 2


def test_chordpro() -> None:
    text = chordpro(chart_of(SONG, Effect(key=-1, tempo=80)), TAGS)
    assert text.splitlines() == [
        "{title: Blue (in) green}",
        "{artist: Elis & Tom}",
        "{key: F#m}",
        "{tempo: 96}",
        "{time: 4/4}",
        "",
        "{start_of_grid}",
        "| F#m . . . | D . . . | A . . . | E . C#m . |",
        "| F#m . . . | D . . . | A . . . | E . C#m . |",
        "{end_of_grid}",
    ]


def test_chords_without_beats_are_a_bar_each() -> None:
    bare = Analysis(made_by="test", chords=SONG.chords)
    assert names(bare) == [("Gm",), ("D♯",), ("A♯",), ("F",), ("Dm",)] * 2
    assert chart_of(bare, Effect()).about == ""


def test_a_gap_is_no_chord() -> None:
    gap = SONG.model_copy(update={"chords": (SONG.chords[0], SONG.chords[2])})
    assert names(gap) == [("Gm",), ("N.C.",), ("B♭",)]


@pytest.mark.parametrize("analysis", [None, Analysis(made_by="test"), SONG.model_copy(update={"chords": ()})])
def test_no_chords_are_invented(analysis: Analysis | None) -> None:
    with pytest.raises(Failed) as caught:
        chart_of(analysis, Effect())
    assert caught.value.failure.reason is Reason.NO_CHORDS


def test_the_picture_has_four_bars_in_a_row_and_equal_rows_once(tmp_path: Path) -> None:
    chart = chart_of(SONG, Effect())
    assert [(len(row.bars), row.times) for row in rows_of(chart)] == [(4, 2)]
    draw_chart(chart, TAGS, tmp_path / "chords.png")
    with Image.open(tmp_path / "chords.png") as picture:
        assert picture.size == (1280, 190 + 104 + 24)
        marks = picture.convert("L").crop((0, 190, 1280, 294)).histogram()
        assert sum(marks[:128]) > 3000  # letters and bar lines


def test_an_hour_of_chords_is_a_picture_that_chats_take(tmp_path: Path) -> None:
    chords = tuple(
        Chord(start=2 * number, end=2 * number + 2, root=number * 7 % 12, quality="maj") for number in range(1800)
    )
    draw_chart(chart_of(Analysis(made_by="test", chords=chords), Effect()), TAGS, tmp_path / "chords.png")
    with Image.open(tmp_path / "chords.png") as picture:
        assert picture.width + picture.height < 12_000
        assert picture.height / picture.width < 20
    assert (tmp_path / "chords.png").stat().st_size < 2_000_000


@given(
    st.lists(st.floats(0.2, 1.5), max_size=30),
    st.integers(1, 7),
    st.lists(st.tuples(st.floats(0.1, 5), st.integers(0, 11), st.booleans()), min_size=1, max_size=20),
    st.floats(0, 3),
)
def test_every_analysis_with_chords_has_a_chart(
    gaps: list[float], bar: int, spans: list[tuple[float, int, bool]], start: float
) -> None:
    beats = tuple(start + sum(gaps[:number]) for number in range(len(gaps)))
    chords: list[Chord] = []
    at = 0.0
    for length, root, sounds in spans:
        if sounds or not chords:
            chords.append(Chord(start=at, end=at + length, root=root, quality="min"))
        at += length
    chart = chart_of(
        Analysis(made_by="test", beats=beats, downbeats=beats[::bar], chords=tuple(chords)), Effect(key=-5)
    )
    assert chart.bars
    assert all(bar.beats[0] for bar in chart.bars)
    starts = [bar.start for bar in chart.bars]
    assert starts == sorted(starts)

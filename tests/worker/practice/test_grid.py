"""Clicks on the beats of a song: drift, tempo, count-in, pickups, bars."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobs.failures import Failed, Reason
from jobs.models import Effect
from jobs.music.analysis import Analysis
from worker.audio.sound import SAMPLE_RATE
from worker.practice.grid import Grid, grid_of


def analysed(beats: list[float], bar: int = 4, first: int = 0) -> Analysis:
    """Beats with a downbeat every `bar` of them, from the one with number `first` on."""
    return Analysis(made_by="test", metre=bar, beats=tuple(beats), downbeats=tuple(beats[first::bar]))


def seconds(grid: Grid, *, strong: bool = False) -> list[float]:
    """The clicks of the music itself, in seconds behind the count-in."""
    return [(hit.sample - grid.lead) / SAMPLE_RATE for hit in grid.beats if hit.is_strong or not strong]


STEADY = [0.5 * number for number in range(40)]


def test_clicks_lie_on_the_beats_and_bars_are_accented() -> None:
    grid = grid_of(analysed(STEADY, 3), Effect(click="mixed"), 0, 20)
    assert seconds(grid) == pytest.approx(STEADY, abs=1e-4)
    assert seconds(grid, strong=True) == pytest.approx(STEADY[::3], abs=1e-4)
    assert (grid.lead, grid.counted) == (0, ())


@given(
    st.lists(st.floats(0.25, 1.2), min_size=8, max_size=60),
    st.integers(50, 120),
    st.integers(0, 2),
    st.integers(2, 7),
)
def test_clicks_follow_drift_and_tempo(gaps: list[float], tempo: int, bars: int, bar: int) -> None:
    beats = [sum(gaps[:number], 0.3) for number in range(len(gaps))]
    grid = grid_of(analysed(beats, bar), Effect(tempo=tempo, click="mixed", count_in=bars), 0, beats[-1] + 1)
    assert seconds(grid) == pytest.approx([beat * 100 / tempo for beat in beats], abs=0.001)  # 10 ms are asked
    assert [hit.sample for hit in grid.counted] == sorted({hit.sample for hit in grid.counted})
    assert len(grid.counted) >= bars * bar
    assert all(hit.sample < grid.beats[0].sample for hit in grid.counted)


@pytest.mark.parametrize(("bars", "tempo"), [(1, 100), (2, 100), (1, 80), (2, 50)])
def test_a_count_in_is_whole_bars_at_the_songs_tempo(bars: int, tempo: int) -> None:
    grid = grid_of(analysed(STEADY), Effect(tempo=tempo, count_in=bars), 0, 20)
    beat = 0.5 * 100 / tempo
    assert grid.lead / SAMPLE_RATE == pytest.approx(bars * 4 * beat, abs=1e-4)
    assert [hit.sample / SAMPLE_RATE for hit in grid.counted] == pytest.approx(
        [beat * one for one in range(bars * 4)], abs=1e-4
    )
    assert [hit.is_strong for hit in grid.counted] == [True, False, False, False] * bars


def test_a_count_in_leads_into_the_first_beat_behind_a_breath() -> None:
    """The music begins 0.2 s before its first beat: the count begins as much later."""
    grid = grid_of(analysed([beat + 0.2 for beat in STEADY]), Effect(count_in=1), 0, 20)
    assert grid.lead / SAMPLE_RATE == pytest.approx(2 - 0.2, abs=1e-4)
    assert grid.beats[0].sample / SAMPLE_RATE == pytest.approx(2, abs=1e-4)


def test_a_pickup_is_counted_up_to_where_it_begins() -> None:
    """A song that begins on the fourth beat of a bar: one bar, and three beats of the next."""
    grid = grid_of(analysed(STEADY, first=1), Effect(count_in=1), 0, 20)
    assert [hit.is_strong for hit in grid.counted] == [True, False, False, False, True, False, False]
    assert not grid.beats[0].is_strong
    assert grid.beats[1].is_strong


def test_the_count_goes_on_through_a_beginning_without_beats() -> None:
    grid = grid_of(analysed([beat + 1 for beat in STEADY]), Effect(count_in=1), 0, 20)  # two beats without any
    assert grid.lead / SAMPLE_RATE == pytest.approx(3, abs=1e-4)
    assert [hit.is_strong for hit in grid.counted] == [True, False, False, False, True, False, False, False]


def test_before_a_long_free_beginning_the_count_ends_where_it_begins() -> None:
    grid = grid_of(analysed([beat + 30.1 for beat in STEADY]), Effect(count_in=2), 0, 60)
    assert grid.lead / SAMPLE_RATE == pytest.approx(4, abs=1e-4)
    assert len(grid.counted) == 8
    assert grid.beats[0].sample / SAMPLE_RATE == pytest.approx(34.1, abs=1e-4)


def test_without_bars_nothing_is_accented() -> None:
    grid = grid_of(Analysis(made_by="test", beats=tuple(STEADY)), Effect(click="mixed", count_in=1), 0, 20)
    assert len(grid.counted) == 4
    assert not any(hit.is_strong for hit in (*grid.counted, *grid.beats))


def test_a_passage_is_counted_in_from_its_own_place_in_the_bar() -> None:
    grid = grid_of(analysed(STEADY), Effect(count_in=1), 3, 8)  # the third beat of the second bar
    assert [hit.is_strong for hit in grid.counted] == [True, False, False, False, True, False]
    assert seconds(grid) == pytest.approx([number * 0.5 for number in range(10)], abs=1e-4)


@pytest.mark.parametrize("analysis", [None, Analysis(made_by="test"), Analysis(made_by="test", beats=(1.0,))])
def test_no_beats_are_invented(analysis: Analysis | None) -> None:
    with pytest.raises(Failed) as caught:
        grid_of(analysis, Effect(click="mixed"), 0, 20)
    assert caught.value.failure.reason is Reason.NO_BEATS

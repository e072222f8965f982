"""Passages: cut on bars where they are known, within the song, and no longer than what is made of one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from jobs.failures import Failed, Reason
from jobs.models import Effect
from jobs.music.analysis import Analysis
from jobs.music.passages import LONGEST, Passage, span_of

BEATS = tuple(0.3 + 0.5 * number for number in range(100))
SONG = 52.0
KNOWN = Analysis(made_by="test", metre=4, beats=BEATS, downbeats=BEATS[::4])
NO_BARS = KNOWN.model_copy(update={"downbeats": ()})


@pytest.mark.parametrize(
    ("start", "end", "analysis", "span"),
    [
        (4, 8, KNOWN, (4.3, 8.3)),  # the nearest bars
        (4.1, 7.9, KNOWN, (4.3, 8.3)),
        (4.1, 7.9, NO_BARS, (4.3, 7.8)),  # the nearest beats
        (4.1, 7.9, None, (4.1, 7.9)),
        (4.4, 5.1, KNOWN, (4.3, 5.3)),  # shorter than a bar: beats
        (51, 52, KNOWN, (51, 52)),  # behind the last beat
    ],
)
def test_times_are_moved_to_bars(
    start: float, end: float, analysis: Analysis | None, span: tuple[float, float]
) -> None:
    assert span_of(Passage(start=start, end=end), analysis, SONG) == pytest.approx(span)


def test_bars_are_counted_from_one() -> None:
    assert span_of(Passage(start=1, end=2, unit="bars"), KNOWN, SONG) == pytest.approx((0.3, 4.3))
    assert span_of(Passage(start=25, end=25, unit="bars"), KNOWN, SONG) == pytest.approx((48.3, SONG))


@pytest.mark.parametrize(
    ("passage", "analysis", "reason", "values"),
    [
        (Passage(start=60, end=70), KNOWN, Reason.PASSAGE_BEYOND, {"seconds": SONG}),
        (Passage(start=40, end=70), KNOWN, Reason.PASSAGE_BEYOND, {"seconds": SONG}),
        (Passage(start=24, end=26, unit="bars"), KNOWN, Reason.BARS_BEYOND, {"bars": 25}),
        (Passage(start=1, end=2, unit="bars"), None, Reason.NO_BEATS, {}),
        (Passage(start=1, end=2, unit="bars"), NO_BARS, Reason.NO_BEATS, {}),
    ],
)
def test_what_the_song_lacks_is_a_failure(
    passage: Passage, analysis: Analysis | None, reason: Reason, values: dict[str, float]
) -> None:
    with pytest.raises(Failed) as caught:
        span_of(passage, analysis, SONG)
    assert (caught.value.failure.reason, caught.value.failure.values) == (reason, values)


def test_a_result_has_a_longest_length() -> None:
    with pytest.raises(Failed) as caught:
        span_of(Passage(start=0, end=50, times=32), None, SONG, tempo=80)
    assert caught.value.failure.reason is Reason.PASSAGE_TOO_LONG
    assert caught.value.failure.values["limit_seconds"] == LONGEST


@pytest.mark.parametrize(
    "wrong",
    [
        {"start": 5, "end": 4},
        {"start": 5, "end": 5},
        {"start": -1, "end": 5},
        {"start": 0, "end": 3, "unit": "bars"},
        {"start": 1.5, "end": 3, "unit": "bars"},
        {"start": 1, "end": 3, "times": 0},
        {"start": 1, "end": 3, "times": 33},
        {"start": 1, "end": 3, "slowest": 20},
    ],
)
def test_passages_have_limits(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Passage.model_validate(wrong)


def test_a_drill_becomes_faster() -> None:
    drill = Effect(tempo=92, passage=Passage(start=0, end=4, slowest=70))
    assert drill.tempi == (70, 75, 80, 85, 90, 92)
    assert (drill.bars_before, drill.needs_beats, drill.label) == (1, True, "70-92 %, 0m00s-0m04s")
    loop = Effect(passage=Passage(start=62, end=78.5, times=8))
    assert (loop.tempi, loop.bars_before, loop.needs_beats, loop.label) == ((100,), 0, False, "1m02s-1m18.5s ×8")
    assert Effect(passage=Passage(start=5, end=8, unit="bars")).label == "bars 5-8"


@given(st.floats(0, 60), st.floats(0.1, 60), st.sampled_from([None, KNOWN, NO_BARS]))
def test_a_span_lies_in_the_song(start: float, length: float, analysis: Analysis | None) -> None:
    try:
        first, last = span_of(Passage(start=start, end=start + length), analysis, SONG)
    except Failed:
        assert start >= SONG - 0.5 or start + length > SONG + 1
    else:
        assert 0 <= first < last <= SONG
        assert abs(first - start) <= 2.1

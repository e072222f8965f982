"""The figures themselves: what they forgive, and what they do not."""

import pytest

from tests.worker.analysis.scoring import chord_overlap, f_measure, is_tempo_right, note_f


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        ([1.0, 2.0, 3.0], 1.0),
        ([1.06, 1.94, 3.0], 1.0),
        ([1.08, 2.0, 3.0], 2 / 3),
        ([1.0, 1.5, 2.0, 2.5, 3.0], 0.75),
        ([1.0, 1.01, 2.0, 3.0], 6 / 7),  # one partner each
        ([], 0.0),
    ],
)
def test_f_measure(found: list[float], expected: float) -> None:
    assert f_measure(found, [1.0, 2.0, 3.0]) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("found", "strict", "forgiving"),
    [
        (120.0, True, True),
        (124.0, True, True),
        (125.5, False, False),
        (60.0, False, True),
        (40.0, False, True),
        (None, False, False),
    ],
)
def test_tempo(found: float | None, strict: bool, forgiving: bool) -> None:
    assert is_tempo_right(found, 120) is strict
    assert is_tempo_right(found, 120, forgiving=True) is forgiving


def test_chords_and_notes() -> None:
    true = [(0.0, 2.0, 0, False), (2.0, 4.0, 9, True)]
    assert chord_overlap([(0.0, 3.0, 0, False), (3.0, 4.0, 9, True)], true) == 0.75
    assert chord_overlap([(0.0, 4.0, 0, True)], true) == 0
    notes = [(1.0, 2.0, 40), (2.0, 3.0, 40), (3.0, 4.0, 43)]
    assert note_f([(1.04, 2.0, 40), (2.06, 3.0, 40), (3.0, 4.0, 44)], notes) == pytest.approx(1 / 3)

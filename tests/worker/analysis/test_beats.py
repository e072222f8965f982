"""Tempo, beats and bars of composed songs on which nothing was tuned."""

import numpy as np
import pytest

from tests.worker.analysis.conftest import Analysed
from tests.worker.analysis.scoring import f_measure, score
from worker.analysis.tempo import bpm_of, is_steady, smoothed


@pytest.mark.parametrize(
    ("name", "metre", "steady"),
    [
        ("pop", 4, True),
        ("house", 4, True),
        ("waltz", 3, True),
        ("arpeggio", 4, True),
        ("slower", 4, False),
        ("five", 5, True),
        ("seven", 7, True),
    ],
)
def test_beats_and_bars(analysed: Analysed, name: str, metre: int, steady: bool) -> None:
    found, truth = analysed(name)
    figures = score(found, truth)
    assert figures.beats > 0.9
    assert figures.downbeats > 0.9
    assert found.bpm == pytest.approx(truth.bpm, rel=0.01)
    assert (found.metre, found.steady) == (metre, steady)
    assert set(found.downbeats) <= set(found.beats)
    assert list(found.beats) == sorted(set(found.beats))
    off = [min(abs(at - beat) for beat in truth.beats) for at in found.beats]
    assert np.median(off) < 0.01  # a click on these beats is in time


def test_beats_of_three_quavers(analysed: Analysed) -> None:
    found, truth = analysed("six")
    assert f_measure(found.beats, truth.beats) > 0.9


def test_tempo_of_beats() -> None:
    even = np.arange(40, dtype=np.float64) * 0.5
    assert bpm_of(even) == pytest.approx(120)
    assert is_steady(even)
    assert not is_steady(np.cumsum(np.linspace(0.5, 0.55, 40, dtype=np.float64)))
    assert bpm_of(even[:2]) == pytest.approx(120)


def test_smoothed_beats_lie_between_frames() -> None:
    even = 0.3 + np.arange(60) * 0.4637
    frames = np.round(even, 2)
    assert np.abs(frames - even).max() > 0.004
    assert np.abs(smoothed(frames) - even).max() < 0.002
    broken = np.append(even[:30], even[30:] + 0.2)  # a pause is kept
    assert np.abs(smoothed(broken) - broken).max() <= 0.015 + 1e-9

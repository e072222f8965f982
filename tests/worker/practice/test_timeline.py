"""Timelines: attacks at exactly their stretched time, at their own speed; no time stands still or runs back."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from worker.practice.timeline import KEPT, timeline

lengths = st.integers(1, 10_000_000)


@given(lengths, st.floats(0.5, 2.4), st.lists(st.integers(1, 10_000_000), unique=True, max_size=30))
def test_time_goes_on_and_attacks_are_where_they_belong(samples: int, factor: float, places: list[int]) -> None:
    length = max(round(samples * factor), 1)
    attacks = sorted(place for place in places if place < samples)
    line = timeline(samples, length, attacks)
    assert line.inputs[0] == line.outputs[0] == 0
    assert (line.inputs[-1], line.outputs[-1]) == (samples, length)
    assert (np.diff(line.outputs) >= -1e-6).all()
    assert (np.diff(line.inputs) >= -1e-6).all()
    stretched = np.rint(np.array(attacks) * length / samples).astype(np.int64)
    assert np.abs(line.inputs_at(stretched) - attacks).max(initial=0) <= 2


@given(st.floats(0.5, 2.4), st.lists(st.integers(2_000, 60_000), min_size=1, max_size=30))
def test_between_attacks_the_speed_stays_within_its_limits(factor: float, gaps: list[int]) -> None:
    attacks = [int(place) for place in np.cumsum(gaps)]
    samples = attacks[-1] + 30_000
    line = timeline(samples, round(samples * factor), attacks)
    wide = np.diff(line.outputs) > 1
    speeds = np.diff(line.inputs)[wide] / np.diff(line.outputs)[wide]
    slowest, quickest = min(1, 0.4 / factor), max(1, 2.5 / factor)
    assert speeds.min() > slowest * 0.99
    assert speeds.max() < quickest * 1.01


def test_around_an_attack_the_song_keeps_its_speed() -> None:
    line = timeline(441_000, 588_000, [220_500])
    near = np.arange(294_000 - KEPT, 294_000 + KEPT)
    assert (np.diff(line.inputs_at(near)) == 1).all()


def test_outside_of_the_song_time_goes_on() -> None:
    line = timeline(1_000, 2_000, [])
    assert list(line.inputs_at(np.array([-5, 0, 1_000, 2_000, 2_007]))) == [-5, 0, 500, 1_000, 1_007]

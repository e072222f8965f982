"""Chords and key of composed songs on which nothing was tuned."""

from collections.abc import Iterable

import numpy as np
import pytest

from jobs.music.analysis import Chord, Key
from tests.worker.analysis.conftest import Analysed
from tests.worker.analysis.scoring import score
from worker.analysis.keys import find_key


@pytest.mark.parametrize("name", ["pop", "house", "waltz", "arpeggio", "slower"])
def test_chords_and_key(analysed: Analysed, name: str) -> None:
    found, truth = analysed(name)
    figures = score(found, truth)
    assert figures.chords > 0.9
    assert figures.key == 1
    starts, ends = [chord.start for chord in found.chords], [chord.end for chord in found.chords]
    assert all(start < end for start, end in zip(starts, ends, strict=True))
    assert all(end <= start for end, start in zip(ends, starts[1:], strict=False)), "they do not overlap"


def lasting(*chords: tuple[int, bool], seconds: float = 2.0) -> Iterable[Chord]:
    for number, (root, minor) in enumerate(chords):
        start = number * seconds
        yield Chord(start=start, end=start + seconds, root=root, quality="min" if minor else "maj")


@pytest.mark.parametrize(
    ("chords", "key"),
    [
        (((0, False), (5, False), (7, False), (0, False)), Key(tonic=0)),
        (((9, True), (2, True), (4, False), (9, True)), Key(tonic=9, minor=True)),
        (((2, True), (7, False), (0, False), (0, False)), Key(tonic=0)),
    ],
)
def test_key_of_chords(chords: tuple[tuple[int, bool], ...], key: Key) -> None:
    for up in range(12):
        found, sure = find_key([chord.moved(up) for chord in lasting(*chords, *chords)])
        assert found == key.moved(up)
        assert sure > 0.5


def test_a_key_is_less_sure_when_chords_belong_to_two() -> None:
    clear, _ = (0, False), (5, False)
    _, sure = find_key([*lasting(clear, (5, False), (7, False), clear)])
    _, unsure = find_key([*lasting((9, True), (5, False), clear, (7, False))])
    assert unsure < sure
    chance = np.random.default_rng(1)
    anything = [(int(chance.integers(12)), bool(chance.integers(2))) for _ in range(40)]
    assert find_key([*lasting(*anything)])[1] < sure


def test_one_chord_is_no_key() -> None:
    assert find_key([*lasting((0, False), (0, False))]) == (None, 0.0)
    assert find_key([]) == (None, 0.0)

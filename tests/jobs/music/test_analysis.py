"""Keys and chords: their names, their places on the Camelot wheel, transposition."""

import pytest
from pydantic import ValidationError

from jobs.music.analysis import Analysis, Chord, Key, signature

CAMELOT = {
    (0, False): "8B", (7, False): "9B", (5, False): "7B", (11, False): "1B", (6, False): "2B", (4, False): "12B",
    (9, True): "8A", (4, True): "9A", (2, True): "7A", (8, True): "1A", (1, True): "12A", (3, True): "2A",
}  # fmt: skip


@pytest.mark.parametrize(("key", "camelot"), CAMELOT.items())
def test_a_key_has_its_place_on_the_camelot_wheel(key: tuple[int, bool], camelot: str) -> None:
    assert Key(tonic=key[0], minor=key[1]).camelot == camelot


def test_the_wheel_has_each_place_once() -> None:
    assert len({Key(tonic=tonic, minor=minor).camelot for tonic in range(12) for minor in (False, True)}) == 24


@pytest.mark.parametrize(
    ("key", "third"),
    [(Key(tonic=0, minor=True), "E♭"), (Key(tonic=4), "G♯"), (Key(tonic=7, minor=True), "B♭"), (Key(tonic=9), "C♯")],
)
def test_a_key_writes_its_notes_with_its_own_signs(key: Key, third: str) -> None:
    assert key.names[(key.tonic + (3 if key.minor else 4)) % 12] == third


def test_transposition_moves_key_and_chords_around_the_octave() -> None:
    assert Key(tonic=9, minor=True).moved(-2) == Key(tonic=7, minor=True)
    chord = Chord(start=1.0, end=2.0, root=11, quality="min")
    assert (chord.label, chord.moved(2).label, chord.moved(2).end) == ("B:min", "C#:min", 2.0)


@pytest.mark.parametrize("damage", [{"bpm": 0}, {"bpm": float("nan")}, {"beats": [-1]}, {"metre": 1}, {"key": {}}])
def test_impossible_figures_are_no_analysis(damage: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Analysis.model_validate({"made_by": "test 1", **damage})


def test_time_signatures() -> None:
    assert [signature(metre) for metre in (None, 2, 3, 4)] == ["", "6/8", "3/4", "4/4"]

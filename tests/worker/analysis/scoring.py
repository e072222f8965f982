"""Figures of an analysis against the truth, as the field defines them (mir_eval; Raffel et al., ISMIR 2014)."""

from collections.abc import Sequence
from typing import NamedTuple

from jobs.music.analysis import Analysis, Note
from tests.worker.analysis.composing import Truth

BEAT_WINDOW = 0.07  # seconds
ONSET_WINDOW = 0.05


def matched(found: Sequence[float], true: Sequence[float], window: float) -> int:
    """How many of `found` have a partner in `true` within `window` seconds, one to one; both in order."""
    count = first = 0
    for at in found:
        while first < len(true) and true[first] < at - window:
            first += 1
        if first < len(true) and true[first] <= at + window:
            count, first = count + 1, first + 1
    return count


def f_measure(found: Sequence[float], true: Sequence[float], window: float = BEAT_WINDOW) -> float:
    """The F-measure of times: 1 when all are found and none is too many."""
    return 2 * matched(found, true, window) / max(len(found) + len(true), 1)


def is_tempo_right(found: float | None, true: float, *, forgiving: bool = False) -> bool:
    """Within 4 %; `forgiving`: also a third, a half, twice or three times the tempo."""
    levels = (1, 2, 3, 1 / 2, 1 / 3) if forgiving else (1,)
    return found is not None and any(abs(found - level * true) <= 0.04 * level * true for level in levels)


def chord_overlap(
    found: Sequence[tuple[float, float, int, bool]], true: Sequence[tuple[float, float, int, bool]]
) -> float:
    """The share of the true chords' time in which the found one has the same root and is major or minor alike."""
    right = 0.0
    for start, end, root, minor in true:
        for begin, stop, its_root, its_minor in found:
            if (root, minor) == (its_root, its_minor):
                right += max(0.0, min(end, stop) - max(start, begin))
    return right / sum(end - start for start, end, *_ in true)


def note_f(found: Sequence[tuple[float, float, int]], true: Sequence[tuple[float, float, int]]) -> float:
    """The F-measure of notes: the same semitone, and an onset within 50 ms."""
    count = 0
    for pitch in {note[2] for note in true}:
        count += matched(
            sorted(note[0] for note in found if note[2] == pitch),
            sorted(note[0] for note in true if note[2] == pitch),
            ONSET_WINDOW,
        )
    return 2 * count / max(len(found) + len(true), 1)


class Score(NamedTuple):
    """The figures of one song: 1 at best; None where there is nothing to find."""

    tempo: float
    tempo_forgiven: float
    beats: float
    downbeats: float
    key: float
    chords: float
    bass: float | None
    voice: float | None


def score(found: Analysis, truth: Truth, *, has_bass: bool = True) -> Score:
    """What was left out counts as wrong. `has_bass`: whether the bass is a stem."""
    return Score(
        tempo=float(is_tempo_right(found.bpm, truth.bpm)),
        tempo_forgiven=float(is_tempo_right(found.bpm, truth.bpm, forgiving=True)),
        beats=f_measure(found.beats, truth.beats),
        downbeats=f_measure(found.downbeats, truth.downbeats),
        key=float(found.key is not None and (found.key.tonic, found.key.minor) == (truth.tonic, truth.minor)),
        chords=chord_overlap(_labelled(found), truth.chords),
        bass=_of_notes(found.bass, truth.notes.get("bass")) if has_bass else None,
        voice=_of_notes(found.vocals, truth.notes.get("vocals")),
    )


def _labelled(found: Analysis) -> list[tuple[float, float, int, bool]]:
    return [(chord.start, chord.end, chord.root, chord.quality == "min") for chord in found.chords]


def _of_notes(found: Sequence[Note], true: Sequence[tuple[float, float, int]] | None) -> float | None:
    return note_f([(note.start, note.end, note.pitch) for note in found], true) if true else None

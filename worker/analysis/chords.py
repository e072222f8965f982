"""Chords, major or minor, beat by beat: templates on chroma, and the likeliest sequence (Viterbi)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from jobs.music.analysis import Chord
from worker.analysis.chroma import QUIET, Chroma
from worker.analysis.spectra import PITCHES_PER_SECOND

Array = NDArray[np.float64]

#: Tones of each kind of chord over its root, with their weights; sevenths count as the triad below them.
KINDS: Final[tuple[tuple[str, dict[int, float]], ...]] = (
    ("maj", {0: 1.0, 4: 1.0, 7: 0.9}),
    ("min", {0: 1.0, 3: 1.0, 7: 0.9}),
    ("maj", {0: 1.0, 4: 1.0, 7: 0.8, 11: 0.7}),
    ("maj", {0: 1.0, 4: 1.0, 7: 0.8, 10: 0.7}),
    ("min", {0: 1.0, 3: 1.0, 7: 0.8, 10: 0.7}),
)
SEVENTH: Final = 0.02  # by which a seventh chord has to fit better than its triad
BASS: Final = 0.15  # weight of the root in the bass
SHARP: Final = 8.0  # how much a better fit counts
CHANGE: Final = 5.0  # cost of a change of chord between two beats
CHANGE_ON_DOWNBEAT: Final = 0.8
NONE: Final = 24  # the state of no chord
QUALITIES: Final[tuple[Literal["maj", "min"], ...]] = ("maj", "min")
#: The mean sureness of segments of speech and of notes without harmony, and of songs.
UNSURE, SURE = 0.25, 0.42
#: The tonality of noise, and of songs.
TONAL: Final = (0.05, 0.15)


@dataclass(frozen=True)
class Found:
    """Segments with their chords: `state` is the root, 12 more for minor, or NONE. `sureness`: of each segment."""

    edges: Array
    states: NDArray[np.int64]
    sureness: Array


def chords_of(chroma: Chroma, edges: Sequence[float], is_downbeat: Sequence[bool]) -> tuple[tuple[Chord, ...], float]:
    """The chords of a song, and how sure they are in all. `edges`: in seconds; `is_downbeat`: of each segment."""
    if len(edges) < 2 or not len(chroma.loudness):
        return (), 0.0
    found = find_chords(chroma, edges, is_downbeat)
    chords: list[Chord] = []
    for start, end, state in zip(found.edges[:-1], found.edges[1:], found.states, strict=True):
        if state == NONE:
            continue
        root, quality = int(state) % 12, QUALITIES[int(state) // 12]
        last = chords[-1] if chords else None
        if last and (last.root, last.quality) == (root, quality) and last.end == round(float(start), 3):
            chords[-1] = last.model_copy(update={"end": round(float(end), 3)})
        else:
            chords.append(Chord(start=round(float(start), 3), end=round(float(end), 3), root=root, quality=quality))
    has_chord = found.states != NONE
    sure = float(found.sureness[has_chord].mean()) if has_chord.any() else 0.0
    return tuple(chords), _ramp(sure, UNSURE, SURE) * _ramp(chroma.tonality, *TONAL)


def _ramp(value: float, zero: float, one: float) -> float:
    return min(max((value - zero) / (one - zero), 0.0), 1.0)


def find_chords(chroma: Chroma, edges: Sequence[float], is_downbeat: Sequence[bool]) -> Found:
    """The chord of each segment between two `edges`, in seconds. `is_downbeat`: whether a segment begins a bar."""
    harmony, bass = (_means(part, edges) for part in (chroma.harmony, chroma.bass))
    loudness = _means(chroma.loudness[:, None], edges)[:, 0]
    usual = float(np.median(chroma.loudness[chroma.loudness > 0])) if (chroma.loudness > 0).any() else 1.0
    fits = _fits(harmony, bass)
    quiet = loudness < QUIET * usual
    scores = np.concatenate([SHARP * fits, np.where(quiet, SHARP, -SHARP)[:, None]], axis=1)
    cost = np.where(is_downbeat, CHANGE_ON_DOWNBEAT, CHANGE)
    states = _likeliest(scores, cost)
    exact = np.exp(scores - scores.max(axis=1, keepdims=True))
    sureness = (exact / exact.sum(axis=1, keepdims=True))[np.arange(len(states)), states]
    return Found(np.asarray(edges, np.float64), states, sureness)


def _means(values: NDArray[np.float32], edges: Sequence[float]) -> Array:
    """The mean of the frames within each segment; of the nearest frame in one that has none."""
    sums = np.concatenate([np.zeros((1, values.shape[1])), np.cumsum(values, axis=0, dtype=np.float64)])
    # Frames are wide: those at a segment's edges hear its neighbours.
    starts, ends = np.asarray(edges[:-1]), np.asarray(edges[1:])
    inner = np.minimum(0.08, (ends - starts) / 4)
    first = np.ceil((starts + inner) * PITCHES_PER_SECOND).astype(np.int64)
    last = np.floor((ends - inner) * PITCHES_PER_SECOND).astype(np.int64) + 1
    middle = np.round((starts + ends) / 2 * PITCHES_PER_SECOND).astype(np.int64)
    first, last = np.where(last > first, first, middle), np.where(last > first, last, middle + 1)
    first, last = np.clip(first, 0, len(values) - 1), np.clip(last, 1, len(values))
    means: Array = (sums[last] - sums[first]) / np.maximum(last - first, 1)[:, None]
    return means


def _fits(harmony: Array, bass: Array) -> Array:
    """(segments, 24) How well each triad explains the chroma: correlations with its templates."""
    scaled = harmony / np.maximum(np.linalg.norm(harmony, axis=1, keepdims=True), 1e-9)
    lowest = bass / np.maximum(bass.max(axis=1, keepdims=True), 1e-9)
    fits = np.full((len(harmony), 24), -1.0)
    for kind, tones in KINDS:
        template = np.zeros(12)
        template[[*tones]] = [*tones.values()]
        template /= np.linalg.norm(template)
        for root in range(12):
            state = root + 12 * (kind == "min")
            fit = scaled @ np.roll(template, root) - SEVENTH * (len(tones) > 3)
            fits[:, state] = np.maximum(fits[:, state], fit)
    return fits + BASS * np.concatenate([lowest, lowest], axis=1)


def _likeliest(scores: Array, cost: Array) -> NDArray[np.int64]:
    """The path of states with the largest sum of scores, less `cost[i]` for a change into segment i."""
    best, origins = scores[0], np.zeros(scores.shape, np.int64)
    for index in range(1, len(scores)):
        other = int(best.argmax())
        change = best[other] - cost[index]
        origins[index] = np.where(best >= change, np.arange(len(best)), other)
        best = np.maximum(best, change) + scores[index]
    states = np.zeros(len(scores), np.int64)
    states[-1] = int(best.argmax())
    for index in range(len(scores) - 1, 0, -1):
        states[index - 1] = origins[index, states[index]]
    return states

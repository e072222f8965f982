"""The chords of a song in bars. Pure."""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from itertools import pairwise
from typing import Final, NamedTuple

from jobs.failures import Reason, failed
from jobs.models import Effect
from jobs.music.analysis import SHARPS, Analysis, Chord, Key, signature
from worker.practice.grid import bar_of

NO_CHORD: Final = "N.C."
LEAST_PICKUP: Final = 0.4  # of a bar: chords that begin so much before the first bar have one of their own


class Bar(NamedTuple):
    """One bar: where it begins, in seconds of the song, and the chord that begins on each of its beats, '' where the
    one before goes on. The first beat has one always."""

    start: float
    beats: tuple[str, ...]

    @property
    def chords(self) -> tuple[str, ...]:
        return tuple(chord for chord in self.beats if chord)


class Chart(NamedTuple):
    """A chart in the key and at the tempo of an effect. `key`: `Am`; '' and None for what is not known."""

    key: str
    bpm: float | None
    metre: int | None
    bars: tuple[Bar, ...]

    @property
    def about(self) -> str:
        """`Am · 124 BPM · 4/4`, as far as it is known."""
        parts = (self.key, f"{self.bpm:.0f} BPM" if self.bpm else "", signature(self.metre))
        return " · ".join(part for part in parts if part)


def chart_of(analysis: Analysis | None, effect: Effect) -> Chart:
    """The chart of a song. Raises `Failed` NO_CHORDS where none are known."""
    if analysis is None or not analysis.chords:
        raise failed(Reason.NO_CHORDS, "no analysis" if analysis is None else "no chords")
    key = analysis.key.moved(effect.key) if analysis.key else None
    names = key.names if key else SHARPS
    chords = [chord.moved(effect.key) for chord in analysis.chords]
    metre = bar_of(analysis) if analysis.downbeats else analysis.metre
    bpm = analysis.bpm * effect.tempo / 100 if analysis.bpm else None
    return Chart(key_name(key), bpm, metre, _bars(analysis, chords, names))


def key_name(key: Key | None) -> str:
    """`C♯m`; empty for none."""
    return key.names[key.tonic] + ("m" if key.minor else "") if key else ""


def _bars(analysis: Analysis, chords: Sequence[Chord], names: Sequence[str]) -> tuple[Bar, ...]:
    starts = [chord.start for chord in chords]
    end = chords[-1].end

    def named(start: float, stop: float) -> str:
        middle = (start + stop) / 2
        chord = chords[max(bisect_right(starts, middle) - 1, 0)]
        if not chord.start <= middle < chord.end:
            return NO_CHORD
        return names[chord.root] + ("m" if chord.quality == "min" else "")

    bars = []
    for edges in _beats_of_bars(analysis, chords):
        inside = [edge for edge in edges[:-1] if edge < end - 0.05]
        if inside:
            spans = pairwise([*inside, edges[len(inside)]])
            bars.append(Bar(inside[0], tuple(_changes([named(*span) for span in spans]))))
    # Chords that end before the first beat are a bar each, as without beats.
    return tuple(bars) or _bars(analysis.model_copy(update={"beats": ()}), chords, names)


def _changes(beats: Sequence[str]) -> list[str]:
    return [chord if number == 0 or chord != beats[number - 1] else "" for number, chord in enumerate(beats)]


def _beats_of_bars(analysis: Analysis, chords: Sequence[Chord]) -> list[tuple[float, ...]]:
    """The beats of each bar, and the beginning of the next one. Without beats, each chord is a bar."""
    beats = analysis.beats
    if len(beats) < 2:
        return [(chord.start, chord.end) for chord in chords]
    length = bar_of(analysis)
    first = [bisect_left(beats, downbeat - 0.02) for downbeat in analysis.downbeats] or [*range(0, len(beats), length)]
    edges = [*(number for number in dict.fromkeys(first) if number < len(beats)), len(beats)]
    after = beats[-1] + (beats[-1] - beats[-2])
    times = [*beats, after]
    bars = [tuple(times[one : other + 1]) for one, other in pairwise(edges)]
    usual = (times[-1] - times[0]) / max(len(times) - 1, 1) * length
    if bars and chords[0].start < bars[0][0] - LEAST_PICKUP * usual:
        before = tuple(beat for beat in beats[: edges[0]] if beat >= chords[0].start - 0.1)
        bars.insert(0, (*(before or (chords[0].start,)), bars[0][0]))
    if chords[-1].end > after + 0.05:  # what sounds behind the last beat belongs to the last bar
        bars[-1] = (*bars[-1][:-1], chords[-1].end)
    return bars

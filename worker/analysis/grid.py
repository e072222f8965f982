"""Chooses the beats and bars of a song among its pulses.

Each pulse may be the beat, or lie between beats; bars may have two, three, four, five or seven of them. Each of these
readings gets a score, the weighted sum of a few measures. The weights were fitted, none below zero, to composed songs
(bench/songs).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from worker.analysis.curves import Curves
from worker.analysis.pulses import Floats, around, follow, periods
from worker.analysis.spectra import FRAMES_PER_SECOND

Times = NDArray[np.float64]

#: Between two pulses: where beats may lie instead.
SHIFTS: Final = (0.0, 1 / 2, 1 / 3, 2 / 3)
METRES: Final = (2, 3, 4, 5, 7)
RARE: Final = {5: 0.6, 7: 0.6}  # what the score of a bar loses by its metre
FEWEST_RARE: Final = 6  # bars: of fewer, chance makes some look alike
USUAL_TEMPO: Final = 115.0  # beats per minute
USUAL_BAR: Final = 2.0  # seconds
NEAR: Final = 12  # frames within which a change of harmony belongs to a beat
LATE: Final = 0.005  # seconds by which an attack's maximum lies behind its begin
FEWEST: Final = 6  # beats

#: The weights of the measures of beats, and of bars.
STRONG, STRONGER, NOT_THIRDS, TURNS, HARMONIC_BEATS, TEMPO = 1.14, 0.77, 1.24, 1.04, 1.67, 1.61
HARMONIC_BARS, CHANGE, KICKS, LENGTH = 3.71, 1.93, 0.27, 0.22
#: How sharply scores turn into probabilities: between 1 and 2 these are as often right as they say, on composed songs.
SHARPNESS: Final = 1.5
CALM: Final = 0.02  # the power of attacks, against that of the whole song, below which there are none
#: Clearness of noise, speech and free playing, and of songs.
UNCLEAR, CLEAR = 0.1, 0.3


@dataclass(frozen=True)
class Grid:
    """`beats`: in frames. `metre`: beats in a bar. `first`: the beat that begins the first whole bar.

    `level`, `bars`: the probabilities of the tempo, and of metre and downbeats, among all readings. `clearness`: the
    autocorrelation of attacks at one beat, 1 for equal beats.
    """

    beats: Times
    metre: int
    first: int
    level: float
    bars: float
    clearness: float

    @property
    def seconds(self) -> Times:
        return np.maximum(self.beats / FRAMES_PER_SECOND - LATE, 0)

    @property
    def sureness(self) -> float:
        """The probability that tempo and beats are right."""
        return self.level * min(max((self.clearness - UNCLEAR) / (CLEAR - UNCLEAR), 0.0), 1.0)


@dataclass(frozen=True)
class _Reading:
    beats: Times
    period: float
    metre: int
    first: int
    score: float


def find_grid(curves: Curves) -> Grid | None:
    """The best reading of a song; None where there are no regular attacks."""
    readings = list(_readings(curves))
    if not readings:
        return None
    best = max(readings, key=lambda reading: reading.score)
    weights = np.array([np.exp(SHARPNESS * (reading.score - best.score)) for reading in readings])
    same_beat = np.array([_are_alike(reading, best) for reading in readings])
    same_bar = same_beat & np.array([_are_same_bars(reading, best) for reading in readings])
    return Grid(
        beats=best.beats,
        metre=best.metre,
        first=best.first,
        level=float(weights[same_beat].sum() / weights.sum()),
        bars=float(weights[same_bar].sum() / max(weights[same_beat].sum(), 1e-9)),
        clearness=_clearness(curves.strength, best.beats),
    )


def _clearness(strength: Floats, beats: Times) -> float:
    """The mean autocorrelation of attacks, twelve seconds at a time, at their interval of beats."""
    span = min(12 * FRAMES_PER_SECOND, len(strength))
    found = []
    for start in range(0, len(strength) - span + 1, max(span // 2, 1)):
        inside = np.diff(beats[(beats >= start) & (beats < start + span)])
        part = strength[start : start + span] - strength[start : start + span].mean()
        power = float(part @ part)
        if len(inside) < 2:
            continue
        if power < CALM * len(part):  # tiny ripples of a long tone are regular, too
            found.append(0.0)
            continue
        period = round(float(np.median(inside)))
        lags = [lag for lag in (period - 1, period, period + 1) if lag < span // 2]
        found.append(max((float(part[:-lag] @ part[lag:]) / power * span / (span - lag) for lag in lags), default=0.0))
    return float(np.mean(found)) if found else 0.0


def _are_alike(one: _Reading, other: _Reading) -> bool:
    """Whether the beats of two readings are the same, but for a few."""
    if abs(np.log(one.period / other.period)) > 0.06:
        return False
    return _apart(one.beats, other.beats) < 0.15 * other.period


def _are_same_bars(one: _Reading, other: _Reading) -> bool:
    if one.metre != other.metre:
        return False
    return _apart(one.beats[one.first :: one.metre], other.beats[other.first :: other.metre]) < 0.3 * other.period


def _apart(some: Times, others: Times) -> float:
    """The median distance from each of `some` to the nearest of `others`; both in order."""
    if not len(some) or not len(others):
        return float("inf")
    behind = np.clip(np.searchsorted(others, some), 1, max(len(others) - 1, 1))
    after = others[np.minimum(behind, len(others) - 1)]
    return float(np.median(np.minimum(np.abs(some - others[behind - 1]), np.abs(some - after))))


def _readings(curves: Curves) -> Iterator[_Reading]:
    total = float(curves.changes.sum()) + 1e-6
    for period in periods(curves.strength):
        pulse = follow(curves.strength, period).astype(np.float64)
        if len(pulse) < FEWEST:
            continue
        intervals = np.diff(pulse)
        usual = float(np.median(intervals))
        for shift in SHIFTS:
            beats = _sounding(pulse + shift * np.append(intervals, intervals[-1]), curves.strength, usual)
            if len(beats) < FEWEST:
                continue
            harmony = _gathered(curves.changes, beats) / total
            score = _score_of_beats(curves, beats, usual, float(harmony.sum()))
            for metre, first, more in _bars(curves, beats, usual, harmony):
                yield _Reading(beats, usual, metre, first, score + more)


def _sounding(beats: Times, strength: Floats, period: float) -> Times:
    """The beats without those in the silence before and after the music."""
    heard = np.flatnonzero(around(strength, beats, max(round(0.4 * period), 3)) > 0.5)
    return beats[heard[0] : heard[-1] + 1] if len(heard) else beats[:0]


def _gathered(changes: Floats, beats: Times) -> Times:
    """The sum of the changes of harmony near each beat."""
    sums = np.concatenate([[0.0], np.cumsum(changes, dtype=np.float64)])
    centres = np.round(beats).astype(np.int64)
    last = len(changes)
    gathered: Times = sums[np.clip(centres + NEAR + 1, 0, last)] - sums[np.clip(centres - NEAR, 0, last)]
    return gathered


def _by_chance(beats: int, curves: Curves) -> float:
    """The share of a song that lies near so many beats."""
    return min(beats * (2 * NEAR + 1) / max(len(curves.changes), 1), 1.0)


def _score_of_beats(curves: Curves, beats: Times, period: float, harmony: float) -> float:
    intervals, starts = np.diff(beats), beats[:-1]

    def strength(part: float) -> float:
        return float(around(curves.strength, starts + part * intervals).mean())

    on, half, thirds = strength(0), strength(1 / 2), max(strength(1 / 3), strength(2 / 3))
    backbeat = around(curves.bursts, starts) - around(curves.kicks, starts)
    turns = abs(float((backbeat * (-1.0) ** np.arange(len(backbeat))).mean())) / (float(np.abs(backbeat).mean()) + 0.05)
    tempo = -(np.log2(60 * FRAMES_PER_SECOND / period / USUAL_TEMPO) ** 2)
    return float(
        STRONG * on
        + STRONGER * _contrast(on, half)
        + NOT_THIRDS * _contrast(on, thirds)
        + TURNS * turns
        + HARMONIC_BEATS * (harmony - _by_chance(len(beats), curves))
        + TEMPO * tempo
    )


def is_compound(curves: Curves, beats: Times) -> bool:
    """Whether beats divide into three: 6/8, or a shuffle."""
    intervals, starts = np.diff(beats), beats[:-1]
    half, *thirds = (float(around(curves.strength, starts + part * intervals).mean()) for part in (1 / 2, 1 / 3, 2 / 3))
    return _contrast(half, max(thirds)) < -0.15


def _contrast(one: float, other: float) -> float:
    return (one - other) / (one + other + 0.05)


def _bars(curves: Curves, beats: Times, period: float, harmony: Times) -> Iterator[tuple[int, int, float]]:
    """Each metre and first downbeat, with its part of the score."""
    change, kicks = around(curves.change, beats, 8), around(curves.kicks, beats)
    for metre in METRES:
        if metre == 2 and not is_compound(curves, beats):
            continue
        if metre in RARE and len(beats) < FEWEST_RARE * metre:
            continue
        length = np.log2(metre * period / FRAMES_PER_SECOND / USUAL_BAR)
        for first in range(metre):
            is_down = np.arange(len(beats)) % metre == first
            more = (
                HARMONIC_BARS * (float(harmony[is_down].sum()) - _by_chance(int(is_down.sum()), curves))
                + CHANGE * float(change[is_down].mean() - change[~is_down].mean())
                + KICKS * float(kicks[is_down].mean() - kicks[~is_down].mean())
                - LENGTH * length**2
                - RARE.get(metre, 0.0)
            )
            yield metre, first, float(more)

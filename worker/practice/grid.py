"""Where clicks lie: on the beats of a song, and before it for a count-in. Pure.

Beats are seconds of the song. A treated song has each of its attacks at exactly its stretched time (`timeline.py`), so
clicks lie at the stretched times of the beats, also where the tempo drifts.
"""

from bisect import bisect_left
from collections.abc import Sequence
from itertools import pairwise
from statistics import median, multimode
from typing import Final, NamedTuple

from jobs.failures import Reason, failed
from jobs.models import Effect
from jobs.music.analysis import Analysis
from worker.audio.sound import SAMPLE_RATE

BEATS_IN_A_BAR: Final = 4  # where the song does not tell
SAME: Final = 0.02  # seconds: a downbeat is the beat that is this near
ALIKE: Final = 8  # gaps between beats that give the tempo of a count-in
#: The longest beginning without a beat, in bars, that the count-in's beats reach into. A longer one is a free
#: introduction: the count ends where it begins.
PICKUP_BARS: Final = 2


class Hit(NamedTuple):
    """A click at `sample`; a strong one begins a bar."""

    sample: int
    is_strong: bool


class Grid(NamedTuple):
    """Clicks of a file that begins with `lead` samples of count-in. `counted`: up to the first beat of the music;
    `beats`: on its beats. Both count from the file's start."""

    lead: int
    counted: tuple[Hit, ...]
    beats: tuple[Hit, ...]


class Beat(NamedTuple):
    """A beat at `seconds` of the song; `place` in its bar from 0, None where no bars are known."""

    seconds: float
    place: int | None


def beats_of(analysis: Analysis | None) -> tuple[Beat, ...]:
    """The beats of a song with their places in bars. Raises `Failed` NO_BEATS where there are none."""
    if analysis is None or len(analysis.beats) < 2:
        raise failed(Reason.NO_BEATS, "no analysis" if analysis is None else f"{len(analysis.beats)} beats")
    bars = _bars(analysis)
    if not bars:
        return tuple(Beat(beat, None) for beat in analysis.beats)
    bar, begins = bar_of(analysis), {*bars}
    places = [(number - bars[0]) % bar for number in range(bars[0])]
    for number in range(bars[0], len(analysis.beats)):
        places.append(0 if number in begins else places[-1] + 1)
    return tuple(Beat(beat, place) for beat, place in zip(analysis.beats, places, strict=True))


def bar_of(analysis: Analysis) -> int:
    """The beats in a bar: the metre, else the commonest number between two downbeats, else four."""
    bars = _bars(analysis)
    gaps = [behind - before for before, behind in pairwise(bars)]
    return analysis.metre or (multimode(gaps)[0] if gaps else BEATS_IN_A_BAR)


def _bars(analysis: Analysis) -> list[int]:
    """The numbers of the beats that begin a bar."""
    found = set()
    for downbeat in analysis.downbeats:
        number = bisect_left(analysis.beats, downbeat - SAME)
        if number < len(analysis.beats) and analysis.beats[number] <= downbeat + SAME:
            found.add(number)
    return sorted(found)


def grid_of(analysis: Analysis | None, effect: Effect, first: float, last: float) -> Grid:
    """The clicks of a file with the song from `first` to `last` seconds, under an effect.

    The count-in begins with a bar and has `effect.count_in` whole ones; where the music begins within a bar, the rest
    of that bar is counted too, so that accents go on. Raises `Failed` NO_BEATS.
    """
    beats = beats_of(analysis)
    assert analysis is not None
    scale = SAMPLE_RATE * 100 / effect.tempo
    inside = [beat for beat in beats if first - SAME / 2 <= beat.seconds < last - SAME / 2]
    count, lead = _counted(beats, inside, first, effect.count_in, bar_of(analysis))
    start = round(lead * scale)
    return Grid(
        lead=start,
        counted=tuple(Hit(start + round((beat.seconds - first) * scale), beat.place == 0) for beat in count),
        beats=tuple(Hit(max(start + round((beat.seconds - first) * scale), 0), beat.place == 0) for beat in inside),
    )


def _counted(
    beats: Sequence[Beat], inside: Sequence[Beat], first: float, bars: int, bar: int
) -> tuple[list[Beat], float]:
    """The beats before the first one of the music, in seconds of the song, and the seconds before `first`."""
    if not bars:
        return [], 0.0
    period = _period(beats, inside[0].seconds if inside else first)
    anchor = inside[0] if inside else Beat(first, None if beats[0].place is None else 0)
    if anchor.seconds - first > PICKUP_BARS * bar * period:
        anchor = Beat(first, None if anchor.place is None else 0)
    early = int((anchor.seconds - first) / period + 0.1)  # beats between the beginning and the first known one
    rest = 0 if anchor.place is None else (anchor.place - early) % bar
    count = [
        Beat(anchor.seconds - step * period, None if anchor.place is None else (anchor.place - step) % bar)
        for step in range(bars * bar + early + rest, 0, -1)
    ]
    return count, first - count[0].seconds


def _period(beats: Sequence[Beat], start: float) -> float:
    """Seconds of the song from beat to beat, around a time."""
    times = [beat.seconds for beat in beats]
    behind = [time for time in times if time >= start - SAME][: ALIKE + 1]
    near = behind if len(behind) > 1 else times[-ALIKE - 1 :]
    return median(later - earlier for earlier, later in pairwise(near))

"""Passages of a song that are practised by themselves: a loop, or a drill that becomes faster. Pure."""

from bisect import bisect_left
from typing import Annotated, Final, Literal

from pydantic import Field, model_validator

from jobs.failures import Reason, failed
from jobs.music.analysis import Analysis
from jobs.values import Amount, Value

#: Percent between two tempi of a drill.
STEP: Final = 5
#: The longest result, in seconds.
LONGEST: Final = 1800.0
SHORTEST: Final = 0.5
#: Seconds by which a passage may be beyond the end: people read lengths in whole seconds.
BEYOND: Final = 1.0


class Passage(Value):
    """A passage from `start` to `end`, in seconds of the song or in bars that are counted from 1, the last included.

    `times`: how often it is played, in a drill at each tempo. `slowest`: percent of the first tempo of a drill, which
    becomes faster up to the effect's own; None: a loop.
    """

    start: Amount
    end: Amount
    unit: Literal["seconds", "bars"] = "seconds"
    times: Annotated[int, Field(ge=1, le=32)] = 1
    slowest: Annotated[int, Field(ge=50, le=115)] | None = None

    @model_validator(mode="after")
    def _goes_forward(self) -> "Passage":
        first_bar = self.unit == "seconds" or (self.start >= 1 and self.start % 1 == self.end % 1 == 0)
        if not first_bar or self.end < self.start or (self.end == self.start and self.unit == "seconds"):
            raise ValueError(f"no passage: {self.start} to {self.end} {self.unit}")
        return self

    @property
    def label(self) -> str:
        """For file names, in English: `1m02s-1m18s`, `bars 5-8`; then how often."""
        if self.unit == "bars":
            where = f"bars {self.start:g}-{self.end:g}" if self.end > self.start else f"bar {self.start:g}"
        else:
            where = f"{_in_name(self.start)}-{_in_name(self.end)}"
        return f"{where} ×{self.times}" if self.times > 1 else where

    @property
    def clock(self) -> str:
        """Its times for people, `1:02` to `1:18`; bars in figures."""
        return "\N{EN DASH}".join(
            _clock(one) if self.unit == "seconds" else f"{one:g}" for one in (self.start, self.end)
        )

    def tempi(self, tempo: int) -> tuple[int, ...]:
        """The tempi at which it is played, in percent, the last one `tempo`."""
        if self.slowest is None or self.slowest >= tempo:
            return (tempo,)
        return (*range(self.slowest, tempo, STEP), tempo)

    def seconds(self, tempo: int) -> float:
        """About how long the result is, without count-ins; bars count as two seconds each."""
        once = self.end - self.start if self.unit == "seconds" else 2 * (self.end - self.start + 1)
        return sum(self.times * once * 100 / one for one in self.tempi(tempo))


def span_of(passage: Passage, analysis: Analysis | None, song: float, tempo: int = 100) -> tuple[float, float]:
    """Where a passage begins and ends in a song of `song` seconds.

    Times are moved to the nearest bar, where bars are known around them and the passage is as long as one; else to the
    nearest beat, likewise. Raises `Failed`:
    PASSAGE_BEYOND behind the song's end, BARS_BEYOND for bars that it lacks, NO_BEATS for bars of a song without any,
    PASSAGE_TOO_LONG.
    """
    if passage.unit == "bars":
        first, last = _of_bars(passage, analysis, song)
    else:
        first, last = _of_times(passage, analysis, song)
    whole = sum(passage.times * (last - first) * 100 / one for one in passage.tempi(tempo))
    if whole > LONGEST:
        raise failed(Reason.PASSAGE_TOO_LONG, f"{whole:.0f} s", limit_seconds=LONGEST, seconds=whole)
    return first, last


def _of_bars(passage: Passage, analysis: Analysis | None, song: float) -> tuple[float, float]:
    bars = analysis.downbeats if analysis else ()
    if not bars:
        raise failed(Reason.NO_BEATS, "no bars")
    if passage.end > len(bars):
        raise failed(Reason.BARS_BEYOND, f"{passage.end:g} of {len(bars)}", bars=len(bars))
    return bars[int(passage.start) - 1], bars[int(passage.end)] if passage.end < len(bars) else song


def _of_times(passage: Passage, analysis: Analysis | None, song: float) -> tuple[float, float]:
    if passage.start >= song - SHORTEST or passage.end > song + BEYOND:
        raise failed(Reason.PASSAGE_BEYOND, f"{passage.clock} of {song:.1f} s", seconds=song)
    start, end = passage.start, min(passage.end, song)
    bars, beats = (analysis.downbeats, analysis.beats) if analysis else ((), ())
    for marks in (bars, beats):
        usual = (marks[-1] - marks[0]) / (len(marks) - 1) if len(marks) > 1 else 0.0
        if usual and end - start >= 0.9 * usual:  # else a passage shorter than a bar would become one
            first, last = _nearest(marks, start), _nearest(marks, end)
            if abs(first - start) <= usual and abs(last - end) <= usual and last - first >= SHORTEST:
                return first, last
    return start, max(end, min(start + SHORTEST, song))


def _nearest(marks: tuple[float, ...], time: float) -> float:
    """The mark that is nearest to a time."""
    behind = bisect_left(marks, time)
    return min(marks[max(behind - 1, 0) : behind + 1], key=lambda mark: abs(mark - time))


def _clock(seconds: float) -> str:
    whole, rest = divmod(round(seconds * 10), 10)
    return f"{whole // 60}:{whole % 60:02}" + (f".{rest}" if rest else "")


def _in_name(seconds: float) -> str:
    """A time without a colon, which no file name has."""
    return f"{_clock(seconds).replace(':', 'm')}s"

"""A Reaper project: a track for each file, the song's tempo map, and markers. Pure.

A project is text in nested blocks. Reaper writes many more lines, and takes its defaults for those that are missing.
"""

from collections.abc import Sequence
from itertools import pairwise
from typing import Final, NamedTuple

from jobs.music.analysis import Analysis
from worker.charts.midi import TempoMap

BARS_APART: Final = 8  # bars from marker to marker
SQUARE: Final = 1  # the tempo stays until the next point
QUARTERS: Final = 4 << 16  # the lower half of a signature, as Reaper packs it
SOURCES: Final = {"wav": "WAVE", "flac": "FLAC"}


class Item(NamedTuple):
    """One sound: the name of its track, and of its file beside the project."""

    name: str
    file: str


def markers_of(analysis: Analysis | None, tempo: int) -> list[tuple[float, str]]:
    """`Bar 1`, `Bar 9`, … at seconds of a song at `tempo` percent."""
    bars = analysis.downbeats if analysis else ()
    return [(bars[number] * 100 / tempo, f"Bar {number + 1}") for number in range(0, len(bars), BARS_APART)]


def project(items: Sequence[Item], seconds: float, song: TempoMap, markers: Sequence[tuple[float, str]]) -> str:
    """The text of a project of items that all begin at 0 and last `seconds`."""
    points = _points(song)
    lines = ['<REAPER_PROJECT 0.1 "7.0" 0', "  SAMPLERATE 44100 1 0", "  TIMELOCKMODE 0"]
    lines += [f"  TEMPO {points[0][1]:.6f} {song.bars[0][1]} 4", "  <TEMPOENVEX", "    ACT 1 -1", "    VIS 1 0 1"]
    for time, bpm, beats in points:
        signature = f" {QUARTERS + beats}" if beats else ""
        lines.append(f"    PT {time:.9f} {bpm:.9f} {SQUARE}{signature}")
    lines.append("  >")
    lines += [f'  MARKER {number} {time:.9f} "{name}" 0' for number, (time, name) in enumerate(markers, 1)]
    for item in items:
        lines += [
            "  <TRACK",
            f'    NAME "{item.name}"',
            "    <ITEM",
            "      POSITION 0",
            f"      LENGTH {seconds:.9f}",
            f'      NAME "{item.name}"',
            f"      <SOURCE {SOURCES[item.file.rpartition('.')[2]]}",
            f'        FILE "{item.file}"',
            "      >",
            "    >",
            "  >",
        ]
    return "\n".join([*lines, ">"]) + "\n"


def _points(song: TempoMap) -> list[tuple[float, float, int]]:
    """Seconds, beats per minute, and the beats of a bar that begins there, 0 where they stay."""
    bars = dict(song.bars)
    points: list[tuple[float, float, int]] = []
    before: tuple[float, int] = (0.0, 0)
    for number, (start, end) in enumerate(pairwise(song.times)):
        bpm, beats = 60 / (end - start), bars.get(number, 0)
        changed = beats if beats != before[1] else 0
        if changed or abs(bpm - before[0]) > 1e-6:
            points.append((start, bpm, changed))
            before = (bpm, beats or before[1])
    return points

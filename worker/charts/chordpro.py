"""A chord chart in ChordPro (https://www.chordpro.org), as a grid: text that apps for musicians read and transpose."""

from typing import Final

from jobs.filenames import NAMELESS, one_line
from jobs.music.analysis import signature
from jobs.results import Tags
from worker.charts.chart import Bar, Chart

IN_A_LINE: Final = 4  # bars


def chordpro(chart: Chart, tags: Tags) -> str:
    """The text of a chart."""
    about = {
        "title": tags.title.strip() or NAMELESS,
        "artist": tags.artist,
        "key": ascii_name(chart.key),
        "tempo": f"{chart.bpm:.0f}" if chart.bpm else "",
        "time": signature(chart.metre),
    }
    head = [f"{{{name}: {value}}}" for name, text in about.items() if (value := _inert(text))]
    lines = [chart.bars[start : start + IN_A_LINE] for start in range(0, len(chart.bars), IN_A_LINE)]
    grid = [f"| {' | '.join(_bar(bar) for bar in line)} |" for line in lines]
    return "\n".join([*head, "", "{start_of_grid}", *grid, "{end_of_grid}"]) + "\n"


def ascii_name(chord: str) -> str:
    """A chord or key as ChordPro writes it: `C#m`, `Bb`."""
    return chord.replace("♯", "#").replace("♭", "b")


def _bar(bar: Bar) -> str:
    return " ".join("NC" if beat == "N.C." else ascii_name(beat) or "." for beat in bar.beats)


def _inert(text: str) -> str:
    """A title on one line that ends no directive."""
    return one_line(text).replace("{", "(").replace("}", ")")

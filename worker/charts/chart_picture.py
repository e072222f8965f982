"""A chord chart as a picture for a phone: four bars in a row, in the order of the song."""

from importlib.resources import files
from pathlib import Path
from typing import Final, NamedTuple

from jobs.filenames import NAMELESS, one_line
from jobs.results import Tags
from worker.charts.chart import Bar, Chart
from worker.charts.chordpro import ascii_name
from worker.rendering.drawing import GRID, INK, PAPER, drawable, shortened

WIDTH: Final = 1280  # pixels; a bubble on a phone is 330 dp wide, so 43 pixels are 11 dp
MARGIN: Final = 28
TITLE: Final = 50  # pixels of the letters
SMALL: Final = 44
CHORD: Final = 60
LEAST: Final = 30  # pixels of the letters of the longest bar
HEAD: Final = 190
ROW: Final = 104
FOOT: Final = 24
IN_A_ROW: Final = 4  # bars
MARK: Final = 110  # pixels on the right, for how often a row is played
MOST_ROWS: Final = 90  # chats refuse pictures of more than 10,000 pixels


class Row(NamedTuple):
    bars: tuple[Bar, ...]
    times: int


def draw_chart(chart: Chart, tags: Tags, path: Path) -> None:
    """Writes a PNG: title, key, tempo and metre, and the bars; a row that is played again at once is drawn once."""
    import ttf_opensans
    from PIL import Image, ImageDraw, ImageFont  # as in `drawing.py`

    rows = rows_of(chart)
    shown = rows[:MOST_ROWS]
    file = str(files(ttf_opensans) / "ttf" / "OpenSans-Regular.ttf")

    def font_of(size: int) -> ImageFont.FreeTypeFont:
        return ImageFont.truetype(file, size, layout_engine=ImageFont.Layout.BASIC)

    image = Image.new("RGB", (WIDTH, HEAD + ROW * len(shown) + FOOT), PAPER)
    pen = ImageDraw.Draw(image)
    title, small = font_of(TITLE), font_of(SMALL)
    name = one_line(" - ".join(part for part in (tags.artist, tags.title) if part.strip()))[:300] or NAMELESS
    pen.text((MARGIN, 56), shortened(drawable(name, title), title, WIDTH - 2 * MARGIN), INK, title, anchor="lm")
    about = f"{chart.about} · …" if len(rows) > len(shown) else chart.about
    pen.text((MARGIN, 132), ascii_name(about), INK, small, anchor="lm")
    cell = (WIDTH - 2 * MARGIN - MARK) / IN_A_ROW
    for number, row in enumerate(shown):
        top = HEAD + number * ROW
        for place, bar in enumerate(row.bars):
            left = MARGIN + place * cell
            pen.line((left, top + 14, left, top + ROW - 14), INK, 4)
            words = ascii_name("  ".join(bar.chords))  # the font has no signs for sharp and flat
            size = CHORD
            while size > LEAST and font_of(size).getlength(words) > cell - 30:
                size -= 6
            font = font_of(size)
            pen.text((left + 18, top + ROW / 2), shortened(words, font, cell - 24), INK, font, anchor="lm")
        end = MARGIN + len(row.bars) * cell
        pen.line((end, top + 14, end, top + ROW - 14), INK, 4)
        if row.times > 1:
            pen.text((WIDTH - MARGIN, top + ROW / 2), f"×{row.times}", INK, small, anchor="rm")
        pen.line((MARGIN, top + ROW, WIDTH - MARGIN, top + ROW), GRID, 2)
    image.save(path, "PNG", optimize=True)


def rows_of(chart: Chart) -> list[Row]:
    """The bars in rows; equal rows that follow each other are one, with how often it is played."""
    rows: list[Row] = []
    for start in range(0, len(chart.bars), IN_A_ROW):
        bars = chart.bars[start : start + IN_A_ROW]
        if rows and [bar.beats for bar in rows[-1].bars] == [bar.beats for bar in bars]:
            rows[-1] = rows[-1]._replace(times=rows[-1].times + 1)
        else:
            rows.append(Row(bars, 1))
    return rows

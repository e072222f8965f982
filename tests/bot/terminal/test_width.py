"""The bar on a real pseudo-terminal of a given width: the percentage and the estimate are whole, the title is cut."""

import fcntl
import os
import pty
import re
import struct
import subprocess
import sys
import termios

import pytest
from rich.cells import cell_len

from bot.terminal.fit import fit_line

#: Shows one view for half a second, on the terminal that standard error is.
SHOWN = """
import sys, time
from bot.terminal.show import Show
from jobs.progress import Progress, TrackStage
from tests.bot.terminal.test_show import at

title, fraction, place = sys.argv[1], float(sys.argv[2]), sys.argv[3]
progress = Progress(stage=TrackStage.SEPARATING, fraction=fraction, seconds_left=95, title=title)
with Show("en") as show:
    show.view("song.mp3", at(progress), place)
    time.sleep(0.5)
"""

LONG = "The Very Long Orchestra of the Southern Hemisphere - A Song About Everything That Ever Happened, Live"
WIDE = "とても長い曲名" * 20


def screen(columns: int, title: str, fraction: float, place: str) -> str:
    """The last line that a terminal of so many columns shows of a view."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    kept = {name: value for name, value in os.environ.items() if name not in ("COLUMNS", "LINES", "NO_COLOR")}
    with subprocess.Popen(
        [sys.executable, "-c", SHOWN, title, str(fraction), place],
        stderr=theirs, stdin=theirs, env=kept | {"TERM": "xterm-256color"},
    ) as process:  # fmt: skip
        os.close(theirs)
        written = b""
        while block := _read(ours):
            written += block
        assert process.wait(timeout=60) == 0, written.decode()
    os.close(ours)
    lines = [re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", line) for line in re.split(r"[\r\n]+", written.decode())]
    return [line for line in lines if line.strip()][-1]


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 1 << 16)
    except OSError:  # on Linux, once its other end is closed
        return b""


@pytest.mark.parametrize("title", [LONG, WIDE, "Short"])
@pytest.mark.parametrize(("columns", "bar"), [(60, 12), (80, 12), (120, 24)])
def test_percent_and_time_are_whole_at_every_width(columns: int, bar: int, title: str) -> None:
    line = screen(columns, title, 1.0, "12 of 12").rstrip()
    assert cell_len(line) <= columns
    assert line.startswith("12 of 12 · ")
    assert line.endswith(f"{'━' * bar} 100%  about 1 min 40 s left"), line
    assert ("…" in line) == (title != "Short")


def test_a_title_is_cut_before_the_stage() -> None:
    for width in range(80):
        assert cell_len(fit_line("1 of 2 · ", WIDE, ": Downloading", width)) <= width
    assert fit_line("", "Song", ": Downloading", 17) == "Song: Downloading"
    assert fit_line("", LONG, ": Downloading", 40) == "The Very Long Orchestra of…: Downloading"
    assert fit_line("", LONG, ": Downloading", 20) == "The Very Long Orche…"

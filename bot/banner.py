"""What a bot shows on a terminal at its start: its name, its link, and the link as a QR code."""

import os
import sys
from collections.abc import Sequence
from io import StringIO
from typing import Final

from jobs.settings import Settings

#: White blocks on black, whatever the terminal's own colours are: readers expect light around dark.
COLOURS: Final = ("\x1b[97;40m", "\x1b[0m")
INDENT: Final = "  "


def is_for_people(settings: Settings) -> bool:
    """Whether the log goes to a terminal, as text."""
    return settings.log_format == "text" and sys.stderr.isatty()


def show(name: str, link: str, lines: Sequence[str] = ()) -> None:
    """Print the banner of a bot, at once, beside the log. `lines`: sentences on what the link is for."""
    try:
        columns = os.get_terminal_size(sys.stderr.fileno()).columns
    except OSError:  # the terminal does not tell
        columns = 0
    sys.stderr.write(banner(name, link, lines, columns or 80))
    sys.stderr.flush()


def banner(name: str, link: str, lines: Sequence[str], columns: int) -> str:
    """The banner for a terminal of `columns` characters. A code that is wider than that is left out."""
    shown = ["", f"FL-BT · {name}", "", *lines, link, ""]
    code = qr_code(link)
    if len(code[0]) + len(INDENT) <= columns:
        shown += [*(f"{COLOURS[0]}{line}{COLOURS[1]}" for line in code), ""]
    return "".join(f"{INDENT if line else ''}{line}\n" for line in shown)


def qr_code(link: str) -> list[str]:
    """The lines of a QR code in half blocks, light modules drawn."""
    import segno  # late: only a bot on a terminal needs it

    drawn = StringIO()
    segno.make(link, error="l", micro=False).terminal(drawn, border=2, compact=True)
    return drawn.getvalue().splitlines()

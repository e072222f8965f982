"""Draws a chat as it looks on a phone: an SVG for dark and light pages."""

from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from textwrap import wrap
from xml.sax.saxutils import escape

WIDTH = 420  # pixels
LINE = 19
LETTER = 7.4  # pixels of a letter at 14 px, about
LONGEST = 44  # letters of a line
INSET = 12
GAP = 8

STYLE = """
text { font: 14px system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif; fill: #1c1e21 }
.page { fill: #dfe7ee } .bot { fill: #fff } .person { fill: #d9f5c8 } .button { fill: #0002 } .small { fill: #68747f }
.play { fill: #3390ec } .label { text-anchor: middle; font-size: 13px }
@media (prefers-color-scheme: dark) {
  text { fill: #e9edf0 } .page { fill: #0e1621 } .bot { fill: #182533 } .person { fill: #2b5278 }
  .button { fill: #ffffff1a } .small { fill: #8fa3b5 }
}
"""


@dataclass(frozen=True)
class Bubble:
    """One message. `bar`: between 0 and 1. `song`: title and performer of a file. `picture`: a PNG."""

    lines: tuple[str, ...] = ()
    is_person: bool = False
    buttons: tuple[tuple[str, ...], ...] = ()
    song: tuple[str, str] | None = None
    picture: bytes = b""


def draw(bubbles: Sequence[Bubble]) -> str:
    """The SVG of messages from top to bottom."""
    top, parts = float(GAP), []
    for bubble in bubbles:
        body, height = _drawn(bubble, top)
        parts += body
        top += height + GAP
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{top:.0f}" viewBox="0 0 {WIDTH} {top:.0f}">\n'
        f"<style>{STYLE}</style>\n"
        f'<rect class="page" width="{WIDTH}" height="{top:.0f}" rx="12"/>\n' + "\n".join(parts) + "\n</svg>\n"
    )


def _drawn(bubble: Bubble, top: float) -> tuple[list[str], float]:
    wide = WIDTH - 60.0
    width = wide if bubble.buttons or bubble.picture or bubble.song else _width(bubble.lines)
    left = WIDTH - width - INSET if bubble.is_person else INSET
    inside, y = [], top + GAP
    if bubble.picture:
        height = (width - 2) * _ratio(bubble.picture)
        data = b64encode(bubble.picture).decode()
        inside.append(
            f'<image x="{left + 1}" y="{top + 1}" width="{width - 2}" height="{height:.0f}" '
            f'href="data:image/png;base64,{data}"/>'
        )
        y = top + height
    if bubble.song:
        inside.append(f'<circle class="play" cx="{left + 28}" cy="{y + 20}" r="18"/>')
        inside.append(f'<path d="M{left + 23} {y + 11}v18l14-9z" fill="#fff"/>')
        inside += [_text(left + 56, y + 15, bubble.song[0]), _text(left + 56, y + 34, bubble.song[1], "small")]
        y += 42
    for number, line in enumerate(bubble.lines):
        for part in wrap(line, LONGEST):
            y += LINE
            inside.append(_text(left + INSET, y - 5, part, "small" if number and not bubble.is_person else ""))
    height = y + GAP - top
    shape = f'<rect class="{"person" if bubble.is_person else "bot"}" x="{left}" y="{top}" width="{width:.0f}" '
    parts = [f'{shape}height="{height:.0f}" rx="10"/>', *inside]
    for row in bubble.buttons:
        each = (width - GAP / 2 * (len(row) - 1)) / len(row)
        for number, label in enumerate(row):
            x = left + number * (each + GAP / 2)
            parts.append(
                f'<rect class="button" x="{x:.0f}" y="{top + height + 4:.0f}" width="{each:.0f}" height="30" rx="8"/>'
            )
            parts.append(_text(x + each / 2, top + height + 24, label, "label"))
        height += 34
    return parts, height


def _text(x: float, y: float, said: str, kind: str = "") -> str:
    return f'<text x="{x:.0f}" y="{y:.0f}"{f" class={kind!r}" if kind else ""}>{escape(said)}</text>'


def _width(lines: Sequence[str]) -> float:
    return min(max(len(line) for line in lines) * LETTER + 2 * INSET, WIDTH - 60.0)


def _ratio(png: bytes) -> float:
    """Height by width, from a PNG's header."""
    return int.from_bytes(png[20:24]) / int.from_bytes(png[16:20])

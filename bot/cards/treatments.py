"""A mix's levels and effect in a button's data: `~t80k-2c1i1p620-780x8lv-12d+3`, empty for none. Pure."""

import re
from typing import Final

from pydantic import ValidationError

from jobs.models import Effect, Mix, Stem
from jobs.music.effects import PLAIN, ClickUse
from jobs.music.passages import Passage
from jobs.music.stems import STEM_INFO

SHAPE: Final = (
    r"(?:~(?:t\d{2,3})?(?:k[+-]\d{1,2})?(?:c[12])?(?:i[12])?"
    r"(?:p\d{1,5}-\d{1,5}b?x\d{1,2}(?:d\d{2,3})?)?(?:l(?:[a-z][+-]\d{1,2})+)?)?"
)

_PARTS: Final = re.compile(r"~(?:t(\d+))?(?:k([+-]\d+))?(?:c([12]))?(?:i([12]))?(?:p([^l]+))?(?:l(.+))?")
#: Uses of a click, as a button has them.
CLICKS: Final[tuple[ClickUse | None, ...]] = (None, "mixed", "stage")

_PASSAGE: Final = re.compile(r"(\d+)-(\d+)(b?)x(\d+)(?:d(\d+))?")
_LEVEL: Final = re.compile(r"([a-z])([+-]\d+)")


def code(mix: Mix, effect: Effect) -> str:
    """The code of a treatment, levels to whole dB, times of a passage in tenths of a second."""
    tempo = f"t{effect.tempo}" if effect.tempo != PLAIN.tempo else ""
    key = f"k{effect.key:+d}" if effect.key else ""
    click = f"c{CLICKS.index(effect.click)}" if effect.click else ""
    count_in = f"i{effect.count_in}" if effect.count_in else ""
    passage = f"p{_passage_code(effect.passage)}" if effect.passage else ""
    levels = "".join(f"{STEM_INFO[stem].letter}{level:+.0f}" for stem, level in mix.level.items() if round(level))
    parts = tempo + key + click + count_in + passage + (f"l{levels}" if levels else "")
    return f"~{parts}" if parts else ""


def treated(stems: tuple[Stem, ...], text: str) -> tuple[Mix, Effect] | None:
    """The mix of `stems` with a treatment from a button's data; None for values that no button has."""
    found = _PARTS.fullmatch(text or "~")
    if found is None:
        return None
    tempo, key, click, count_in, passage, levels = found.groups()
    level = {letter: int(number) for letter, number in _LEVEL.findall(levels or "")}
    try:
        effect = Effect(
            tempo=int(tempo or PLAIN.tempo),
            key=int(key or 0),
            click=CLICKS[int(click or 0)],
            count_in=int(count_in or 0),
            passage=_read_passage(passage) if passage else None,
        )
        return Mix(stems=stems, levels=tuple(level.get(STEM_INFO[stem].letter, 0) for stem in stems)), effect
    except ValidationError:
        return None


def _passage_code(passage: Passage) -> str:
    """`620-780x8`, `5-8bx1d70`."""
    in_bars = passage.unit == "bars"
    start, end = (round(one * (1 if in_bars else 10)) for one in (passage.start, passage.end))
    slowest = f"d{passage.slowest}" if passage.slowest is not None else ""
    return f"{start}-{end}{'b' if in_bars else ''}x{passage.times}{slowest}"


def _read_passage(text: str) -> Passage | None:
    """The passage of a code. Raises `ValidationError`; None for what no button has."""
    found = _PASSAGE.fullmatch(text)
    if found is None:
        return None
    start, end, bars, times, slowest = found.groups()
    scale = 1 if bars else 10
    return Passage(
        start=int(start) / scale,
        end=int(end) / scale,
        unit="bars" if bars else "seconds",
        times=int(times),
        slowest=int(slowest) if slowest else None,
    )

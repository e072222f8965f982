"""A mix's levels and effect in a button's data: `~t80k-2c1i1lv-12d+3`, empty for none. Pure."""

import re
from typing import Final

from pydantic import ValidationError

from jobs.models import Effect, Mix, Stem
from jobs.music.effects import PLAIN, ClickUse
from jobs.music.stems import STEM_INFO

SHAPE: Final = r"(?:~(?:t\d{2,3})?(?:k[+-]\d{1,2})?(?:c[12])?(?:i[12])?(?:l(?:[a-z][+-]\d{1,2})+)?)?"

_PARTS: Final = re.compile(r"~(?:t(\d+))?(?:k([+-]\d+))?(?:c([12]))?(?:i([12]))?(?:l(.+))?")
#: Uses of a click, as a button has them.
CLICKS: Final[tuple[ClickUse | None, ...]] = (None, "mixed", "stage")

_LEVEL: Final = re.compile(r"([a-z])([+-]\d+)")


def code(mix: Mix, effect: Effect) -> str:
    """The code of a treatment, levels to whole dB."""
    tempo = f"t{effect.tempo}" if effect.tempo != PLAIN.tempo else ""
    key = f"k{effect.key:+d}" if effect.key else ""
    click = f"c{CLICKS.index(effect.click)}" if effect.click else ""
    count_in = f"i{effect.count_in}" if effect.count_in else ""
    levels = "".join(f"{STEM_INFO[stem].letter}{level:+.0f}" for stem, level in mix.level.items() if round(level))
    parts = tempo + key + click + count_in + (f"l{levels}" if levels else "")
    return f"~{parts}" if parts else ""


def treated(stems: tuple[Stem, ...], text: str) -> tuple[Mix, Effect] | None:
    """The mix of `stems` with a treatment from a button's data; None for values that no button has."""
    found = _PARTS.fullmatch(text or "~")
    if found is None:
        return None
    tempo, key, click, count_in, levels = found.groups()
    level = {letter: int(number) for letter, number in _LEVEL.findall(levels or "")}
    try:
        effect = Effect(
            tempo=int(tempo or PLAIN.tempo),
            key=int(key or 0),
            click=CLICKS[int(click or 0)],
            count_in=int(count_in or 0),
        )
        return Mix(stems=stems, levels=tuple(level.get(STEM_INFO[stem].letter, 0) for stem in stems)), effect
    except ValidationError:
        return None

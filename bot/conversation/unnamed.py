"""Names for files that come without one: voice messages, video messages, and others."""

import re
from datetime import datetime
from typing import Final, Literal

from bot.texts import Language, figures, say

LONGEST: Final = 40  # characters of a person's name

_UNFIT: Final = re.compile(r"[/\\.\s]+")  # a name with them would be read as a path or an extension


def unnamed(kind: Literal["voice", "video", "file"], person: str, when: datetime, language: Language) -> str:
    """`Voice message by Ana, 27 Nov 21:40`. `when` has a time zone."""
    called = _UNFIT.sub(" ", person).strip()[:LONGEST]
    return say(
        language, "unnamed-file", kind=kind, person=called or "?", when=_UNFIT.sub(" ", figures.moment(when, language))
    )

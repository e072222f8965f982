"""A passage in a text: `1:02-1:18 x8`, `bars 5 to 8`, `70-100%` for a drill. Pure."""

import re
from functools import cache
from typing import Final, NamedTuple

from pydantic import ValidationError

from bot.phrases.clicks import any_of
from bot.phrases.treatment import BeyondError
from bot.phrases.vocabulary import plain, vocabulary
from bot.texts import LANGUAGES, Language, negotiate
from jobs.models import Effect
from jobs.music.passages import Passage


class Found(NamedTuple):
    """A passage, the tempo of a drill's last round in percent (None: not said), and the text without both.
    `is_counted`: how often it is played is said.
    """

    passage: Passage
    tempo: int | None
    rest: str
    is_counted: bool = False


#: How often a loop is played, and percent of a drill's first tempo, where it is not said.
TIMES: Final = 8
SLOWEST: Final = 70
CLIMB: Final = 30  # percent from a drill's first tempo to its last, where that is slow


def read_passage(text: str, language: str, *, is_drill: bool = False) -> Found | None:
    """The passage that a text names; None without one. `is_drill`: it is to become faster, though it does not say so.

    Raises `BeyondError` for one that ends before it begins, or is played too often or too slowly.
    """
    first = negotiate(language)
    for one in (first, *(other for other in LANGUAGES if other != first)):
        if (found := _reader(one).read(plain(text), is_drill=is_drill)) is not None:
            return found
    return None


def with_passage(effect: Effect, found: Found) -> Effect:
    """An effect on a passage. A drill goes up to the effect's tempo, where it does not say its own.

    Raises `ValidationError` for a tempo that cannot be had.
    """
    passage, tempo = found.passage, effect.tempo if found.tempo is None else found.tempo
    if passage.slowest is not None and passage.slowest >= tempo:
        passage = passage.model_copy(update={"slowest": max(tempo - CLIMB, 50)})
    return Effect.model_validate({**dict(effect), "tempo": tempo, "passage": passage})


class _Reader:
    """Reads passages in one language."""

    def __init__(self, language: Language) -> None:
        table = vocabulary(language).treatment
        to = rf" ?(?:-|\N{{EN DASH}}|{any_of(table['to'])}) ?"
        clock = r"(?:(\d):)?(\d{1,3}):(\d{2})(?:[.,](\d))?"
        begin = rf"(?:\b(?:{any_of(table['from'])}) )?"
        self._times_of = re.compile(rf"{begin}(?<![\d:]){clock}{to}{clock}(?![\d:])")
        bar = any_of(table["bar"])
        self._bars = re.compile(rf"{begin}\b(?:{bar}) (\d{{1,4}})(?:{to}(\d{{1,4}}))?\b")
        often = any_of(table["often"])
        self._often = re.compile(rf"(?<!\w)[x\N{{MULTIPLICATION SIGN}}] ?(\d{{1,2}})\b|\b(\d{{1,2}}) ?(?:x|{often})\b")
        self._climb = re.compile(rf"(?<!\d)(\d{{2,3}}) ?%?{to}(\d{{2,3}}) ?%")
        self._drill = re.compile(rf"\b(?:{any_of(table['drill'])})\b")

    def read(self, text: str, *, is_drill: bool) -> Found | None:
        text = text.replace("\N{MINUS SIGN}", "-")
        if found := self._times_of.search(text):
            start, end, unit = _seconds(*found.groups()[:4]), _seconds(*found.groups()[4:]), "seconds"
        elif found := self._bars.search(text):
            start, end, unit = float(found[1]), float(found[2] or found[1]), "bars"
        else:
            return None
        text = _without(found)
        times = None
        if found := self._often.search(text):
            times, text = int(found[1] or found[2]), _without(found)
        tempo, slowest = None, SLOWEST
        if found := self._climb.search(text):
            slowest, tempo, is_drill, text = int(found[1]), int(found[2]), True, _without(found)
            if slowest >= tempo:
                raise BeyondError
        if found := self._drill.search(text):
            is_drill, text = True, _without(found)
        about = {"start": start, "end": end, "unit": unit, "times": times or (1 if is_drill else TIMES)}
        try:
            passage = Passage.model_validate({**about, "slowest": slowest if is_drill else None})
        except ValidationError:
            raise BeyondError from None
        return Found(passage, tempo, text.strip(" ,;:-"), times is not None)


def _seconds(hours: str | None, minutes: str, seconds: str, tenths: str | None) -> float:
    return int(hours or 0) * 3600 + int(minutes) * 60 + int(seconds) + int(tenths or 0) / 10


def _without(found: re.Match[str]) -> str:
    return f"{found.string[: found.start()]} , {found.string[found.end() :]}"


@cache
def _reader(language: Language) -> _Reader:
    return _Reader(language)

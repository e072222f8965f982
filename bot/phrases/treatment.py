"""Tempo, key, levels, click and count-in in a text: `no drums 80% -2 click`, `vocals -12`. Pure."""

import re
from dataclasses import dataclass
from functools import cache
from typing import Final

from pydantic import ValidationError

from bot.phrases.clicks import ClickReader, any_of, phrases_of
from bot.phrases.vocabulary import Kind, Vocabulary, vocabulary
from bot.phrases.wanted import Wanted
from bot.texts import Language
from jobs.models import Effect, Mix, Stem
from jobs.music.effects import ClickUse

#: dB of a stem that is to be heard above the others, and of the others; and of a guide.
LOUDER: Final = 6.0
BEHIND: Final = -9.0
GUIDE: Final = -12.0
#: Percent of a song that is to be slower, where no number is said.
SLOWER: Final = 80

_SIGN: Final = "[+-]"
_SIGNED: Final = rf"(?P<sign>{_SIGN}) ?(?P<number>\d{{1,2}}(?:[.,]\d)?)"


class BeyondError(ValueError):
    """A tempo, a key or a level that cannot be had."""


@dataclass(frozen=True)
class Treatment:
    """`rest`: the text without what is said of the treatment. `other_level`: of the stems without one, in dB.
    `count_in`: bars. `is_slower`: the tempo is not said in numbers."""

    rest: str
    tempo: int = 100  # percent
    key: int = 0  # semitones
    levels: tuple[tuple[Stem, float], ...] = ()
    other_level: float = 0.0
    click: ClickUse | None = None
    count_in: int = 0
    is_slower: bool = False

    @property
    def is_none(self) -> bool:
        return (self.tempo, self.key, self.levels, self.click, self.count_in) == (100, 0, (), None, 0)

    @property
    def is_talk(self) -> bool:
        """Whether people say it to each other, too: `drums louder` or `slower`, and nothing in numbers."""
        return self.is_slower or ((self.tempo, self.key) == (100, 0) and self.other_level != 0)

    def wanted(self, mix: Wanted) -> Wanted:
        """A mix with this treatment. Raises `BeyondError`."""
        try:
            effect = Effect(tempo=self.tempo, key=self.key, click=self.click, count_in=self.count_in)
            for stem, level in self.levels:
                Mix(stems=(stem,), levels=(level,))
        except ValidationError:
            raise BeyondError from None
        return mix.model_copy(update={"effect": effect, "levels": self.levels, "other_level": self.other_level})


class TreatmentReader:
    """Reads treatments in one language."""

    def __init__(self, words_of: Vocabulary) -> None:
        table = words_of.treatment
        at, speed = any_of(table["at"]), any_of(table["speed"])
        self._tempo = re.compile(rf"(?:\b(?:{at}) )?(?<!\d)(\d{{2,3}}) ?(?:%(?: ?(?:{speed})\b)?|(?:{speed})\b)")
        self._slower = re.compile(rf"\b(?:{any_of(table['slower'])})\b")
        key, semitone = any_of(table["key"]), any_of(table["semitone"])
        self._signed_key = re.compile(rf"(?:\b(?:{key}) )?(?<![\w.]){_SIGNED}(?! ?(?:db|%|\d))(?: ?(?:{semitone})\b)?")
        self._numbers = {word: int(number) for number, words in table["numbers"].items() for word in words}
        number = rf"(?P<number>\d{{1,2}}|{any_of(self._numbers)})"
        unit = rf"(?:(?P<semitone>{semitone})|(?P<tone>{any_of(table['tone'])}))"
        up_down = rf"(?:(?P<up>{any_of(table['up'])})|(?P<down>{any_of(table['down'])}))"
        self._worded_keys = [
            re.compile(rf"\b(?:{number} )?{unit} {up_down}\b"),
            re.compile(rf"\b{up_down} {number} {unit}\b"),
        ]
        self._stems = {
            " ".join(phrase): term.stems[0]
            for phrase, terms in words_of.terms.items()
            for term in terms
            if term.kind is Kind.STEM and len(term.stems) == 1 and not term.part
        }
        stem = rf"(?P<stem>{any_of(self._stems)})"
        article = any_of(phrases_of(words_of, Kind.ARTICLE))
        self._level = re.compile(rf"\b(?:(?:{article}) )?{stem} ?:? ?{_SIGNED}(?: ?db\b)?(?! ?(?:%|\d))")
        self._louder = re.compile(rf"\b(?:(?:{article}) )?{stem} (?:{any_of(table['louder'])})\b")
        self._guide = re.compile(
            rf"\b(?:{any_of(table['guide'])}) {stem}\b|\b{stem.replace('stem', 'other')} (?:{any_of(table['guide'])})\b"
        )
        self._leaves_out = re.compile(rf"(?:{any_of(phrases_of(words_of, Kind.WITHOUT, Kind.ONLY))})\s*$")

        self._clicks = ClickReader(words_of, self._numbers)

    def read(self, written: str) -> Treatment:
        """The treatment in a plain text (see `plain`)."""
        rest = written.replace("\N{MINUS SIGN}", "-").replace("\N{EN DASH}", "-")
        rest, click, count_in = self._clicks.read(rest)
        rest, levels, other_level = self._levels(rest)
        rest, tempo = self._tempo_of(rest)
        slower = self._slower.search(rest)
        if slower is not None:
            rest = _without(slower)
        rest, key = self._key_of(rest)
        said = tempo if tempo is not None else SLOWER if slower else 100
        is_slower = slower is not None and tempo is None
        return Treatment(rest, said, key, tuple(levels.items()), other_level, click, count_in, is_slower)

    def _levels(self, text: str) -> tuple[str, dict[Stem, float], float]:
        levels: dict[Stem, float] = {}
        other = 0.0

        def take_level(found: re.Match[str]) -> str:
            before = text[: found.start()]
            if self._leaves_out.search(before):  # `no drums -2`: the key
                return found[0]
            levels[self._stems[found["stem"]]] = _number(found)
            return ","

        text = self._level.sub(take_level, text)
        for found in self._guide.finditer(text):
            levels[self._stems[found["stem"] or found["other"]]] = GUIDE
        text = self._guide.sub(",", text)
        if louder := [self._stems[found["stem"]] for found in self._louder.finditer(text)]:
            levels |= dict.fromkeys(louder, LOUDER)
            other = BEHIND
            text = self._louder.sub(",", text)
        return text, levels, other

    def _tempo_of(self, text: str) -> tuple[str, int | None]:
        found = self._tempo.search(text)
        return (text, None) if found is None else (_without(found), int(found[1]))

    def _key_of(self, text: str) -> tuple[str, int]:
        for pattern in self._worded_keys:
            if found := pattern.search(text):
                said = found["number"] or "1"
                number = int(said) if said.isdigit() else self._numbers[said]
                return _without(found), number * (2 if found["tone"] else 1) * (-1 if found["down"] else 1)
        if (found := self._signed_key.search(text)) and "." not in found["number"] and "," not in found["number"]:
            return _without(found), round(_number(found))
        return text, 0


def _number(found: re.Match[str]) -> float:
    return float(found["number"].replace(",", ".")) * (-1 if found["sign"] == "-" else 1)


def _without(found: re.Match[str]) -> str:
    return f"{found.string[: found.start()]} , {found.string[found.end() :]}"


@cache
def treatment_reader(language: Language) -> TreatmentReader:
    return TreatmentReader(vocabulary(language))

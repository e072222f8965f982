"""The words for mixes, by language: one TOML file for each, beside this module.

Each key has a list of words and phrases, or a table of such lists by stem:

- `without`, `except`, `only`, `with`: what becomes of the stems on the right. `except` needs a whole on its left, so
  that `menos bateria` (a little less) is no mix.
- `out`: removes the stems on its left: `drums off`. `needs_out`: verbs that say nothing without it: `take … out`.
- `all`, `song`: everything. `backing`: everything but what the phrase leaves out, and the vocals if it leaves out
  nothing. `minus_one`: the same, and `without` in front of a stem.
- `asking`: makes a request of the phrase. `after_asking`: only behind such words. `around`: says nothing about stems.
- `article`, `one`: a stem behind `one` is an instrument (`I need a bass`), so the phrase is no mix. `and`, `but`.
- `never`: phrases that are no mix although their words are.
- `false_friends`: words of this language that mean a mix in another one: `no piano`, on the piano.
- `written`: abbreviations with punctuation.
- `stems`: names of stems. `weak`: those of them that alone are no request. `marked`: names only behind `without` or
  `only`: `no singer`. `whole`: names of mixes of one stem. `less`: `drumless`. `groups`: names of several stems.
- `treatment`: `numbers` (words by their number), `semitone` and `tone` behind them, `up` and `down` around them;
  `at` and `speed` around a percentage, `key` in front of a sign; `louder` behind a stem, `guide` beside one; `click`,
  `stage` (the click on the left, the music on the right), `count_in` with `bar` and `of`; of a
  passage `to` between its ends, `often` behind a number, and `drill`.
- `parts`: instruments without a stem of their own, by the stem that contains them: the name of a text, and words.
"""

import re
import tomllib
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, auto
from functools import cache
from importlib.resources import files
from typing import Any, Final

from bot.texts import LANGUAGES, Language
from jobs.music.stems import Stem


class Kind(Enum):
    """The role of a word or phrase."""

    ALL = auto()
    SONG = auto()
    BACKING = auto()
    MINUS_ONE = auto()
    WITHOUT = auto()
    EXCEPT = auto()
    OUT = auto()
    NEEDS_OUT = auto()
    ONLY = auto()
    WITH = auto()
    AND = auto()
    BUT = auto()
    ARTICLE = auto()
    ONE = auto()
    ASKING = auto()
    AFTER_ASKING = auto()
    AROUND = auto()
    NEVER = auto()
    STEM = auto()
    WEAK = auto()
    MARKED = auto()
    WHOLE = auto()
    LESS = auto()
    COMMA = auto()


_TABLES: Final = {"stems": Kind.STEM, "whole": Kind.WHOLE, "less": Kind.LESS, "marked": Kind.MARKED}
_LISTS: Final = {kind.name.lower(): kind for kind in Kind if kind not in (*_TABLES.values(), Kind.WEAK, Kind.COMMA)}


@dataclass(frozen=True)
class Term:
    """One meaning of a word or phrase. `part`: the name of an instrument in the stem, see `Part`."""

    kind: Kind
    stems: tuple[Stem, ...] = ()
    part: str = ""


@dataclass(frozen=True)
class Vocabulary:
    """Phrases of one language → their meanings, of which the grammar takes the one that fits.

    `native`: its words without those that it takes from other languages. `false_friends`: words that mean something
    else in another language's phrases.
    """

    terms: dict[tuple[str, ...], tuple[Term, ...]]
    written: dict[str, str]
    native: frozenset[str]
    false_friends: frozenset[str]
    treatment: Mapping[str, Any]

    @property
    def longest(self) -> int:
        """Words of the longest phrase."""
        return max(map(len, self.terms))

    @property
    def words(self) -> frozenset[str]:
        return frozenset(word for phrase in self.terms for word in phrase)


def plain(text: str) -> str:
    """In lower case, without accents and apostrophes."""
    letters = unicodedata.normalize("NFKD", text.casefold())
    return re.sub("['’`´]", "", "".join(char for char in letters if not unicodedata.combining(char)))


@cache
def vocabulary(language: Language) -> Vocabulary:
    """The words of a language. The names of stems in the other languages are understood, too, but in English: `no` is
    also Portuguese, and `no baixo` does not mean `no bass`.
    """
    data = _file(language)
    terms: dict[tuple[str, ...], dict[Kind, Term]] = {}
    for key, kind in _LISTS.items():
        _add(terms, data[key], Term(kind))
    for stem_of, stems in data["groups"].items():
        _add(terms, [stem_of], Term(Kind.STEM, tuple(Stem(stem) for stem in stems)))
    _add_stems(terms, data)
    native = frozenset(phrase[0] for phrase in terms if len(phrase) == 1)
    if language != "en":
        for other in LANGUAGES:
            _add_stems(terms, _file(other))
    return Vocabulary(
        {phrase: tuple(kinds.values()) for phrase, kinds in terms.items()},
        data["written"],
        native,
        frozenset(data["false_friends"]),
        data["treatment"],
    )


def _add_stems(terms: dict[tuple[str, ...], dict[Kind, Term]], data: dict[str, Any]) -> None:
    for stem, names in data["weak"].items():
        _add(terms, names, Term(Kind.WEAK, (Stem(stem),)))
    for key, kind in _TABLES.items():
        for stem, names in data[key].items():
            _add(terms, [name for name in names if name not in data["weak"].get(stem, ())], Term(kind, (Stem(stem),)))
    for stem, parts in data["parts"].items():
        for part, names in parts.items():
            _add(terms, names, Term(Kind.STEM, (Stem(stem),), part))


def _add(terms: dict[tuple[str, ...], dict[Kind, Term]], phrases: list[str], term: Term) -> None:
    for phrase in phrases:
        terms.setdefault(tuple(phrase.split()), {}).setdefault(term.kind, term)


@cache
def _file(language: Language) -> dict[str, Any]:
    return tomllib.loads(files(__package__).joinpath(f"{language}.toml").read_text(encoding="utf-8"))

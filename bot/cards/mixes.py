"""Mixes: parsed from words (`no drums`, `vocals bass`, `sem bateria`), encoded as letters for buttons, and named."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from typing import Final

from bot.cards.models import stem_word
from bot.texts import say
from jobs.models import Stem, Value
from jobs.music.separation_models import MODELS
from jobs.music.stems import STEM_INFO

_STEM_OF: Final = {word: stem for stem, info in STEM_INFO.items() for word in info.words.split()}
_WITHOUT: Final = frozenset(["no", "without", "minus", "sem", "menos", "karaoke"])
_FILLERS: Final = frozenset(
    [
        *("the", "a", "an", "and", "only", "just", "plus", "with", "mix", "me"),
        *("o", "os", "as", "e", "so", "apenas", "com", "mais"),
    ]
)


class Wanted(Value):
    """A parsed mix: of `stems`, or, if `without`, of all the other stems."""

    stems: tuple[Stem, ...]
    without: bool = False


def read_words(text: str) -> Wanted | None:
    """The mix that a text names; None if the text has other words, or names no stem."""
    plain = "".join(char for char in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(char))
    words = re.findall(r"-(?=\w)|\w+", plain)
    without = any(word in _WITHOUT or word == "-" for word in words)
    stems: list[Stem] = [Stem.VOCALS] if "karaoke" in words else []
    for word in words:
        if word in _STEM_OF:
            stems.append(_STEM_OF[word])
        elif word not in _WITHOUT and word not in _FILLERS and word != "-":
            return None
    return Wanted(stems=tuple(dict.fromkeys(stems)), without=without) if stems else None


def mix_of(wanted: Wanted, model: str) -> tuple[Stem, ...] | None:
    """The mix in stems of a model; None if the model lacks a named stem.

    Empty if no stem remains. For a model without accompaniment, this means all stems but the vocals.
    """
    named, stems = set(wanted.stems), MODELS[model].stems
    if Stem.ACCOMPANIMENT in named and Stem.ACCOMPANIMENT not in stems:
        named = named - {Stem.ACCOMPANIMENT} | (set(stems) - {Stem.VOCALS})
    if not named <= set(stems):
        return None
    return tuple(stem for stem in stems if (stem in named) is not wanted.without)


def is_whole(mix: Iterable[Stem], model: str) -> bool:
    """Whether a mix has every stem of a model: the song itself."""
    return set(mix) == set(MODELS[model].stems)


def letters(mix: Iterable[Stem]) -> str:
    return "".join(STEM_INFO[stem].letter for stem in mix)


def from_letters(text: str, model: str) -> tuple[Stem, ...]:
    """The stems of these letters, in the order of the model; letters of stems that the model lacks are ignored."""
    return tuple(stem for stem in MODELS[model].stems if STEM_INFO[stem].letter in text)


def mix_words(mix: Sequence[Stem], model: str, language: str) -> str:
    """A mix's name on a card: `no drums`, else `vocals + bass`."""
    missing = [stem for stem in MODELS[model].stems if stem not in mix]
    if len(missing) == 1 and missing != [Stem.ACCOMPANIMENT]:
        return say(language, "mix-without", stem=stem_word(missing[0], language))
    return " + ".join(stem_word(stem, language) for stem in mix)

"""Mixes as people ask for them: `no drums`, `vocals bass`, `sem bateria`; as buttons carry them; and what to say."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from typing import Final

from bot.cards.models import stem_word
from bot.texts import say
from jobs.models import Stem, Value
from jobs.separation_models import MODELS
from jobs.stems import STEM_INFO

_STEM_OF: Final = {word: stem for stem, info in STEM_INFO.items() for word in info.words.split()}
_WITHOUT: Final = frozenset(["no", "without", "minus", "sem", "menos", "karaoke"])
_FILLERS: Final = frozenset(
    [
        *("the", "a", "an", "and", "only", "just", "plus", "with", "mix", "me"),
        *("o", "os", "as", "e", "so", "apenas", "com", "mais"),
    ]
)


class Wanted(Value):
    """What a person asked for: a mix of `stems`, or of all the others where it is to be `without` them."""

    stems: tuple[Stem, ...]
    without: bool = False


def read_words(text: str) -> Wanted | None:
    """The mix that somebody's words ask for; None when there are others among them, or none at all."""
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
    """The mix, of the stems that a model gives; None when one of those named is not among them.

    Empty when nothing would be left. The band is whatever is not sung.
    """
    named, stems = set(wanted.stems), MODELS[model].stems
    if Stem.ACCOMPANIMENT in named and Stem.ACCOMPANIMENT not in stems:
        named = named - {Stem.ACCOMPANIMENT} | (set(stems) - {Stem.VOCALS})
    if not named <= set(stems):
        return None
    return tuple(stem for stem in stems if (stem in named) is not wanted.without)


def is_whole(mix: Iterable[Stem], model: str) -> bool:
    """Whether a mix has everything in it: the song itself."""
    return set(mix) == set(MODELS[model].stems)


def letters(mix: Iterable[Stem]) -> str:
    return "".join(STEM_INFO[stem].letter for stem in mix)


def from_letters(text: str, model: str) -> tuple[Stem, ...]:
    """The stems that letters stand for, in the order of the model; without those that it does not give."""
    return tuple(stem for stem in MODELS[model].stems if STEM_INFO[stem].letter in text)


def mix_words(mix: Sequence[Stem], model: str, language: str) -> str:
    """What a mix is called on a card: `no drums`, else `vocals + bass`."""
    missing = [stem for stem in MODELS[model].stems if stem not in mix]
    if len(missing) == 1 and missing != [Stem.ACCOMPANIMENT]:
        return say(language, "mix-without", stem=stem_word(missing[0], language))
    return " + ".join(stem_word(stem, language) for stem in mix)

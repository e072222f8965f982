"""Mixes as people ask for them: `no drums`, `vocals bass`, `sem bateria`; as buttons carry them; and what to say."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from typing import Final

from bot.texts import say
from jobs.models import STEMS, Stem, StemCount, Value

#: One letter for each stem: all that a button has room for.
LETTERS: Final = {
    Stem.VOCALS: "v",
    Stem.ACCOMPANIMENT: "a",
    Stem.DRUMS: "d",
    Stem.BASS: "b",
    Stem.PIANO: "p",
    Stem.OTHER: "o",
}

#: What people call the stems, in both languages, without accents: whoever is in a group, either may be spoken there.
_NAMES: Final = {
    Stem.VOCALS: "vocals vocal voice voices singing singer voz vozes vocais canto acapella",
    Stem.ACCOMPANIMENT: "accompaniment band instrumental instruments acompanhamento banda instrumentos playback",
    Stem.DRUMS: "drums drum drummer percussion bateria baterias batera percussao",
    Stem.BASS: "bass baixo contrabaixo",
    Stem.PIANO: "piano keys keyboard teclado teclados",
    Stem.OTHER: "other others rest resto outro outros",
}
_STEM_OF: Final = {name: stem for stem, names in _NAMES.items() for name in names.split()}
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


def mix_of(wanted: Wanted, count: StemCount) -> tuple[Stem, ...] | None:
    """The mix, of the stems that a separation into `count` gives; None when one of those named is not among them.

    Empty when nothing would be left. The band is whatever is not sung.
    """
    named = set(wanted.stems)
    if count != 2 and Stem.ACCOMPANIMENT in named:
        named = named - {Stem.ACCOMPANIMENT} | (set(STEMS[count]) - {Stem.VOCALS})
    if not named <= set(STEMS[count]):
        return None
    return tuple(stem for stem in STEMS[count] if (stem in named) is not wanted.without)


def is_whole(mix: Iterable[Stem], count: StemCount) -> bool:
    """Whether a mix has everything in it: the song itself."""
    return set(mix) == set(STEMS[count])


def letters(mix: Iterable[Stem]) -> str:
    return "".join(LETTERS[stem] for stem in mix)


def from_letters(text: str, count: StemCount) -> tuple[Stem, ...]:
    """The stems that letters stand for, in the order of the separation; without those that it does not give."""
    return tuple(stem for stem in STEMS[count] if LETTERS[stem] in text)


def mix_words(mix: Sequence[Stem], count: StemCount, language: str) -> str:
    """What a mix is called on a card: `no drums`, else `vocals + bass`."""
    missing = [stem for stem in STEMS[count] if stem not in mix]
    if len(missing) == 1 and missing != [Stem.ACCOMPANIMENT]:
        return say(language, "mix-without", stem=stem_word(missing[0], language))
    return " + ".join(stem_word(stem, language) for stem in mix)


def stem_word(stem: Stem, language: str) -> str:
    return say(language, f"stem-{stem}")

"""Mixes: encoded as letters for buttons, and named. `bot.phrases` reads them from words."""

from collections.abc import Iterable, Sequence

from bot.cards.models import stem_word
from bot.texts import say
from jobs.models import Stem
from jobs.music.separation_models import MODELS
from jobs.music.stems import STEM_INFO


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

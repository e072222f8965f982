"""Mixes: encoded as letters for buttons, and named. `bot.phrases` reads them from words."""

from collections.abc import Iterable, Sequence

from bot.cards.models import stem_word
from bot.texts import say
from jobs.models import Effect, Mix, Order, Stem
from jobs.music.separation_models import MODELS
from jobs.music.stems import STEM_INFO
from jobs.renditions import PLAIN, signed


def is_whole(mix: Iterable[Stem], model: str) -> bool:
    """Whether a mix has every stem of a model: the song itself."""
    return set(mix) == set(MODELS[model].stems)


def letters(mix: Iterable[Stem]) -> str:
    return "".join(STEM_INFO[stem].letter for stem in mix)


def from_letters(text: str, model: str) -> tuple[Stem, ...]:
    """The stems of these letters, in the order of the model; letters of stems that the model lacks are ignored."""
    return tuple(stem for stem in MODELS[model].stems if STEM_INFO[stem].letter in text)


def mix_words(
    mix: Sequence[Stem], model: str, language: str, levels: Sequence[float] = (), effect: Effect = PLAIN
) -> str:
    """A mix's name on a card: `no drums`, else `vocals + bass`; then its levels and its effect: `no drums, 80 %`.

    The whole song has no name besides them.
    """
    level = dict(zip(mix, levels, strict=True)) if levels else {}
    moved = [f"{stem_word(stem, language)} {signed(level[stem])} dB" for stem in mix if level.get(stem)]
    said = [*moved, *([effect.label] if effect.label else [])]
    return ", ".join(said if said and is_whole(mix, model) else [_heard(mix, model, language), *said])


def order_words(order: Order, language: str) -> str:
    """The name of an order's mix or effect; empty for the stems as they are."""
    if isinstance(order.content, Mix):
        return mix_words(order.mix, order.model.name, language, order.content.levels, order.effect)
    return order.effect.label


def _heard(mix: Sequence[Stem], model: str, language: str) -> str:
    missing = [stem for stem in MODELS[model].stems if stem not in mix]
    if len(missing) == 1 and missing != [Stem.ACCOMPANIMENT]:
        return say(language, "mix-without", stem=stem_word(missing[0], language))
    return " + ".join(stem_word(stem, language) for stem in mix)

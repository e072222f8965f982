"""Mixes: encoded as letters for buttons, and named. `bot.phrases` reads them from words."""

from collections.abc import Iterable, Sequence
from typing import Final

from bot.cards.models import stem_word
from bot.texts import say
from jobs.models import Chart, Click, Deck, Effect, Format, Mix, Notes, Order, Package, Player, Session, Stem, Stems
from jobs.music.effects import PLAIN, signed
from jobs.music.passages import Passage
from jobs.music.separation_models import MODELS
from jobs.music.stems import STEM_INFO

_NAMES: Final = {
    "click": "content-click",
    "chart": "content-chart",
    "notes": "content-notes",
    "session": "content-session",
    "deck": "content-deck",
    "player": "content-player",
}


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
    said = [*moved, *effect_words(effect, language)]
    return ", ".join(said if said and is_whole(mix, model) else [_heard(mix, model, language), *said])


def effect_words(effect: Effect, language: str) -> list[str]:
    """The parts of an effect's name on a card: `80 %`, `+2`, `click`, `count-in 1`."""
    said = [effect.tempo_label, signed(effect.key)]
    if effect.click:
        said.append(say(language, "effect-click", use=effect.click))
    if effect.count_in:
        said.append(say(language, "effect-count-in", bars=effect.count_in))
    if effect.passage:
        said.append(passage_words(effect.passage, language))
    return [part for part in said if part]


def passage_words(passage: Passage, language: str) -> str:
    """A passage and how often it is played; times or bars, in figures."""
    where = passage.clock
    if passage.unit == "bars":
        where = say(language, "effect-bars", bars=where)
    return f"{where} \N{MULTIPLICATION SIGN}{passage.times}" if passage.times > 1 else where


def order_words(order: Order, language: str) -> str:
    """The name of an order's mix, page or effect; empty for the stems as they are."""
    match order.content:
        case Mix(levels=levels):
            return mix_words(order.mix, order.model.name, language, levels, order.effect)
        case Click() | Chart() | Notes() | Session() | Deck() | Player() as content:
            return ", ".join([say(language, _NAMES[content.kind]), *effect_words(order.effect, language)])
        case Stems():
            return ", ".join(effect_words(order.effect, language))


def form_words(order: Order, language: str) -> list[str]:
    """The form of files, where it is not the usual one: `FLAC`, `zip`; [] for contents that have one form only."""
    if not isinstance(order.content, Stems | Mix | Click | Deck):
        return []
    said = [order.format.label] if order.format is not Format.MP3 else []
    return [*said, say(language, "form-zip")] if order.is_stems and order.package is Package.ZIP else said


def _heard(mix: Sequence[Stem], model: str, language: str) -> str:
    missing = [stem for stem in MODELS[model].stems if stem not in mix]
    if len(missing) == 1 and missing != [Stem.ACCOMPANIMENT]:
        return say(language, "mix-without", stem=stem_word(missing[0], language))
    return " + ".join(stem_word(stem, language) for stem in mix)

"""What is to be made of each song, from the options that were typed. Pure; errors are sentences for a person."""

from collections.abc import Sequence

from pydantic import ValidationError

from bot import texts
from bot.cards.mixes import is_whole, mix_words
from bot.cards.models import stem_words
from bot.phrases.passages import read_passage, with_passage
from bot.phrases.read import Certainty, read_words
from bot.phrases.treatment import BeyondError
from bot.phrases.wanted import mix_of
from bot.terminal.options import Options
from jobs.models import Content, Effect, Mix, Model, Package, Player, Stem, Stems
from jobs.music.effects import PLAIN, ClickUse
from jobs.music.separation_models import DEFAULT_MODEL, MODELS


class OptionError(ValueError):
    """Options that do not go together. The message is a sentence for a person."""


def choose(
    model: Model | None, mix: str, only: Sequence[Stem], language: str, *, player: bool = False
) -> tuple[Model, Content, Effect]:
    """The model, the content and the effect for a mix in words, for single stems, or for a page that plays all.

    `model`: the one that was asked for; None: the default one, or the smallest that has the stems. Raises
    `OptionError`.
    """
    if player and mix:
        raise OptionError(texts.say(language, "terminal-player-alone"))
    if mix and only:
        raise OptionError(texts.say(language, "terminal-only-mix"))
    names = [model.name] if model else sorted(MODELS, key=lambda name: (name != DEFAULT_MODEL, len(MODELS[name].stems)))
    if only:
        found = next((name for name in names if set(only) <= set(MODELS[name].stems)), None)
        if found is None:
            raise OptionError(_lacking(names[-1], language))
        return _named(model, found), Stems(), PLAIN
    if not mix:
        return _named(model, names[0]), Player() if player else Stems(), PLAIN
    try:
        reading = read_words(mix, language)
    except BeyondError:
        raise OptionError(texts.say(language, "terminal-mix-beyond")) from None
    if reading is None:
        known = stem_words(dict.fromkeys(stem for info in MODELS.values() for stem in info.stems), language)
        raise OptionError(texts.say(language, "terminal-mix-unknown", words=mix, stems=known))
    mixes = {name: made for name in names if (made := mix_of(reading.wanted, name)) is not None}
    if not mixes:
        raise OptionError(_lacking(names[0], language))
    name, stems = next(iter(mixes.items()))
    if not stems:
        raise OptionError(texts.say(language, "terminal-mix-nothing"))
    wanted = reading.wanted
    if is_whole(stems, name) and not wanted.is_treated:
        raise OptionError(texts.say(language, "terminal-mix-whole"))
    meant = mix_words(stems, name, language, wanted.mix(stems).levels, wanted.effect)
    if wanted.parts:
        parts = ", ".join(texts.say(language, f"part-{part.name}") for part in wanted.parts)
        inside = stem_words(dict.fromkeys(part.stem for part in wanted.parts), language)
        raise OptionError(texts.say(language, "terminal-mix-part", part=parts, stem=inside, mix=meant))
    if reading.certainty is Certainty.MISSPELT:
        raise OptionError(texts.say(language, "terminal-mix-meant", mix=meant))
    return _named(model, name), wanted.mix(stems), wanted.effect


def treat(
    effect: Effect, tempo: int | None, key: int | None, click: ClickUse | None = None, count_in: int | None = None
) -> Effect:
    """The effect of a mix in words with that of the options, which win."""
    return Effect(
        tempo=effect.tempo if tempo is None else tempo,
        key=effect.key if key is None else key,
        click=click or effect.click,
        count_in=effect.count_in if count_in is None else count_in,
    )


def whole_song(content: Content, model: Model) -> Content:
    """What a click or a loop is made of: the mix, or the whole song in place of its stems."""
    return Mix(stems=model.stems) if isinstance(content, Stems) else content


def looped(effect: Effect, words: str, language: str) -> Effect:
    """An effect on the passage of `--loop`, if there is one, with the tempo, key, click and count-in of its words.

    Raises `OptionError`.
    """
    if not words:
        return effect
    try:
        found = read_passage(words, language)
        reading = read_words(found.rest, language) if found and found.rest else None
        is_more = reading is not None and (reading.wanted.steps or reading.wanted.levels)
        if found is None or is_more or (found.rest and reading is None):
            raise OptionError(texts.say(language, "terminal-loop-unknown", words=words))
        said = reading.wanted.effect if reading else PLAIN
        more = {name: value for name, value in dict(said).items() if value != getattr(PLAIN, name)}
        return with_passage(effect.model_copy(update=more), found)
    except (BeyondError, ValidationError):
        raise OptionError(texts.say(language, "terminal-loop-beyond")) from None


def check(options: Options, has_bitrate: bool, language: str) -> None:
    """Raise `OptionError` for options that contradict each other."""
    order, template = options.order, options.template
    is_page = isinstance(order.content, Player)
    is_clicked = order.effect.model_copy(update={"tempo": 100, "key": 0}) != PLAIN
    if is_page and (options.only or order.package is Package.ZIP or is_clicked):
        raise OptionError(texts.say(language, "terminal-player-alone"))
    if order.package is Package.ZIP and (options.only or not order.is_stems):
        raise OptionError(texts.say(language, "terminal-only-zip"))
    if has_bitrate and not (order.format.is_lossy or is_page):
        raise OptionError(texts.say(language, "terminal-bitrate"))
    if template and order.package is Package.ZIP and template.has("stem"):
        raise OptionError(texts.say(language, "terminal-name-zip", field="{stem}"))
    if template and not options.one_file and not template.has("stem"):
        raise OptionError(texts.say(language, "terminal-name-stem", field="{stem}"))


def _named(model: Model | None, name: str) -> Model:
    return (model or Model()).named(name)


def _lacking(name: str, language: str) -> str:
    return texts.say(language, "terminal-stem-missing", model=name, stems=stem_words(MODELS[name].stems, language))

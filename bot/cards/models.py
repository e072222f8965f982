"""Texts about a separation model: its button label, the names of its stems, its progress line."""

from collections.abc import Iterable

from bot.texts import figures, say
from jobs.models import Chart, Click, Deck, Mix, Model, Notes, Order, Player, Session, Stem, Stems
from jobs.music.separation_models import MODELS
from jobs.progress import Progress


def stem_word(stem: Stem, language: str) -> str:
    return say(language, f"stem-{stem}")


def stem_words(stems: Iterable[Stem], language: str) -> str:
    """`vocals, drums, bass, other`."""
    return ", ".join(stem_word(stem, language) for stem in stems)


def model_label(model: str, language: str) -> str:
    """A model's label on a button: `4 stems`, with the model's title if it has one."""
    info = MODELS[model]
    label = say(language, "settings-stems-button", stems=len(info.stems))
    return f"{label}, {info.title}" if info.title else label


def separating(model: Model, language: str) -> str:
    """The line of a card while a model works: `Separating vocals, drums, bass and the rest`."""
    if set(model.stems) == {Stem.VOCALS, Stem.ACCOMPANIMENT}:
        return say(language, "card-separating-band")
    *first, last = model.stems
    rest = say(language, "card-separating-rest") if last is Stem.OTHER else stem_word(last, language)
    return say(language, "card-separating", stems=stem_words(first, language), last=rest)


def fetching_model(progress: Progress, language: str) -> str:
    """The sentence on the fetching of a model's weights, with their size if it is known."""
    if progress.bytes_:
        return say(language, "card-model-size", size=figures.size(progress.bytes_, language))
    return say(language, "card-model")


def rendering(order: Order, language: str) -> str:
    """The line of a card while files are made of stems."""
    match order.content:
        case Mix():
            return say(language, "card-mixing")
        case Click() | Chart() | Notes() | Session() | Deck():
            return say(language, "card-making")
        case Player():
            return say(language, "card-player")
        case Stems():
            return say(language, "card-rendering", format=order.format.label)

"""The name of a request: its song, what of it was asked for, and how long that is. Pure."""

import re
from collections.abc import Sequence
from typing import Final

from bot.cards.mixes import form_words, order_words
from bot.cards.models import model_label
from bot.inert import inert, plain
from bot.texts import figures, say
from jobs.models import Upload, YouTube
from jobs.progress import Progress, View
from jobs.results import Manifest, Tags

TITLE_LENGTH: Final = 160  # characters of a title, and of an artist, that a card shows
LABEL_LENGTH: Final = 40  # characters of a name on a button
SHORTEST_NAME: Final = 12  # characters of a song's name that a button keeps

# Line breaks and control characters break a card's layout; direction marks reverse the rest of the line.
_UNSEEN: Final = re.compile(
    r"[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]+"
)


def heading(view: View, language: str, manifest: Manifest | None = None, also: str = "") -> str:
    """The song of a request, as far as it is known, and what of it was asked for: `Artist - Title · no drums (3:45)`.

    `also`: words that tell it from another request, see `told_apart`. The length is that of the files, and is left out
    while only the worker knows it.
    """
    name, asked_for, length = _parts(view, language, manifest, also)
    return _joined(name, asked_for, length, language)


def label(view: View, language: str, also: str = "") -> str:
    """The same on a button: of a long name the end of the song's is cut, and the length is left out."""
    name, asked_for, length = _parts(view, language, view.manifest, also)
    name = plain(name)  # links in buttons are not clickable
    for short in (_joined(name, asked_for, length, language), _joined(name, asked_for, "", language)):
        if len(short) <= LABEL_LENGTH:
            return short
    room = LABEL_LENGTH - len(_joined("", asked_for, "", language))
    return _cut(_joined(_cut(name, max(room, SHORTEST_NAME)), asked_for, "", language), LABEL_LENGTH)


def told_apart(views: Sequence[View], language: str) -> list[str]:
    """For each request of a list the words that tell it from the others: its number of stems, where two requests of
    different models have the same name; else nothing.
    """
    names = [heading(view, language, view.manifest) for view in views]
    models = [view.request.order.model.name for view in views]
    return [
        model_label(model, language)
        if any(n == name and m != model for n, m in zip(names, models, strict=True))
        else ""
        for name, model in zip(names, models, strict=True)
    ]


def called(tags: Tags, language: str) -> str:
    """`Artist - Title` on one line, or the title alone if the artist is unknown."""
    title, artist = tidy(tags.title), tidy(tags.artist)
    return say(language, "card-title", artist=artist, title=title) if artist else title


def tidy(text: str, most: int = TITLE_LENGTH) -> str:
    """A foreign title on one line, inert, without characters that break the layout; at most `most` characters."""
    return inert(_cut(" ".join(_UNSEEN.sub(" ", plain(text)).split()), most))


def _parts(view: View, language: str, manifest: Manifest | None, also: str) -> tuple[str, str, str]:
    """The song's name, what of it was asked for, and the length of that."""
    source, progress = view.request.source, view.progress or Progress()
    title, artist, seconds = progress.title, progress.artist, progress.seconds
    if view.called is not None:
        seconds = view.called.seconds if seconds is None else seconds
        if not title:
            title, artist = view.called.title, view.called.artist
    if manifest is not None:
        title, artist, seconds = manifest.tags.title, manifest.tags.artist, manifest.seconds
    match source:
        case Upload():
            unnamed = tidy(source.name) or say(language, "card-upload")
            title, artist = title or source.title, artist or source.performer
            seconds = source.seconds if seconds is None else seconds
        case YouTube():
            unnamed = say(language, "card-video", link=f"youtu.be/{source.video_id}")
    name = called(Tags(title=title, artist=artist or ""), language) if title and tidy(title) else unnamed
    order = view.request.order
    asked_for = ", ".join(filter(None, (also, order_words(order, language), *form_words(order, language))))
    length = _length(view, seconds)
    return name, asked_for, figures.duration(length, language) if length and length > 0 else ""


def _length(view: View, song: float | None) -> float | None:
    """Seconds of a request's files, for a song of that many; None if not known."""
    order = view.request.order
    for rendered in view.made.renditions if view.made else ():
        same = (rendered.rendition.content, rendered.rendition.effect) == (order.content, order.effect)
        if same and rendered.seconds:
            return rendered.seconds
    if song is None or order.effect.changes_length:
        return None
    return order.effect.seconds(song)


def _joined(name: str, asked_for: str, length: str, language: str) -> str:
    name = say(language, "card-title-mix", title=name, mix=asked_for) if asked_for else name
    return f"{name} ({length})" if length else name


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1].rstrip()}…"

"""A playlist's card, and its lines in the list of open requests."""

import re
from typing import Final

from bot.cards.actions import Action, Verb
from bot.cards.cards import PASSING, Button, Card, status_line
from bot.cards.headings import TITLE_LENGTH, tidy
from bot.playlists.run import PlaylistStep, Run, Song
from bot.texts import figures, say, sentence
from jobs.failures import Failure, Reason
from jobs.progress import View
from jobs.results import Called

#: How many failed songs a card names; the card has to fit into one message.
MOST_NAMED: Final = 10
SHORT_NAME: Final = 60  # characters of each

#: The first sentence of several.
_FIRST: Final = re.compile(r".*?[.!?](?=\s|$)", re.DOTALL)


def run_card(run: Run, language: str, *, longest: float, view: View | None = None) -> Card:
    """A playlist's card. `view`: the current song."""
    name = tidy(run.title) or say(language, "playlist-unnamed")
    buttons: tuple[Button, ...] = ()
    match run.step:
        case PlaylistStep.LISTING:
            lines, buttons = [say(language, "playlist-looking")], (_button(run, language, "playlist-stop", "stop"),)
        case PlaylistStep.OFFERED:
            lines = [name, _summary(run, language), *_left_out(run, language, longest)]
            label = say(language, "playlist-start", count=len(run.songs))
            start = Button(label=label, action=_action(run, "start"))
            return Card(text="\n".join(lines), buttons=((start,), (_button(run, language, "playlist-no", "stop"),)))
        case PlaylistStep.RUNNING:
            lines = [name, say(language, "playlist-at", place=run.place + 1, count=len(run.songs))]
            lines += [_standing(run.songs[run.place], view, language)]
            lines += _lost(run, language)
            buttons = (_button(run, language, "playlist-stop", "stop"),)
        case PlaylistStep.DONE:
            lost = _lost(run, language)
            here = len(run.songs) - sum(song.reason is not None for song in run.songs)
            lines = [name, say(language, "playlist-done", here=here, count=len(run.songs)), *lost]
        case PlaylistStep.STOPPED:
            lines = [name, say(language, "playlist-stopped", done=run.place)]
            if run.failure is not None:
                lines.append(sentence(run.failure, language))
            if run.failure is not None and run.failure.reason is Reason.OVER_QUOTA:
                lines.append(say(language, "playlist-paused"))
        case PlaylistStep.REFUSED:
            lines = [_why_not(run, name, language, longest)]
    return Card(text="\n".join(lines), buttons=(buttons,) if buttons else ())


def run_line(run: Run, language: str) -> str:
    """A playlist in the list of open requests, on two lines."""
    name = tidy(run.title) or say(language, "playlist-unnamed")
    at = say(language, "playlist-at", place=run.place + 1, count=len(run.songs))
    return f"{name}\n{at if run.step is PlaylistStep.RUNNING else say(language, 'playlist-waits')}"


def _summary(run: Run, language: str) -> str:
    long = figures.duration(run.seconds, language) if run.seconds else ""
    songs = say(language, "playlist-count", count=len(run.songs))
    line = f"{songs} · {long}" if long else songs
    return f"{line}\n{say(language, 'playlist-cut')}" if run.cut else line


def _left_out(run: Run, language: str, longest: float) -> list[str]:
    lines = []
    if run.longer:
        limit = figures.duration(longest, language)
        lines.append(say(language, "playlist-longer", count=run.longer, limit=limit))
    if others := len(run.left_out) - run.longer:
        lines.append(say(language, "playlist-unplayable", count=others))
    return lines


def _lost(run: Run, language: str) -> list[str]:
    """The failed songs, each by its name, with the reason. Those that may be tried again have cards of their own."""
    ended = [(song, song.reason) for song in run.songs[: run.place]]
    lost = [(song, reason) for song, reason in ended if reason is not None and reason not in PASSING]
    lines = [
        say(language, "playlist-lost", title=_name(song, language, SHORT_NAME), why=_why(reason, language))
        for song, reason in lost[:MOST_NAMED]
    ]
    if len(lost) > MOST_NAMED:
        lines.append(say(language, "list-more", count=len(lost) - MOST_NAMED))
    return lines


def _why(reason: Reason, language: str) -> str:
    """A reason in one sentence, without the advice, which is about a single song."""
    said = sentence(Failure(reason=reason), language)
    first = _FIRST.match(said)
    return first[0] if first else said


def _why_not(run: Run, name: str, language: str, longest: float) -> str:
    if run.failure is not None:
        if run.failure.reason in (Reason.PRIVATE, Reason.REMOVED, Reason.PLAYLIST):
            return say(language, "playlist-unseen")
        return sentence(run.failure, language)
    return "\n".join([name, say(language, "playlist-empty"), *_left_out(run, language, longest)])


def _standing(song: Song, view: View | None, language: str) -> str:
    """The current song; the listing's title and length stand in until the worker reports them."""
    if view is None:
        return _name(song, language)
    called = view.called or Called(title="")
    if not called.title:
        called = called.model_copy(update={"title": song.title})
    if not called.seconds:
        called = called.model_copy(update={"seconds": song.seconds})
    return status_line(view.model_copy(update={"called": called}), language)


def _name(song: Song, language: str, most: int = TITLE_LENGTH) -> str:
    return tidy(song.title, most) or say(language, "card-video", link=f"youtu.be/{song.video_id}")


def _button(run: Run, language: str, label: str, act: str) -> Button:
    return Button(label=say(language, label), action=_action(run, act))


def _action(run: Run, act: str) -> str:
    return Action(verb=Verb.RUN, target=run.id, choice=act).text

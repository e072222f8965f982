"""A playlist on its way: listed, offered, then one song after the other. What is known of it, and its card; pure.

All of it lies in Redis, so that it goes on after a restart where it was.
"""

import hashlib
from enum import StrEnum, unique
from typing import Final

from bot.cards.actions import Action, Verb
from bot.cards.cards import TITLE_LENGTH, Button, Card, status_line, tidy
from bot.texts import figures, say, sentence
from jobs.failures import Failure, Reason
from jobs.models import Request, Value, VideoId, Wish, YouTube, request_id
from jobs.outcomes import Called, View
from jobs.youtube import Listing

#: Of songs that did not come, how many a card names; it has to fit into one message.
MOST_NAMED: Final = 15
SHORT_NAME: Final = 80  # characters of each


@unique
class PlaylistStep(StrEnum):
    """Where a playlist stands. The last three are final."""

    LISTING = "listing"
    OFFERED = "offered"
    RUNNING = "running"
    DONE = "done"
    STOPPED = "stopped"
    REFUSED = "refused"


class Song(Value):
    """One song of a playlist. `reason`: why it did not come."""

    video_id: VideoId
    title: str = ""
    seconds: float | None = None
    reason: Reason | None = None


class Run(Value):
    """One playlist that somebody asked for, where to answer, and how far it is."""

    id: str
    platform: str
    chat: str
    asker: str
    address: str
    language: str
    playlist_id: str
    wish: Wish
    created_at: float  # seconds since the epoch
    step: PlaylistStep = PlaylistStep.LISTING
    title: str = ""
    songs: tuple[Song, ...] = ()
    left_out: tuple[Song, ...] = ()  # before it began
    longer: int = 0  # how many of those are too long
    seconds: float = 0.0  # of all songs together, as far as known
    cut: bool = False
    place: int = 0  # of the song in the works
    failure: Failure | None = None  # when refused, or stopped by a quota
    card: str = ""  # the platform's reference to the card
    shown_at: str = ""  # the address where that is
    face: str = ""  # a digest of what it shows

    @property
    def is_open(self) -> bool:
        return self.step in (PlaylistStep.LISTING, PlaylistStep.OFFERED, PlaylistStep.RUNNING)

    @property
    def song(self) -> Song | None:
        """The song in the works."""
        return self.songs[self.place] if self.step is PlaylistStep.RUNNING and self.place < len(self.songs) else None

    @property
    def request_id(self) -> str:
        """Of the song in the works; '' when there is none."""
        return request_id("", f"{self.id}/{self.created_at}", YouTube(video_id=self.song.video_id)) if self.song else ""

    def request(self, now: float) -> Request | None:
        """What to ask the worker next. `now`: seconds since the epoch."""
        if self.song is None:
            return None
        return Request(
            id=self.request_id,
            platform=self.platform,
            chat=self.chat,
            asker=self.asker,
            address=self.address,
            language=self.language,
            source=YouTube(video_id=self.song.video_id),
            wish=self.wish,
            quiet=True,
            created_at=now,
        )


def run_id(chat: str, message: str, playlist_id: str) -> str:
    """The same whenever the same message arrives."""
    return hashlib.sha256(f"{chat}|{message}|{playlist_id}".encode()).hexdigest()[:16]


def listed(run: Run, found: Listing, longest: float) -> Run:
    """The run, once it is known what is in the playlist. `longest`: seconds of the longest song that we take."""
    if found.failure is not None:
        return run.model_copy(update={"step": PlaylistStep.REFUSED, "failure": found.failure})
    songs: list[Song] = []
    left_out: list[Song] = []
    for video in found.entries:
        too_long = video.seconds is not None and video.seconds > longest
        reason = video.reason or (Reason.TOO_LONG if too_long else None)
        song = Song(video_id=video.video_id, title=video.title, seconds=video.seconds, reason=reason)
        (left_out if reason else songs).append(song)
    kept = {song.video_id for song in songs}
    return run.model_copy(
        update={
            "step": PlaylistStep.OFFERED if songs else PlaylistStep.REFUSED,
            "title": found.title,
            "songs": tuple(songs),
            "left_out": tuple(left_out),
            "longer": sum(song.reason is Reason.TOO_LONG for song in left_out),
            "seconds": sum(video.seconds or 0.0 for video in found.entries if video.video_id in kept),
            "cut": found.cut,
        }
    )


def ended(run: Run, reason: Reason | None) -> Run:
    """The run after the song in the works came to its end. `reason`: why it did not come."""
    if reason is Reason.CANCELLED:  # whoever stops one song does not want the next one
        return run.model_copy(update={"step": PlaylistStep.STOPPED})
    songs = list(run.songs)
    songs[run.place] = songs[run.place].model_copy(update={"reason": reason})
    place = run.place + 1
    step = PlaylistStep.RUNNING if place < len(songs) else PlaylistStep.DONE
    return run.model_copy(update={"songs": tuple(songs), "place": place, "step": step})


def paused(run: Run, failure: Failure) -> Run:
    """The run when there is no more music to be had today: the next song would be refused like this one."""
    return run.model_copy(update={"step": PlaylistStep.STOPPED, "failure": failure})


# --- the card --------------------------------------------------------------------------------------------------


def run_card(run: Run, language: str, *, longest: float, view: View | None = None) -> Card:
    """What a playlist's card shows. `view`: the song in the works."""
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
                lines += [sentence(run.failure, language), say(language, "playlist-paused")]
        case PlaylistStep.REFUSED:
            lines = [_why_not(run, name, language, longest)]
    return Card(text="\n".join(lines), buttons=(buttons,) if buttons else ())


def run_line(run: Run, language: str) -> str:
    """A playlist in a list of what is in the works, on two lines."""
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
    """The songs that did not come, each by its name."""
    lost = [song for song in run.songs[: run.place] if song.reason is not None]
    names = [_name(song, language, SHORT_NAME) for song in lost[:MOST_NAMED]]
    lines = [say(language, "playlist-lost", title=name) for name in names]
    if len(lost) > MOST_NAMED:
        lines.append(say(language, "list-more", count=len(lost) - MOST_NAMED))
    return lines


def _why_not(run: Run, name: str, language: str, longest: float) -> str:
    if run.failure is not None:
        if run.failure.reason in (Reason.PRIVATE, Reason.REMOVED, Reason.PLAYLIST):
            return say(language, "playlist-unseen")
        return sentence(run.failure, language)
    return "\n".join([name, say(language, "playlist-empty"), *_left_out(run, language, longest)])


def _standing(song: Song, view: View | None, language: str) -> str:
    """The song in the works, as the list tells of it until more is known."""
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

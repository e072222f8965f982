"""A playlist on its way: listed, offered, then one song after the other. What is known of it; pure.

All of it lies in Redis, so that it goes on after a restart where it was.
"""

import hashlib
from enum import StrEnum, unique
from typing import Literal

from jobs.failures import Failure, Reason
from jobs.models import Order, Request, Value, VideoId, YouTube, request_id
from jobs.youtube import Listing


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
    order: Order
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
    gone: Literal["", "card", "chat"] = ""  # see `CardNote`

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
            order=self.order,
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

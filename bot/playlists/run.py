"""The state of a playlist: listed, offered, then run song by song. Pure.

The whole state is stored in Redis, so that a playlist continues after a restart.
"""

import hashlib
from enum import StrEnum, unique
from typing import Literal

from jobs.failures import Failure, Reason
from jobs.models import Order, Request, Value, VideoId, YouTube, request_id
from jobs.youtube import Listing


@unique
class PlaylistStep(StrEnum):
    """The step of a playlist. The last three are final."""

    LISTING = "listing"
    OFFERED = "offered"
    RUNNING = "running"
    DONE = "done"
    STOPPED = "stopped"
    REFUSED = "refused"


class Song(Value):
    """One song of a playlist. `reason`: of its failure."""

    video_id: VideoId
    title: str = ""
    seconds: float | None = None
    reason: Reason | None = None


class Run(Value):
    """One requested playlist, its address for answers, and its progress."""

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
    left_out: tuple[Song, ...] = ()  # not offered: too long or unplayable
    longer: int = 0  # how many of `left_out` are too long
    seconds: float = 0.0  # of all songs together, as far as known
    cut: bool = False
    place: int = 0  # index of the current song
    failure: Failure | None = None  # when refused, or stopped by what the next song would meet, too
    card: str = ""  # the platform's reference to the card
    shown_at: str = ""  # the address of the card
    face: str = ""  # a digest of the card's content
    gone: Literal["", "card", "chat"] = ""  # see `CardNote`

    @property
    def is_open(self) -> bool:
        return self.step in (PlaylistStep.LISTING, PlaylistStep.OFFERED, PlaylistStep.RUNNING)

    @property
    def song(self) -> Song | None:
        """The current song, or None."""
        return self.songs[self.place] if self.step is PlaylistStep.RUNNING and self.place < len(self.songs) else None

    @property
    def request_id(self) -> str:
        """The id of the current song's request; '' if there is none."""
        return request_id("", f"{self.id}/{self.created_at}", YouTube(video_id=self.song.video_id)) if self.song else ""

    def request(self, now: float) -> Request | None:
        """The request of the current song. `now`: seconds since the epoch."""
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
    """A run's id, the same for a repeated message."""
    return hashlib.sha256(f"{chat}|{message}|{playlist_id}".encode()).hexdigest()[:16]


def listed(run: Run, found: Listing, longest: float) -> Run:
    """The run with its listing. `longest`: the longest accepted song, in seconds."""
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
    """The run after the end of the current song. `reason`: of its failure, or None."""
    if reason is Reason.CANCELLED:  # cancelling one song stops the playlist
        return run.model_copy(update={"step": PlaylistStep.STOPPED})
    songs = list(run.songs)
    songs[run.place] = songs[run.place].model_copy(update={"reason": reason})
    place = run.place + 1
    step = PlaylistStep.RUNNING if place < len(songs) else PlaylistStep.DONE
    return run.model_copy(update={"songs": tuple(songs), "place": place, "step": step})


def paused(run: Run, failure: Failure) -> Run:
    """The run stopped by a failure that the next song would have, too."""
    return run.model_copy(update={"step": PlaylistStep.STOPPED, "failure": failure})

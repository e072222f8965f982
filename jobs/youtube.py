"""Values about YouTube beside single videos: listings of playlists, and standings of providers.

Without Redis, for children too; `jobs/queue/listings.py` and `jobs/queue/providers.py` store them.
"""

from enum import StrEnum, unique
from typing import Annotated

from pydantic import AfterValidator, StringConstraints

from jobs.failures import Failure, Reason
from jobs.models import Amount, Value, VideoId, Words


def is_endless(playlist_id: str) -> bool:
    """Whether the id is of a mix, which has no end and differs by listener; RDCLAK… are editors' lists, with an end."""
    return playlist_id.startswith(("RD", "UL")) and not playlist_id.startswith("RDCLAK")


def _has_an_end(playlist_id: str) -> str:
    if is_endless(playlist_id):
        raise ValueError("an endless mix")
    return playlist_id


PlaylistId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{12,64}$"), AfterValidator(_has_an_end)]


class ListedVideo(Value):
    """One video of a playlist. `seconds` where YouTube states them; `reason` when the video is known not to play."""

    video_id: VideoId
    title: Words
    seconds: Amount | None = None
    reason: Reason | None = None


class Listing(Value):
    """The videos of a playlist, each once, in its order; or the `failure` of listing it.

    `cut`: the playlist has more videos.
    """

    playlist_id: PlaylistId
    title: Words = ""
    entries: tuple[ListedVideo, ...] = ()
    cut: bool = False
    failure: Failure | None = None


@unique
class Provider(StrEnum):
    """The libraries that fetch a video's sound, in the order of use."""

    PYTUBEFIX = "pytubefix"
    YTDLP = "yt-dlp"


class Standing(Value):
    """The standing of one provider. `since`: when it last went down or came up; times are seconds since the epoch."""

    provider: Provider
    up: bool = True
    since: float = 0.0
    failures: int = 0  # in a row, not because of videos
    reason: Reason | None = None  # of the last one
    rests_until: float = 0.0  # while down: the time of the next attempt

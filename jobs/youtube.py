"""What crosses the wall about YouTube beside single videos: what is in a playlist, and how the ways to the site stand.

Values alone, for children too; `jobs/queue/listings.py` and `jobs/queue/providers.py` keep them in Redis.
"""

from enum import StrEnum, unique
from typing import Annotated

from pydantic import AfterValidator, StringConstraints

from jobs.failures import Failure, Reason
from jobs.models import Amount, Value, VideoId, Words


def is_endless(playlist_id: str) -> bool:
    """Mixes go on for ever and differ from listener to listener; RDCLAK… are lists that editors made, with an end."""
    return playlist_id.startswith(("RD", "UL")) and not playlist_id.startswith("RDCLAK")


def _has_an_end(playlist_id: str) -> str:
    if is_endless(playlist_id):
        raise ValueError("an endless mix")
    return playlist_id


PlaylistId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{12,64}$"), AfterValidator(_has_an_end)]


class ListedVideo(Value):
    """One video of a playlist. `seconds` where YouTube tells; `reason` when it is known that it will not play."""

    video_id: VideoId
    title: Words
    seconds: Amount | None = None
    reason: Reason | None = None


class Listing(Value):
    """What is in a playlist, each video once, in its order; or the `failure` that kept us from finding out.

    `cut`: there is more than is listed here.
    """

    playlist_id: PlaylistId
    title: Words = ""
    entries: tuple[ListedVideo, ...] = ()
    cut: bool = False
    failure: Failure | None = None


@unique
class Provider(StrEnum):
    """The libraries that can fetch a video's sound, in the order in which they are asked."""

    PYTUBEFIX = "pytubefix"
    YTDLP = "yt-dlp"


class Standing(Value):
    """How one provider does. `since`: when it last went down or came back; times are seconds since the epoch."""

    provider: Provider
    up: bool = True
    since: float = 0.0
    failures: int = 0  # in a row, and no video's fault
    reason: Reason | None = None  # of the last of them
    rests_until: float = 0.0  # while down: when it is tried again

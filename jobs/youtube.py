"""Values about YouTube beside single videos: listings of playlists, results of searches, standings of providers.

Without Redis, for children too; `jobs/queue/listings.py`, `jobs/queue/searches.py` and `jobs/queue/providers.py` store
them.
"""

import hashlib
from enum import StrEnum, unique
from typing import Annotated

from pydantic import AfterValidator, StringConstraints

from jobs.failures import Failure, Reason
from jobs.filenames import one_line
from jobs.models import Amount, Value, VideoId, Words
from jobs.results import Called


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


LONGEST_SEARCH = 100  # characters: YouTube's own search box takes 128


def _searchable(words: str) -> str:
    words = one_line(words)
    if not 0 < len(words) <= LONGEST_SEARCH:
        raise ValueError(f"{len(words)} characters to search for")
    return words


#: Words to search for, on one line, without control characters.
SearchWords = Annotated[str, AfterValidator(_searchable)]
SearchId = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{16}$")]


def search_id(words: str) -> str:
    """The id of a search in keys and names of jobs: a digest of its words, whose case does not matter."""
    return hashlib.sha256(one_line(words).casefold().encode()).hexdigest()[:16]


class Hit(Value):
    """One video that a search found. `title`: as on YouTube; `called`: as the song will be named. `reason`: why it is
    known not to play."""

    video_id: VideoId
    title: Words
    channel: Words = ""
    called: Called
    reason: Reason | None = None


class Hits(Value):
    """The videos that a search found, the best first; or the `failure` of the search."""

    id: SearchId
    hits: tuple[Hit, ...] = ()
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

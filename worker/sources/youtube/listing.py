"""Lists the videos of a playlist, in a child process, through yt-dlp, which keeps up with YouTube's playlist pages.

pytubefix's `Playlist` would give ids alone (titles and lengths cost it a request per video), does not mark unavailable
videos, and makes up to thirty requests beyond the pages. yt-dlp reads both of YouTube's layouts, marks private and
deleted videos, and requests pages only as we take them: one page, one more with the unavailable videos, and one for
each hundred after that. No cookies are used: a list that only its owner can see stays private.
"""

from collections.abc import Iterator
from itertools import islice
from typing import Any

from pydantic import TypeAdapter, ValidationError
from yt_dlp.extractor.youtube import YoutubeTabIE

from jobs.failures import Failed, Failure, Reason
from jobs.filenames import one_line
from jobs.models import VideoId
from jobs.youtube import ListedVideo, Listing
from worker.child.child_side import Report, serve
from worker.child.messages import Step
from worker.child.tasks import ListingTask
from worker.sources.youtube.library import Library
from worker.sources.youtube.playability import reason_in
from worker.sources.youtube.providers import SERVICE_SIDE
from worker.sources.youtube.site import discreet, open_gate

_video_id: TypeAdapter[str] = TypeAdapter(VideoId)

LONGEST_TITLE = 200  # characters: a listing of many has to fit on a card, and into Redis

#: YouTube's placeholders for titles of videos that are unavailable but still in the list.
_PLACEHOLDERS = {"[private video]": Reason.PRIVATE, "[deleted video]": Reason.REMOVED}
_LIVE = {"is_live": Reason.LIVE, "is_upcoming": Reason.UPCOMING}
_AVAILABILITY = {
    "private": Reason.PRIVATE,
    "premium_only": Reason.MEMBERS_ONLY,
    "subscriber_only": Reason.MEMBERS_ONLY,
    "needs_auth": Reason.AGE_RESTRICTED,
}


def list_playlist(task: ListingTask, report: Report) -> Listing:
    """Lists the first `task.most` videos of a playlist.

    Raises `Failed`: PRIVATE, REMOVED (also unknown ids), YOUTUBE_REFUSED, NETWORK, STALLED.
    """
    gate = open_gate(task.requests, task.proxy)
    library = Library(YoutubeTabIE, task, gate, lambda: report(Step()))
    try:
        found = library.extract_info(
            f"https://www.youtube.com/playlist?list={task.playlist_id}",
            download=False, process=False, ie_key=YoutubeTabIE.ie_key(),
        )  # fmt: skip
        if found.get("_type") != "playlist":
            raise ValueError(f"a {found.get('_type')} in place of a playlist")
        entries, complete = _take(found["entries"], task.most)
    except MemoryError:
        raise
    except Exception as error:
        words = discreet(str(error), task.proxy)
        if gate.refused is not None:
            raise Failed(gate.refused) from None
        if (reason := reason_in(words)) is not None:  # YouTube's reason, on a page that it did send
            raise Failed(Failure(reason=reason, detail=words)) from None
        troubles = sorted(library.troubles, key=lambda failure: SERVICE_SIDE.index(failure.reason))
        raise Failed(next(iter(troubles), Failure(reason=Reason.YOUTUBE_REFUSED, detail=words))) from None
    return Listing(
        playlist_id=task.playlist_id,
        title=one_line(found.get("title") or "")[:LONGEST_TITLE],
        entries=tuple(entries),
        cut=not complete,
    )


def _take(entries: Iterator[dict[str, Any]], most: int) -> tuple[list[ListedVideo], bool]:
    """At most `most` videos, each once, and whether that is all of them.

    An exception after the first page ends the list; before, it is raised.
    """
    videos: dict[str, ListedVideo] = {}
    try:
        for entry in islice(entries, 2 * most):  # bounds the repetitions
            if (video := video_of(entry)) is None or video.video_id in videos:
                continue
            if len(videos) == most:
                return list(videos.values()), False
            videos[video.video_id] = video
    except Exception:
        if not videos:
            raise
        return list(videos.values()), False
    return list(videos.values()), next(entries, None) is None


def video_of(entry: dict[str, Any]) -> ListedVideo | None:
    """The video of one of yt-dlp's entries, or None for other entries: channels, other lists."""
    try:
        video_id = _video_id.validate_python(entry.get("id"))
    except ValidationError:
        return None
    title = one_line(entry.get("title") or "")[:LONGEST_TITLE]
    seconds = entry.get("duration")
    return ListedVideo(video_id=video_id, title=title, seconds=seconds, reason=_reason(entry, title, seconds))


def _reason(entry: dict[str, Any], title: str, seconds: float | None) -> Reason | None:
    if seconds is None and (reason := _PLACEHOLDERS.get(title.lower())) is not None:
        return reason
    return _LIVE.get(entry.get("live_status") or "") or _AVAILABILITY.get(entry.get("availability") or "")


if __name__ == "__main__":
    serve(ListingTask, list_playlist)

"""Searches YouTube for videos, in a child process, through yt-dlp's search, without a key.

A request to the endpoint that YouTube's own page searches with, and a further one where the first brings few videos;
the page itself is not loaded. The filter "videos" is on, so there are no channels and no playlists. No cookies are
used: results do not depend on an account.
"""

from collections.abc import Iterator
from itertools import islice
from typing import Any

from yt_dlp.extractor.youtube import YoutubeSearchIE

from jobs.failures import Failed, Failure, Reason
from jobs.filenames import one_line
from jobs.results import Called
from jobs.youtube import Hit, Hits, search_id
from worker.child.child_side import Report, serve
from worker.child.messages import Step
from worker.child.tasks import SearchTask
from worker.sources.youtube.library import Library
from worker.sources.youtube.listing import LONGEST_TITLE, video_of
from worker.sources.youtube.naming import tags_of
from worker.sources.youtube.providers import SERVICE_SIDE
from worker.sources.youtube.site import discreet, open_gate

_ARGUMENTS = {
    "youtubetab": {"skip": ["webpage"]},
    # Else an answer without results in a known place would count as one without hits.
    "youtube": {"raise_incomplete_data": ["true"]},
}


def search(task: SearchTask, report: Report) -> Hits:
    """The first hits, at most `task.most`. No hit is no failure.

    Raises `Failed`: YOUTUBE_REFUSED, NETWORK, STALLED.
    """
    gate = open_gate(task.requests, task.proxy)
    library = Library(YoutubeSearchIE, task, gate, lambda: report(Step()), extractor_args=_ARGUMENTS)
    try:
        found = library.extract_info(
            f"ytsearch{task.most}:{task.words}", download=False, process=False, ie_key=YoutubeSearchIE.ie_key()
        )
        entries = _taken(found["entries"], task.most)
    except MemoryError:
        raise
    except Exception as error:
        if gate.refused is not None:
            raise Failed(gate.refused) from None
        # yt-dlp's messages quote the words.
        said = discreet(str(error).replace(task.words, "…"), task.proxy)
        troubles = sorted(library.troubles, key=lambda failure: SERVICE_SIDE.index(failure.reason))
        raise Failed(next(iter(troubles), Failure(reason=Reason.YOUTUBE_REFUSED, detail=said))) from None
    hits: dict[str, Hit] = {}
    for hit in filter(None, map(_hit, entries)):
        hits.setdefault(hit.video_id, hit)
    return Hits(id=search_id(task.words), hits=tuple(hits.values()))


def _taken(entries: Iterator[dict[str, Any]], most: int) -> list[dict[str, Any]]:
    """At most `most` entries. An exception after the first one ends them; before, it is raised."""
    taken: list[dict[str, Any]] = []
    try:
        for entry in islice(entries, most):
            taken.append(entry)
    except MemoryError:
        raise
    except Exception:
        if not taken:
            raise
    return taken


def _hit(entry: dict[str, Any]) -> Hit | None:
    """One video, or None for other entries."""
    video = video_of(entry)
    if video is None:
        return None
    channel = one_line(entry.get("channel") or "")[:LONGEST_TITLE]
    tags = tags_of(video.title, channel, video.video_id)
    return Hit(
        video_id=video.video_id,
        title=video.title,
        channel=channel,
        called=Called(title=tags.title, artist=tags.artist, seconds=video.seconds),
        reason=video.reason,
    )


if __name__ == "__main__":
    serve(SearchTask, search)

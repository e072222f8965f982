"""Looks up titles and lengths of videos, in a child process, with two requests for each.

The title comes from YouTube's link previews (https://oembed.com), which are small and never refused, but contain no
length and do not tell whether a video plays. The length comes from the watch page, read only up to it. Neither counts
against the number of player answers that YouTube gives to an address.
"""

import json
import time
from typing import Final
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import urlopen

from jobs.failures import Failed, Failure
from jobs.results import Called
from worker.child.child_side import Report, serve
from worker.child.messages import Step
from worker.child.tasks import Titles, TitlesTask
from worker.sources.youtube.lengths import REACH, length_in
from worker.sources.youtube.naming import tags_of
from worker.sources.youtube.site import PIECE, failure_of, open_gate

REQUESTS: Final = 2  # for each video
PAGE_BYTES: Final = 3 << 20  # of a page; the real ones have about one million
PAGE_SECONDS: Final = 5.0  # for a page, and for a pause in it
ENOUGH: Final = 12.0  # seconds after which no further page is begun: titles must not wait for lengths

_LONGEST = 1 << 16  # bytes of a preview
_CLOSED = (401, 403)  # codes of previews for videos that may not be embedded, and for private ones


def ask_titles(task: TitlesTask, report: Report) -> Titles:
    """Titles and lengths, as far as found. Raises nothing."""
    open_gate(REQUESTS * len(task.video_ids), task.proxy)
    began = time.monotonic()
    found: dict[str, Called] = {}
    for video_id in task.video_ids:
        report(Step())
        try:
            found[video_id] = _name(video_id)
        except (Failed, ValueError, KeyError, TypeError, AttributeError, RecursionError):
            continue
        except Exception as error:
            # A removed video is refused alone; other errors would meet all further videos.
            if not _refusal(error).detail.startswith("HTTP 4"):
                break
    for video_id, called in found.items():
        report(Step())
        try:
            seconds = _length(video_id) if time.monotonic() - began < ENOUGH else None
        except Failed:  # redirected to a consent or robot page, as all further requests would be
            break
        except Exception as error:
            _refusal(error)
            break
        found[video_id] = called.model_copy(update={"seconds": seconds})
    return Titles(called={video_id: called for video_id, called in found.items() if called.title or called.seconds})


def _name(video_id: str) -> Called:
    """Title and artist; empty for videos that may not be embedded."""
    try:
        with urlopen(
            f"https://www.youtube.com/oembed?{urlencode({'url': _watch(video_id), 'format': 'json'})}"
        ) as answer:
            about = json.loads(answer.read(_LONGEST))
    except HTTPError as error:
        if error.code not in _CLOSED:
            raise
        error.close()
        return Called(title="")
    tags = tags_of(str(about["title"]), str(about.get("author_name", "")), video_id)
    return Called(title=tags.title, artist=tags.artist)


def _length(video_id: str) -> float | None:
    """Seconds; None where the page states none, or is too slow."""
    by, read, last = time.monotonic() + PAGE_SECONDS, 0, b""
    with urlopen(_watch(video_id), timeout=PAGE_SECONDS) as answer:  # noqa: S310 - a constant https address
        while read < PAGE_BYTES and time.monotonic() < by and (piece := answer.read1(PIECE)):
            read += len(piece)
            last = last[-REACH:] + piece
            if (seconds := length_in(last, video_id)) is not None:
                return seconds
    return None


def _watch(video_id: str) -> str:
    return f"https://www.youtube.com/watch?v={video_id}"


def _refusal(error: Exception) -> Failure:
    """The failure for a network error. Raises any other error."""
    refused = failure_of(error)
    if refused is None:
        raise error
    return refused


if __name__ == "__main__":
    serve(TitlesTask, ask_titles)

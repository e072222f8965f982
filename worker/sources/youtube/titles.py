"""What videos are called and how long they are: a child process, with two requests for each.

The name comes from what YouTube offers for link previews, which is small and never refused (https://oembed.com), but
tells neither how long a video is nor whether it plays. The length comes from the page that people watch it on, read no
further than to where it stands. Neither is an answer meant for a player, of which an address gets only so many.
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
PAGE_SECONDS: Final = 5.0  # for a page, and without a byte of it
ENOUGH: Final = 12.0  # seconds after which no further page is begun: names must not wait for lengths

_LONGEST = 1 << 16  # bytes of a preview
_CLOSED = (401, 403)  # what previews answer for videos that must not be shown elsewhere, and for private ones


def ask_titles(task: TitlesTask, report: Report) -> Titles:
    """What YouTube tells of those videos. Raises nothing: what is missing is missed by nobody."""
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
            # Removed videos are refused one by one; without a network there is no use in going on.
            if not _refusal(error).detail.startswith("HTTP 4"):
                break
    for video_id, called in found.items():
        report(Step())
        try:
            seconds = _length(video_id) if time.monotonic() - began < ENOUGH else None
        except Failed:  # sent to where one consents, or proves to be no robot: so would we be by the next one
            break
        except Exception as error:
            _refusal(error)
            break
        found[video_id] = called.model_copy(update={"seconds": seconds})
    return Titles(called={video_id: called for video_id, called in found.items() if called.title or called.seconds})


def _name(video_id: str) -> Called:
    """Title and artist; none where the video may be watched on YouTube alone."""
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
    """Seconds; None where the page does not tell, or comes too slowly."""
    by, read, last = time.monotonic() + PAGE_SECONDS, 0, b""
    with urlopen(_watch(video_id), timeout=PAGE_SECONDS) as answer:  # noqa: S310 - https, as it stands there
        while read < PAGE_BYTES and time.monotonic() < by and (piece := answer.read1(PIECE)):
            read += len(piece)
            last = last[-REACH:] + piece
            if (seconds := length_in(last, video_id)) is not None:
                return seconds
    return None


def _watch(video_id: str) -> str:
    return f"https://www.youtube.com/watch?v={video_id}"


def _refusal(error: Exception) -> Failure:
    """What an error of the network means. Raises it when it is none."""
    refused = failure_of(error)
    if refused is None:
        raise error
    return refused


if __name__ == "__main__":
    serve(TitlesTask, ask_titles)

"""A YouTube video's sound through pytubefix. Runs in a child process; the only module that calls pytubefix.

pytubefix knows what changes monthly: which client to pose as, what to send, how addresses are signed. What it does not
do is done beside: reasons (`playability`), choice of stream (`streams`), a download that ends and is checked (`site`,
`arrival`). One process per download, since the library shares state between videos. It has no use for cookies: the
clients it poses as have none.
"""

import time
from collections.abc import Callable, Iterable
from typing import Any, Final, TypeVar
from urllib.parse import parse_qs, urlsplit

from pytubefix import YouTube as Library
from pytubefix.innertube import InnerTube

from jobs.failures import Failed, Failure, Reason, failed
from jobs.models import YouTube
from worker.child.child_side import Report
from worker.child.messages import Step
from worker.child.tasks import Fetched, FetchTask
from worker.sources.script import bind_conditions
from worker.sources.youtube.arrival import Offer, choose_stream, fetch_by
from worker.sources.youtube.playability import PlayerAnswer, refusal
from worker.sources.youtube.site import Gate, discreet, failure_of
from worker.sources.youtube.streams import AudioStream

ASK_AGAIN: Final = 2  # attempts at the player endpoint when the connection breaks

ResultT = TypeVar("ResultT")


def fetch_youtube(task: FetchTask, report: Report) -> Fetched:
    """Download the task's video; see `fetch_by`."""
    bind_conditions()
    return fetch_by(_ask, task, report)


def _ask(task: FetchTask, gate: Gate, report: Report) -> Offer:
    """The video and the stream to fetch, ready to be fetched; or why not."""
    assert isinstance(task.source, YouTube)
    for attempt in range(1, ASK_AGAIN + 1):
        report(Step())  # a word, so that nobody takes the time-outs of a dead network for a stall
        try:
            return _ask_once(task, task.source, gate)
        except Failed as refused:
            if refused.failure.reason is not Reason.NETWORK or attempt == ASK_AGAIN:
                raise
            time.sleep(1.0)
    raise AssertionError("unreachable")


def _ask_once(task: FetchTask, source: YouTube, gate: Gate) -> Offer:
    def translated(call: Callable[[], ResultT]) -> ResultT:
        """What `call` into the library returns; whatever it raises becomes a `Failed`.

        What is no connection's fault is the library not understanding the site: us being refused, not the video.
        """
        try:
            return call()
        except (Failed, MemoryError):
            raise
        except Exception as error:
            failure = gate.refused or failure_of(error)
            raise Failed(
                failure
                or Failure(reason=Reason.YOUTUBE_REFUSED, detail=discreet(f"not understood: {error!r}", task.proxy))
            ) from error

    # OAuth stays off: its token cache, in the library's own folder, is never written.
    library = translated(lambda: Library(source.url, use_oauth=False))
    answer = translated(lambda: PlayerAnswer.model_validate(library.vid_info))
    # Another video in place of ours means an outdated client; the library then tries others, so it is not final yet.
    swapped = answer.video_details is not None and answer.video_details.video_id != source.video_id
    if not swapped and (failure := refusal(answer, source.video_id)) is not None:
        raise Failed(failure)
    if swapped or not answer.streaming_data.adaptive_formats:
        translated(lambda: library.streaming_data)
        answer = translated(lambda: PlayerAnswer.model_validate(library.vid_info))
        if (failure := refusal(answer, source.video_id)) is not None:
            raise Failed(failure)
    details = answer.video_details
    assert details is not None  # `refusal` has seen to it

    formats = (*answer.streaming_data.adaptive_formats, *answer.streaming_data.formats)
    stream = choose_stream(formats, details.length_seconds, task.max_seconds)
    if not stream.url or translated(lambda: InnerTube(library.client).require_js_player):
        # Clients other than the default one need the player's script, run in Node.
        stream = _signed(stream, translated(lambda: library.fmt_streams))
    return Offer(
        video_id=details.video_id,
        title=details.title,
        author=details.author,
        seconds=details.length_seconds,
        stream=stream,
    )


def _signed(stream: AudioStream, candidates: Iterable[Any]) -> AudioStream:
    """`stream` with an address that works, which is that of one of the library's own streams."""
    for candidate in candidates:
        xtags = parse_qs(urlsplit(candidate.url).query).get("xtags", [""])[0]
        if candidate.itag == stream.itag and xtags == stream.xtags and not candidate.is_sabr:
            return stream.model_copy(update={"url": candidate.url})
    raise failed(Reason.YOUTUBE_REFUSED, f"no address for itag {stream.itag}")

"""Fetches a YouTube video's sound through pytubefix. Runs in a child process; the only module that calls pytubefix.

pytubefix knows the parts of YouTube that change monthly: clients, requests, signatures of addresses. Other modules give
reasons (`playability`), choose streams (`streams`), and download and check (`site`, `arrival`). One process per
download, since the library shares state between videos. It uses no cookies: its clients have none.
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

ASK_AGAIN: Final = 2  # attempts at the player endpoint if the connection breaks

ResultT = TypeVar("ResultT")


def fetch_youtube(task: FetchTask, report: Report) -> Fetched:
    """Downloads the task's video; see `fetch_by`."""
    bind_conditions()
    return fetch_by(_ask, task, report)


def _ask(task: FetchTask, gate: Gate, report: Report) -> Offer:
    """The video and the stream to fetch, with a signed address. Raises `Failed`."""
    assert isinstance(task.source, YouTube)
    for attempt in range(1, ASK_AGAIN + 1):
        report(Step())  # so that time-outs of a dead network do not count as a stall
        try:
            return _ask_once(task, task.source, gate)
        except Failed as refused:
            if refused.failure.reason is not Reason.NETWORK or attempt == ASK_AGAIN:
                raise
            time.sleep(1.0)
    raise AssertionError("unreachable")


def _ask_once(task: FetchTask, source: YouTube, gate: Gate) -> Offer:
    def translated(call: Callable[[], ResultT]) -> ResultT:
        """The result of `call` into the library; its exceptions become `Failed`.

        Exceptions that are not of the connection mean that the library did not understand the site: YOUTUBE_REFUSED.
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

    # OAuth stays off, so that the library writes no token cache into its folder.
    library = translated(lambda: Library(source.url, use_oauth=False))
    answer = translated(lambda: PlayerAnswer.model_validate(library.vid_info))
    # Another video in the answer means an outdated client; the library then tries other clients.
    swapped = answer.video_details is not None and answer.video_details.video_id != source.video_id
    if not swapped and (failure := refusal(answer, source.video_id)) is not None:
        raise Failed(failure)
    if swapped or not answer.streaming_data.adaptive_formats:
        translated(lambda: library.streaming_data)
        answer = translated(lambda: PlayerAnswer.model_validate(library.vid_info))
        if (failure := refusal(answer, source.video_id)) is not None:
            raise Failed(failure)
    details = answer.video_details
    assert details is not None  # checked by `refusal`

    formats = (*answer.streaming_data.adaptive_formats, *answer.streaming_data.formats)
    stream = choose_stream(formats, details.length_seconds, task.max_seconds)
    if not stream.url or translated(lambda: InnerTube(library.client).require_js_player):
        # Clients other than the default one need signatures by the player's script, in Node.
        stream = _signed(stream, translated(lambda: library.fmt_streams))
    return Offer(
        video_id=details.video_id,
        title=details.title,
        author=details.author,
        seconds=details.length_seconds,
        stream=stream,
    )


def _signed(stream: AudioStream, candidates: Iterable[Any]) -> AudioStream:
    """`stream` with the signed address of the same stream in the library's list."""
    for candidate in candidates:
        xtags = parse_qs(urlsplit(candidate.url).query).get("xtags", [""])[0]
        if candidate.itag == stream.itag and xtags == stream.xtags and not candidate.is_sabr:
            return stream.model_copy(update={"url": candidate.url})
    raise failed(Reason.YOUTUBE_REFUSED, f"no address for itag {stream.itag}")

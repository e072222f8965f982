"""Fetches a YouTube video's sound through yt-dlp, when pytubefix is refused: another code base, which takes cookies.

yt-dlp only finds addresses, with its own choice of clients; the download is that of all providers (`arrival`), so
yt-dlp never records a live stream, needs no ffmpeg, and writes nothing. Cookies are tried first, then none: expired
cookies must not fail the song.
"""

import contextlib
import re
from io import StringIO
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

from yt_dlp.extractor.youtube import YoutubeIE

from jobs.failures import Failed, Failure, Reason, failed
from jobs.models import YouTube
from worker.child.child_side import Report
from worker.child.messages import Step
from worker.child.tasks import Fetched, FetchTask
from worker.sources.youtube.arrival import Offer, choose_stream, fetch_by
from worker.sources.youtube.cookies import read_cookies
from worker.sources.youtube.library import Library
from worker.sources.youtube.playability import reason_in, refusal
from worker.sources.youtube.providers import SERVICE_SIDE, is_service_side
from worker.sources.youtube.site import Gate, discreet

_ITAG: Final = re.compile(r"\d+")
#: yt-dlp's `language_preference` of the original track and of the viewer's default.
_ORIGINAL: Final = 10
_DEFAULT: Final = 5
_NOT_RECORDED: Final = {"is_live": Reason.LIVE, "post_live": Reason.LIVE, "is_upcoming": Reason.UPCOMING}


def fetch_ytdlp(task: FetchTask, report: Report) -> Fetched:
    """Downloads the task's video; see `fetch_by`."""
    return fetch_by(_ask, task, report)


def _ask(task: FetchTask, gate: Gate, report: Report) -> Offer:
    """The video and the stream to fetch, first with cookies, then without. Raises `Failed`."""
    signed_in = ""
    if task.cookies is not None:
        try:
            return _ask_as(task, gate, report, read_cookies(task.cookies))
        except Failed as refused:
            if not is_service_side(refused.failure):
                raise
            signed_in = f"signed in: {refused.failure.detail}; else: "
    try:
        return _ask_as(task, gate, report)
    except Failed as refused:
        detail = f"{signed_in}{refused.failure.detail}"
        raise Failed(refused.failure.model_copy(update={"detail": detail})) from None


def _ask_as(task: FetchTask, gate: Gate, report: Report, cookies: StringIO | None = None) -> Offer:
    assert isinstance(task.source, YouTube)
    library = Library(
        YoutubeIE,
        task,
        gate,
        lambda: report(Step()),
        cookies,
        extractor_args={"youtube": {"skip": ["hls", "dash", "translated_subs"]}},  # manifests of unused streams
    )
    try:
        found = library.extract_info(task.source.url, download=False, process=False, ie_key=YoutubeIE.ie_key())
    except MemoryError:
        raise
    except Exception as error:
        raise Failed(_why_not(library, task.source, gate, discreet(str(error), task.proxy))) from None
    if found.get("_type", "video") != "video" or found.get("id") != task.source.video_id:
        raise Failed(_why_not(library, task.source, gate, f"found a {found.get('_type')} {found.get('id')!r}"))
    if (reason := _NOT_RECORDED.get(found.get("live_status"))) is not None:
        raise failed(reason, f"live_status {found['live_status']}")

    seconds = found.get("duration")
    # Formats with a protocol are playlists of pieces, and pictures.
    formats = [format_ for format_ in found["formats"] if format_.get("protocol", "https") == "https"]
    if not formats:
        raise Failed(_why_not(library, task.source, gate, "no formats"))
    stream = choose_stream(map(_as_youtube_says, formats), seconds, task.max_seconds)
    ready_at = next((format_.get("available_at") for format_ in formats if format_["url"] == stream.url), None)
    return Offer(
        video_id=found["id"],
        title=found.get("title") or "",
        author=found.get("channel") or found.get("uploader") or "",
        seconds=seconds,
        stream=stream,
        ready_at=ready_at or 0.0,
    )


# --- why not ---------------------------------------------------------------------------------------------------


def _why_not(library: Library, source: YouTube, gate: Gate, words: str) -> Failure:
    """The failure: the player's reason, else that of a failed request, else the library's message."""
    if gate.refused is not None:
        return gate.refused
    if (told := _told(library, source)) is not None:
        return told
    if library.answers:
        return Failure(reason=Reason.YOUTUBE_REFUSED, detail=f"nothing that we can fetch: {words}")
    if library.troubles:
        return min(library.troubles, key=lambda failure: SERVICE_SIDE.index(failure.reason))
    return Failure(reason=reason_in(words) or Reason.YOUTUBE_REFUSED, detail=words)


def _told(library: Library, source: YouTube) -> Failure | None:
    """The player's reason against the video, if all clients got one: some are refused where others are not."""
    refusals = [refusal(answer, source.video_id) for answer in library.answers]
    if None in refusals:
        return None
    about_video = (failure for failure in refusals if failure and not is_service_side(failure))
    return next(about_video, refusals[0] if refusals else None)


# --- what there is ---------------------------------------------------------------------------------------------


def _as_youtube_says(format_: dict[str, Any]) -> dict[str, Any]:
    """A format of yt-dlp in YouTube's own JSON, for `streams` to choose from."""
    with_video = format_.get("vcodec") not in (None, "none")
    codecs = [codec for codec in (format_.get("vcodec"), format_.get("acodec")) if codec not in (None, "none")]
    container = {"m4a": "mp4"}.get(format_.get("ext", ""), format_.get("ext"))
    itag, seconds = _ITAG.match(str(format_.get("format_id"))), _seconds(format_["url"])
    preference = format_.get("language_preference")
    track = {
        "displayName": "original" if preference == _ORIGINAL else "",
        "audioIsDefault": preference == _DEFAULT,
    }
    return {
        "itag": itag[0] if itag else "",
        "mimeType": f'{"video" if with_video else "audio"}/{container}; codecs="{", ".join(codecs)}"',
        "contentLength": format_.get("filesize"),
        "url": format_["url"],
        "bitrate": round(1000 * (format_.get("tbr") or 0)),
        "approxDurationMs": seconds and 1000 * seconds,
        "isDrc": str(format_.get("format_id")).endswith("-drc"),
        "audioTrack": track if format_.get("language") else None,
    }


def _seconds(url: str) -> float | None:
    """A stream's exact length, from its address."""
    with contextlib.suppress(ValueError):
        return float(parse_qs(urlsplit(url).query).get("dur", [""])[0])
    return None

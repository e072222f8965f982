"""A YouTube video's sound through pytubefix. Runs in a child process; the only module that calls pytubefix.

pytubefix knows what changes monthly: which client to pose as, what to send, how addresses are signed. What it does not
do is done here and beside: reasons (`playability`), choice of stream (`streams`), a download that ends and is checked
(`site`). One process per download, since the library shares state between videos; a second provider would stand
beside this module, with a function like `fetch_youtube`.
"""

import contextlib
import logging
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from queue import Empty, Queue
from threading import Thread
from typing import Final, TypeVar
from urllib.parse import parse_qs, urlsplit

from pytubefix import YouTube as Library
from pytubefix.innertube import InnerTube

from jobs.failures import Failed, Failure, Reason, failed
from jobs.models import YouTube
from worker.child import Step
from worker.childside import Report
from worker.sources.naming import tags_of
from worker.sources.playability import PlayerAnswer, VideoDetails, refusal
from worker.sources.site import Gate, download, failure_of, fetch_small, open_gate
from worker.sources.streams import AudioStream, audio_streams, choose
from worker.tasks import Fetched, FetchTask

log = logging.getLogger(__name__)

REPORT_SECONDS: Final = 0.25  # between two reports while bytes arrive
ASK_AGAIN: Final = 2  # attempts at the player endpoint when the connection breaks
SPARE_DISK: Final = 16 << 20  # bytes left free beside the file
HIGHEST_RATE: Final = 64_000  # bytes per second of song: far above any audio alone
COVERS: Final = ("maxresdefault", "hqdefault")  # the second exists for every video
COVER_BYTES: Final = 4 << 20
COVER_SECONDS: Final = 8.0
JPEG: Final = b"\xff\xd8\xff"

ResultT = TypeVar("ResultT")


def fetch_youtube(task: FetchTask, report: Report) -> Fetched:
    """Download the task's video as `audio.m4a` or `audio.webm`, and `cover.jpg`, into `task.output`.

    Raises `Failed` with what YouTube says of the video (PRIVATE, REMOVED, AGE_RESTRICTED, MEMBERS_ONLY, REGION_BLOCKED,
    LIVE, UPCOMING), TOO_LONG before anything is downloaded, YOUTUBE_REFUSED when the site refuses us or answers what we
    do not understand, NETWORK, STALLED, NO_DISK. Then nothing is left in the folder.
    """
    gate = open_gate()
    with _clean_on_failure(task.output):
        details, stream = _ask(task, gate, report)
        tags = tags_of(details.title, details.author, details.video_id)
        seconds = details.length_seconds or stream.seconds
        known = Step(title=tags.title, artist=tags.artist, seconds=seconds)
        report(known.model_copy(update={"fraction": 0.0}))

        if shutil.disk_usage(task.output).free < stream.bytes_ + SPARE_DISK:
            raise failed(Reason.NO_DISK, f"{stream.bytes_} bytes to download")
        audio = task.output / ("audio.m4a" if stream.container == "mp4" else "audio.webm")
        log.info("itag %d, %d bytes, %s track", stream.itag, stream.bytes_, stream.track)
        download(stream.url, audio, stream.bytes_, _reporting(report, known, stream.bytes_))
        seconds = _verify(audio, stream, details, task.max_seconds) or seconds
        return Fetched(audio=audio, tags=tags, seconds=seconds, cover=_cover(details.video_id, task.output))


# --- what the site says ----------------------------------------------------------------------------------------


def _ask(task: FetchTask, gate: Gate, report: Report) -> tuple[VideoDetails, AudioStream]:
    """The video's details and the stream to fetch, ready to be fetched; or why not."""
    assert isinstance(task.source, YouTube)
    for attempt in range(1, ASK_AGAIN + 1):
        report(Step())  # a word, so that nobody takes the time-outs of a dead network for a stall
        try:
            return _ask_once(task.source, gate, task.max_seconds)
        except Failed as refused:
            if refused.failure.reason is not Reason.NETWORK or attempt == ASK_AGAIN:
                raise
            time.sleep(1.0)
    raise AssertionError("unreachable")


def _ask_once(source: YouTube, gate: Gate, max_seconds: float) -> tuple[VideoDetails, AudioStream]:
    # OAuth stays off: its token cache, in the library's own folder, is never written.
    library = _translated(gate, lambda: Library(source.url, use_oauth=False))
    answer = _translated(gate, lambda: PlayerAnswer.model_validate(library.vid_info))
    # Another video in place of ours means an outdated client; the library then tries others, so it is not final yet.
    swapped = answer.video_details is not None and answer.video_details.video_id != source.video_id
    if not swapped and (failure := refusal(answer, source.video_id)) is not None:
        raise Failed(failure)
    if swapped or not answer.streaming_data.adaptive_formats:
        _translated(gate, lambda: library.streaming_data)
        answer = _translated(gate, lambda: PlayerAnswer.model_validate(library.vid_info))
        if (failure := refusal(answer, source.video_id)) is not None:
            raise Failed(failure)
    details = answer.video_details
    assert details is not None  # `refusal` has seen to it
    _refuse_long(details.length_seconds, max_seconds)

    formats = (*answer.streaming_data.adaptive_formats, *answer.streaming_data.formats)
    stream = choose(audio_streams(formats))
    if stream is None:
        raise failed(Reason.YOUTUBE_REFUSED, f"no audio that we can fetch among {len(formats)} formats")
    _refuse_long(stream.seconds or 0.0, max_seconds)
    most = max_seconds * HIGHEST_RATE + (1 << 20)
    if stream.bytes_ > most:
        raise failed(Reason.TOO_LARGE, bytes=stream.bytes_, limit_bytes=most)
    return details, _signed(library, stream, gate)


def _signed(library: Library, stream: AudioStream, gate: Gate) -> AudioStream:
    """`stream` with an address that works. Clients other than the default one need the player's script, run in Node."""
    if stream.url and not InnerTube(library.client).require_js_player:
        return stream
    for candidate in _translated(gate, lambda: library.fmt_streams):
        xtags = parse_qs(urlsplit(candidate.url).query).get("xtags", [""])[0]
        if candidate.itag == stream.itag and xtags == stream.xtags and not candidate.is_sabr:
            return stream.model_copy(update={"url": candidate.url})
    raise failed(Reason.YOUTUBE_REFUSED, f"no address for itag {stream.itag}")


def _translated(gate: Gate, call: Callable[[], ResultT]) -> ResultT:
    """What `call` into the library returns; whatever it raises becomes a `Failed`.

    What is no connection's fault is the library not understanding the site, which is us being refused, not the video.
    """
    try:
        return call()
    except (Failed, MemoryError):
        raise
    except Exception as error:
        failure = gate.refused or failure_of(error)
        raise Failed(
            failure or Failure(reason=Reason.YOUTUBE_REFUSED, detail=f"not understood: {error!r}"[:500])
        ) from error


def _refuse_long(seconds: float, limit: float) -> None:
    if seconds > limit:
        raise failed(Reason.TOO_LONG, seconds=seconds, limit_seconds=limit)


# --- what arrived ----------------------------------------------------------------------------------------------


def _verify(audio: Path, stream: AudioStream, details: VideoDetails, max_seconds: float) -> float | None:
    """The length of `audio` in seconds, as its container says, after a look that it is what was asked for."""
    if audio.stat().st_size != stream.bytes_:
        raise failed(Reason.YOUTUBE_REFUSED, f"{audio.stat().st_size} bytes in place of {stream.bytes_}")
    # As late as this: most refusals come before, and decoders take as long to load as the site to answer.
    from worker.audio.reading import open_song

    try:
        with open_song(audio) as song:  # which decodes the beginning
            seconds = song.seconds
    except Failed as error:
        # The person sent a link, not this file: that it does not decode is between YouTube and us.
        raise failed(Reason.YOUTUBE_REFUSED, f"what arrived does not decode: {error!r}") from None
    if seconds is None:
        return None
    # The stream's own length is exact; the video's is rounded, and its picture may go on after the sound.
    for promised, slack in ((stream.seconds, (2.0, 0.01)), (details.length_seconds, (10.0, 0.1))):
        if promised and abs(seconds - promised) > max(slack[0], slack[1] * promised):
            raise failed(Reason.YOUTUBE_REFUSED, f"{seconds:.1f} s of audio in place of {promised:.1f} s")
    _refuse_long(seconds, max_seconds)
    return seconds


def _cover(video_id: str, folder: Path) -> Path | None:
    """The video's still, or None: no song fails, or waits long, for its cover."""
    answers: Queue[bytes | None] = Queue()
    # In a thread, since a host with many addresses may take its time-out once for each of them.
    Thread(target=lambda: answers.put(_still(video_id)), daemon=True).start()
    try:
        picture = answers.get(timeout=COVER_SECONDS)
    except Empty:
        return None
    if picture is None:
        return None
    cover = folder / "cover.jpg"
    cover.write_bytes(picture)
    return cover


def _still(video_id: str) -> bytes | None:
    for name in COVERS:
        try:
            picture = fetch_small(f"https://i.ytimg.com/vi/{video_id}/{name}.jpg", COVER_BYTES)
        except Exception as error:
            log.info("no %s: %r", name, failure_of(error) or error)
            continue
        if picture.startswith(JPEG):
            return picture
    return None


def _reporting(report: Report, known: Step, size: int) -> Callable[[int], None]:
    """A callback that reports bytes so far, a few times a second and at the end."""
    last = 0.0

    def on_bytes(done: int) -> None:
        nonlocal last
        now = time.monotonic()
        if done >= size or now - last >= REPORT_SECONDS:
            last = now
            report(known.model_copy(update={"fraction": done / size, "alive": done}))

    return on_bytes


@contextlib.contextmanager
def _clean_on_failure(folder: Path) -> Iterator[None]:
    try:
        yield
    except BaseException:
        for name in ("audio.m4a", "audio.webm", "cover.jpg"):
            (folder / name).unlink(missing_ok=True)
        raise

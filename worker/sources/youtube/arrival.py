"""The download of every provider: checks an offer before the first byte, and the file after the last.

A provider is a function that turns a task into an `Offer`. `site.download` fetches the bytes: the libraries' downloads
accept any bytes as a song, or do not end.
"""

import contextlib
import logging
import shutil
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from queue import Empty, Queue
from threading import Thread
from typing import TYPE_CHECKING, Any, Final

from jobs.failures import Failed, Reason, failed
from jobs.models import Value
from worker.child.child_side import Report
from worker.child.confinement.walls import close_network
from worker.child.messages import Step
from worker.child.tasks import Fetched, FetchTask
from worker.sources.script import bind_programs
from worker.sources.youtube.naming import tags_of
from worker.sources.youtube.site import Gate, download, failure_of, fetch_small, open_gate, size_behind
from worker.sources.youtube.streams import AudioStream, audio_streams, choose

if TYPE_CHECKING:
    from worker.audio.reading import Song

log = logging.getLogger(__name__)

REPORT_SECONDS: Final = 0.25  # between two reports while bytes arrive
LONGEST_WAIT: Final = 20.0  # seconds until an address starts to work
SPARE_DISK: Final = 16 << 20  # bytes left free beside the file
HIGHEST_RATE: Final = 64_000  # bytes per second of song: far above any audio alone
COVERS: Final = ("maxresdefault", "hqdefault")  # the second exists for every video
COVER_BYTES: Final = 4 << 20
COVER_SECONDS: Final = 8.0
JPEG: Final = b"\xff\xd8\xff"


class Offer(Value):
    """A provider's answer: a video, and the stream to fetch. `ready_at`: when its address starts to work, Unix time."""

    video_id: str
    title: str
    author: str
    seconds: float | None  # of the video, rounded
    stream: AudioStream
    ready_at: float = 0.0


def fetch_by(ask: Callable[[FetchTask, Gate, Report], Offer], task: FetchTask, report: Report) -> Fetched:
    """Downloads the task's video as `audio.m4a` or `audio.webm`, and `cover.jpg`, into `task.output`.

    Raises `Failed` with YouTube's reason against the video (PRIVATE, REMOVED, AGE_RESTRICTED, MEMBERS_ONLY,
    REGION_BLOCKED, LIVE, UPCOMING), TOO_LONG before the download, YOUTUBE_REFUSED when the site refuses us or answers
    in an unknown form, NETWORK, STALLED, NO_DISK. The folder is empty then.
    """
    gate = open_gate(task.requests, task.proxy)
    bind_programs()
    with _clean_on_failure(task.output):
        offer = ask(task, gate, report)
        stream, tags = offer.stream, tags_of(offer.title, offer.author, offer.video_id)
        seconds = offer.seconds or stream.seconds
        known = Step(title=tags.title, artist=tags.artist, seconds=seconds)
        report(known.model_copy(update={"fraction": 0.0}))

        _wait_until(offer.ready_at, lambda: report(known))
        most = _most_bytes(task.max_seconds)
        size = _size(stream, most)
        about = size or _guess(stream, seconds, most)
        if shutil.disk_usage(task.output).free < about + SPARE_DISK:
            raise failed(Reason.NO_DISK, f"{about} bytes to download")
        audio = task.output / ("audio.m4a" if stream.container == "mp4" else "audio.webm")
        log.info("downloading itag %d, %s bytes, %s track", stream.itag, size or f"about {about}", stream.track)
        download(stream.url, audio, size, most, _reporting(report, known, about))
        _refuse_incomplete(audio, offer, size)
        cover = _cover(offer.video_id, task.output)
        close_network()  # the file may take over its decoder, which needs no network
        seconds = _verify(audio, offer, _counting(report, known)) or seconds
        return Fetched(audio=audio, tags=tags, seconds=seconds, cover=cover)


# --- before ----------------------------------------------------------------------------------------------------


def choose_stream(formats: Iterable[dict[str, Any]], seconds: float | None, max_seconds: float) -> AudioStream:
    """The stream to fetch of a video that is `seconds` long. Raises `Failed`: TOO_LONG, TOO_LARGE, YOUTUBE_REFUSED."""
    _refuse_long(seconds, max_seconds)
    formats = list(formats)
    stream = choose(audio_streams(formats))
    if stream is None:
        raise failed(Reason.YOUTUBE_REFUSED, f"no audio that we can fetch among {len(formats)} formats")
    _refuse_long(stream.seconds, max_seconds)
    _refuse_large(stream.bytes_, _most_bytes(max_seconds))
    return stream


def _most_bytes(max_seconds: float) -> int:
    """The largest size of a song of the allowed length."""
    return round(max_seconds * HIGHEST_RATE) + (1 << 20)


def _size(stream: AudioStream, most: int) -> int | None:
    """The bytes to fetch, None where the site does not tell. Raises `Failed` TOO_LARGE."""
    if stream.bytes_ is not None:
        return stream.bytes_
    size = size_behind(stream.url)
    _refuse_large(size, most)
    return size


def _guess(stream: AudioStream, seconds: float | None, most: int) -> int:
    """An estimate of the bytes to fetch, where the site does not tell."""
    guess = round((seconds or 0) * stream.bits_per_second / 8)
    return guess if 0 < guess < most else most


def _refuse_large(size: int | None, limit: int) -> None:
    if size is not None and size > limit:
        raise failed(Reason.TOO_LARGE, bytes=size, limit_bytes=limit)


def _refuse_long(seconds: float | None, limit: float) -> None:
    if seconds is not None and seconds > limit:
        raise failed(Reason.TOO_LONG, seconds=seconds, limit_seconds=limit)


def _wait_until(ready_at: float, alive: Callable[[], None]) -> None:
    """Waits as long as the advertisement that YouTube puts before a song; before that it refuses the song."""
    ready_at = min(ready_at, time.time() + LONGEST_WAIT)
    while (left := ready_at - time.time()) > 0:
        alive()
        time.sleep(min(left, 2.0))


# --- after -----------------------------------------------------------------------------------------------------


def _refuse_incomplete(audio: Path, offer: Offer, size: int | None) -> None:
    """Raises `Failed` if fewer or more bytes arrived than promised, or if completeness cannot be checked."""
    if size is not None and audio.stat().st_size != size:
        raise failed(Reason.YOUTUBE_REFUSED, f"{audio.stat().st_size} bytes in place of {size}")
    if offer.stream.bytes_ is None and not (offer.stream.seconds or offer.seconds):
        raise failed(
            Reason.YOUTUBE_REFUSED, "neither size nor length is told, so that nobody knows whether it is whole"
        )


def _verify(audio: Path, offer: Offer, on_samples: Callable[[int], None]) -> float | None:
    """Checks that `audio` is the offered song. Returns its length in seconds, by its container.

    Without a size in the offer, decodes the whole file: the only check that it is complete.
    """
    counted = offer.stream.bytes_ is None
    # Imported here: most refusals come before, and decoders take as long to load as the site to answer.
    from worker.audio.reading import open_song

    try:
        with open_song(audio) as song:  # which decodes the beginning
            seconds = _count(song, on_samples) if counted else song.seconds
    except Failed as error:
        # YOUTUBE_REFUSED, not NOT_AUDIO: the person sent a link, not this file.
        raise failed(Reason.YOUTUBE_REFUSED, f"what arrived does not decode: {error!r}") from None
    if seconds is None:
        return None
    # The stream's length is exact; the video's is rounded, and the picture may be longer than the sound.
    for promised, slack in ((offer.stream.seconds, (2.0, 0.01)), (offer.seconds, (10.0, 0.1))):
        if promised and abs(seconds - promised) > max(slack[0], slack[1] * promised):
            raise failed(Reason.YOUTUBE_REFUSED, f"{seconds:.1f} s of audio in place of {promised:.1f} s")
    return seconds


def _count(song: "Song", on_samples: Callable[[int], None]) -> float:
    """The seconds of sound in a song, by decoding. Raises `Failed`."""
    from worker.audio.sound import SAMPLE_RATE

    samples, told = 0, time.monotonic()
    for block in song.blocks():
        samples += len(block)
        if time.monotonic() - told >= REPORT_SECONDS:
            told = time.monotonic()
            on_samples(samples)
    return samples / SAMPLE_RATE


def _cover(video_id: str, folder: Path) -> Path | None:
    """The video's still, or None: a song does not fail, nor wait long, for its cover."""
    answers: Queue[bytes | None] = Queue()
    # In a thread: a host with many addresses may take its time-out once for each of them.
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
            log.info("cannot fetch cover %s: %r", name, failure_of(error) or error)
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
            report(known.model_copy(update={"fraction": min(1.0, done / size), "alive": done}))

    return on_bytes


def _counting(report: Report, known: Step) -> Callable[[int], None]:
    """A callback that reports while samples are counted, after all bytes arrived."""
    return lambda samples: report(known.model_copy(update={"fraction": 1.0, "alive": samples}))


@contextlib.contextmanager
def _clean_on_failure(folder: Path) -> Iterator[None]:
    try:
        yield
    except BaseException:
        for name in ("audio.m4a", "audio.webm", "cover.jpg"):
            (folder / name).unlink(missing_ok=True)
        raise

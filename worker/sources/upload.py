"""Checks and names an uploaded file."""

import re
import time
from collections.abc import Callable
from pathlib import Path

from jobs.failures import Reason, failed
from jobs.filenames import NAMELESS, one_line
from jobs.models import Upload
from jobs.results import Tags
from worker.audio.pictures import picture_of
from worker.audio.reading import Song, open_song
from worker.audio.sound import SAMPLE_RATE
from worker.child.child_side import Report
from worker.child.messages import Step
from worker.child.tasks import Fetched, FetchTask

REPORT_SECONDS = 1.0  # between two reports
LONGEST_TAG = 500  # characters: longer ones are no names
_EXTENSION = re.compile(r"\.[A-Za-z0-9]{1,5}$")


def fetch_upload(task: FetchTask, report: Report) -> Fetched:
    """Checks the file in the inbox and finds its tags and length. The file stays in the inbox.

    Title and artist come from the sender, else from the file's tags, else from its name. The length is counted by
    decoding the whole sound: headers are wrong in files that were cut or joined, and a wrong length would be shown,
    counted as used minutes, or refused. Raises `Failed`: UPLOAD_GONE, EMPTY, NOT_AUDIO, NO_SOUND, TOO_LONG.
    """
    if not isinstance(task.source, Upload):
        raise failed(Reason.INTERNAL, f"no upload: {task.source.key}")
    if task.inbox is None or not task.inbox.is_file():
        raise failed(Reason.UPLOAD_GONE, task.source.upload_id)
    with open_song(task.inbox) as song:
        tags = _tags(task.source, song)
        known = Step(fraction=0.0, title=tags.title, artist=tags.artist or None)
        report(known)
        seconds = _count(song, task.max_seconds, lambda samples: report(known.model_copy(update={"alive": samples})))
        report(known.model_copy(update={"fraction": 1.0, "seconds": seconds}))
        return Fetched(audio=task.inbox, tags=tags, seconds=seconds, cover=_keep_cover(song.cover, task.output))


def _count(song: Song, limit: float, on_samples: Callable[[int], None]) -> float:
    """Seconds of sound in the song. Raises `Failed` TOO_LONG as soon as they are more than `limit`."""
    samples, last = 0, time.monotonic()
    for block in song.blocks():
        samples += len(block)
        if samples > limit * SAMPLE_RATE:
            # The rest is not decoded. The header's length may be right where it is larger than the count.
            raise failed(Reason.TOO_LONG, seconds=max(samples / SAMPLE_RATE, song.seconds or 0.0), limit_seconds=limit)
        if time.monotonic() - last >= REPORT_SECONDS:
            last = time.monotonic()
            on_samples(samples)
    if samples == 0:
        raise failed(Reason.EMPTY)
    return samples / SAMPLE_RATE


def _tags(upload: Upload, song: Song) -> Tags:
    title = _plain(upload.title) or _plain(song.title) or _title_in(upload.name) or NAMELESS
    return Tags(title=title, artist=_plain(upload.performer) or _plain(song.artist))


def _title_in(name: str) -> str:
    """A title from a file's name: no folders, no extension, words instead of underscores."""
    last = re.split(r"[/\\]", name)[-1]
    return _plain(_EXTENSION.sub("", last).replace("_", " "))


def _plain(text: str | None) -> str:
    return one_line(text or "")[:LONGEST_TAG].strip()


def _keep_cover(content: bytes | None, folder: Path) -> Path | None:
    if content is None or (picture := picture_of(content)) is None:
        return None
    path = folder / f"cover.{picture.extension}"
    path.write_bytes(content)
    return path

"""A person's own file: already here, to be looked at and named."""

import re
from pathlib import Path

from jobs.failures import Reason, failed
from jobs.models import Upload
from jobs.names import NAMELESS, one_line
from jobs.outcomes import Tags
from worker.audio.pictures import picture_of
from worker.audio.reading import Song, open_song
from worker.childside import Report
from worker.steps import Step
from worker.tasks import Fetched, FetchTask

LONGEST_TAG = 500  # characters: beyond that it is not a name
_EXTENSION = re.compile(r"\.[A-Za-z0-9]{1,5}$")


def fetch_upload(task: FetchTask, report: Report) -> Fetched:
    """Check the file in the inbox and find out what it is called. The file stays where it is.

    Title and artist are what the sender says, else what the file says, else its name. Raises `Failed`: UPLOAD_GONE,
    EMPTY, NOT_AUDIO, NO_SOUND, TOO_LONG where the file knows its length (the separation counts it in any case).
    """
    if not isinstance(task.source, Upload):
        raise failed(Reason.INTERNAL, f"no upload: {task.source.key}")
    if task.inbox is None or not task.inbox.is_file():
        raise failed(Reason.UPLOAD_GONE, task.source.upload_id)
    with open_song(task.inbox) as song:
        if song.is_counted and song.seconds is not None and song.seconds > task.max_seconds:
            raise failed(Reason.TOO_LONG, seconds=song.seconds, limit_seconds=task.max_seconds)
        tags = _tags(task.source, song)
        report(Step(fraction=1.0, title=tags.title, artist=tags.artist or None, seconds=song.seconds))
        return Fetched(audio=task.inbox, tags=tags, seconds=song.seconds, cover=_keep_cover(song.cover, task.output))


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

"""Packs encoded stems into one zip, or into several independent ones, with a file about their contents."""

import json
import shutil
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from jobs.filenames import ABOUT, ANALYSIS
from jobs.models import Rendition, Stem
from jobs.music.analysis_json import analysis_json
from jobs.music.effects import PLAIN
from jobs.music.levels import decibels
from jobs.results import SAMPLE_RATE
from worker.child.tasks import RenderTask
from worker.rendering.pages import DEFLATED

ZIP_TIME = (1980, 1, 1, 0, 0, 0)  # the earliest time of a zip: equal stems make equal zips


class Entry(NamedTuple):
    """One file of a zip: its stem, None for a mix, its name in the zip, and its path.

    `is_page`: a player's page, which is deflated, and not told of among the sounds.
    """

    stem: Stem | None
    name: str
    path: Path
    is_page: bool = False

    @property
    def packed_bytes(self) -> int:
        """Bytes in the zip, at most."""
        return round(self.path.stat().st_size * (DEFLATED if self.is_page else 1))


def zip_stems(folder: Path, task: RenderTask, rendition: Rendition, entries: Sequence[Entry]) -> Iterator[Path]:
    """Packs `entries` into `folder`, in archives of at most `part_bytes` of the package unless a file is larger.

    Each archive ends with the file `jobs.filenames.ABOUT`: title, sample rate, the gain of each stem, and the seconds
    by which stems begin after a video's picture and are shorter than the recording. Before it comes `ANALYSIS`,
    where the song was analysed and the files have its tempo and key.
    """
    folder.mkdir(exist_ok=True)
    found = _analysis(task, rendition)
    room = _taken(ABOUT, len(_about(task, rendition, entries))) + _taken(ANALYSIS, len(found))
    groups = _groups(entries, rendition.package.part_bytes if rendition.package else 0, room)
    for name, group in zip(archive_names(len(groups)), groups, strict=True):
        _zip(folder / name, group, _about(task, rendition, group), found)
        yield folder / name


def archive_names(count: int) -> list[str]:
    """The names of so many archives of one rendition in the store."""
    return ["stems.zip"] if count == 1 else [f"stems-{number}.zip" for number in range(1, count + 1)]


def _analysis(task: RenderTask, rendition: Rendition) -> bytes:
    if task.analysis is None or rendition.effect != PLAIN:
        return b""
    return analysis_json(task.analysis).encode() + b"\n"


def _about(task: RenderTask, rendition: Rendition, entries: Sequence[Entry]) -> bytes:
    gain = 1.0 if rendition.encoding.format.keeps_level else task.gain
    about = {
        "title": task.tags.title,
        "artist": task.tags.artist,
        "format": rendition.encoding.format.label,
        "sample_rate": SAMPLE_RATE,
        **{name: round(seconds, 3) for name, seconds in _left_out(task).items() if seconds},
        "files": [
            {"name": entry.name, "stem": entry.stem, "gain": gain, "gain_db": round(decibels(gain), 3)}
            for entry in entries
            if not entry.is_page
        ],
        "made_by": "FL-BT",
        "track": task.track_id,
    }
    return json.dumps(about, ensure_ascii=False, indent=1).encode(errors="replace") + b"\n"


def _left_out(task: RenderTask) -> dict[str, float]:
    """Seconds of the recording that the stems lack."""
    return {"late_seconds": task.late, "gap_seconds": task.gaps}


def _groups(entries: Sequence[Entry], part_bytes: int, room: int) -> list[list[Entry]]:
    """Entries for one archive each, in order, of at most `part_bytes` with a zip's headers and `room` further bytes;
    0: one archive."""
    groups: list[list[Entry]] = [[]]
    size = room
    for entry in entries:
        more = _taken(entry.name, entry.packed_bytes)
        if part_bytes and groups[-1] and size + more > part_bytes:
            groups.append([])
            size = room
        groups[-1].append(entry)
        size += more
    return groups


def _taken(name: str, bytes_: int) -> int:
    """The most bytes of a file in a zip."""
    # A local header and a directory entry, both with the name, and the end of the directory.
    return bytes_ + 2 * len(name.encode()) + 200


def _zip(path: Path, entries: Sequence[Entry], about: bytes, found: bytes) -> None:
    """Writes a zip. Sound is compressed already, a page is not; equal files give equal zips."""
    unfinished = path.with_name(path.name + ".part")
    with zipfile.ZipFile(unfinished, "w", zipfile.ZIP_STORED) as archive:
        for _, name, source, is_page in entries:
            entry = _info(name)
            if is_page:
                entry.compress_type = zipfile.ZIP_DEFLATED
            entry.file_size = source.stat().st_size  # zipfile needs it: above 2 GB an entry has a longer header
            with source.open("rb") as file, archive.open(entry, "w") as into:
                shutil.copyfileobj(file, into, 1 << 20)
        if found:
            archive.writestr(_info(ANALYSIS), found)
        archive.writestr(_info(ABOUT), about)
    unfinished.replace(path)


def _info(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, ZIP_TIME)
    entry.create_system = 3  # Unix, for the mode of an ordinary file: rw-r--r--
    entry.external_attr = 0o100644 << 16
    return entry

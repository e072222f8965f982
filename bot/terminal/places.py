"""Finding the folder or zip of a song: one that an earlier run made for it, or a new one. Other files stay."""

import os
import zipfile
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Final

from pydantic import ValidationError

from jobs.filenames import ABOUT, track_name
from jobs.models import Format, Value
from jobs.results import Manifest

MARK: Final = ".fl-bt.json"  # in each folder of stems: names its song
_MOST: Final = 1_000_000  # bytes of a mark; a longer file is none


class Mark(Value):
    """The mark of a folder: the song, and its separation."""

    source: str
    track: str


class _About(Value):
    """The mark of a zip, from the file about it inside."""

    track: str
    format: str


def place_folder(staged: Path, manifest: Manifest, output: Path) -> Path:
    """Move the folder `staged`, which holds all files, to `Artist - Title` in `output`, and return where they are.

    Where this separation has a folder already, its files are replaced there. Any other folder or file stays, and the
    name gets a number; where it is another separation of the same song, the number of its stems first.
    """
    mark = Mark(source=manifest.source.key, track=manifest.track_id)
    (staged / MARK).write_text(mark.model_dump_json(), encoding="utf-8")
    name = track_name(manifest.tags)
    first = _mark_of(output / name)
    if first and first.source == mark.source and first.track != mark.track:
        name = track_name(manifest.tags, manifest.model.info.label)
    for place in _numbered(output, name, ""):
        if _mark_of(place) != mark:
            if _is_moved(staged, place):
                return place
            if _mark_of(place) != mark:  # else another run just made it, for the same separation
                continue
        for file in staged.iterdir():
            file.replace(place / file.name)
        return place
    raise AssertionError("numbers do not end")


def place_zip(staged: Path, manifest: Manifest, format_: Format, output: Path) -> Path:
    """Move the file `staged` to `Artist - Title (2 stems).zip` in `output`, and return where it is.

    The zip of this separation in this format is replaced. Any other file stays, and the name gets a number.
    """
    about = _About(track=manifest.track_id, format=format_.label)
    for place in _numbered(output, track_name(manifest.tags, manifest.model.info.label), ".zip"):
        if _about_zip(place) == about:
            staged.replace(place)
            return place
        if _is_linked(staged, place):
            return place
    raise AssertionError("numbers do not end")


def _numbered(output: Path, name: str, ending: str) -> Iterator[Path]:
    yield output / f"{name}{ending}"
    for number in count(2):
        yield output / f"{name} {number}{ending}"


def _is_moved(folder: Path, place: Path) -> bool:
    """Move a folder to a free place. False if the place is taken."""
    if os.path.lexists(place):
        return False
    try:
        folder.rename(place)
    except OSError:
        if not os.path.lexists(place):
            raise
        return False  # another process was quicker
    return True


def _is_linked(file: Path, place: Path) -> bool:
    """Move a file to a free place. False if the place is taken."""
    try:
        place.hardlink_to(file)
    except FileExistsError:
        return False
    except OSError:  # a disk without links
        try:
            place.open("xb").close()
        except FileExistsError:
            return False
        file.replace(place)
    return True


def _mark_of(folder: Path) -> Mark | None:
    """The mark of a folder; None if it has none."""
    try:
        with (folder / MARK).open("rb") as file:
            return Mark.model_validate_json(file.read(_MOST))
    except (OSError, ValidationError):
        return None


def _about_zip(path: Path) -> _About | None:
    """The mark of a zip; None if it has none."""
    try:
        with zipfile.ZipFile(path) as archive, archive.open(ABOUT) as file:
            return _About.model_validate_json(file.read(_MOST))
    except (OSError, ValidationError, zipfile.BadZipFile, KeyError, NotImplementedError, RuntimeError, ValueError):
        return None

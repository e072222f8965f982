"""Which folder or zip is a song's own: made here for it before, or new. What anybody else put there is left alone."""

import os
import zipfile
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Final

from pydantic import ValidationError

from jobs.filenames import ABOUT, track_name
from jobs.models import Format, Value
from jobs.outcomes import Manifest

MARK: Final = ".fl-bt.json"  # in each folder of stems: whose they are
_MOST: Final = 1_000_000  # bytes of what tells that; anything longer is not ours


class Mark(Value):
    """What a folder holds: the song, and which separation of it."""

    source: str
    track: str


class _About(Value):
    """What is read of the file that tells about a zip."""

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
            if _mark_of(place) != mark:  # unless another run just made it, of the same
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
    """Move a folder to a place where nothing is. False when something is there."""
    if os.path.lexists(place):
        return False
    try:
        folder.rename(place)
    except OSError:
        if not os.path.lexists(place):
            raise
        return False  # somebody was quicker
    return True


def _is_linked(file: Path, place: Path) -> bool:
    """Move a file to a place where nothing is. False when something is there."""
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
    """Whose a folder is; None where it is not one of ours."""
    try:
        with (folder / MARK).open("rb") as file:
            return Mark.model_validate_json(file.read(_MOST))
    except (OSError, ValidationError):
        return None


def _about_zip(path: Path) -> _About | None:
    """What a zip holds; None where it is not one of ours."""
    try:
        with zipfile.ZipFile(path) as archive, archive.open(ABOUT) as file:
            return _About.model_validate_json(file.read(_MOST))
    except (OSError, ValidationError, zipfile.BadZipFile, KeyError, NotImplementedError, RuntimeError, ValueError):
        return None

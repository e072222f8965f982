"""Finding the place of a song's files: one that an earlier run made for it, or a new one. Other files stay.

Folders and zips have one scheme: `Artist - Title`; where that is another separation of the same song,
`Artist - Title (4 stems)`; where it is taken by anything else, with a number.
"""

import filecmp
import os
import shutil
import zipfile
from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import count
from pathlib import Path
from typing import Final

from pydantic import ValidationError

from bot.terminal.output.naming import Template
from jobs.filenames import ABOUT, extension_of, track_name
from jobs.models import Format, Rendition, TrackId, Value, track_id
from jobs.music.separation_models import MODELS
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


def place_folder(staged: Path, manifest: Manifest, output: Path, *, spared: Collection[Path] | None = None) -> Path:
    """Move the folder `staged`, which holds all files, to `Artist - Title` in `output`, and return where they are.

    Where this separation has a folder already, its files are replaced there. Any other folder or file stays, and the
    name gets a number; where it is another separation of the same song, the number of its stems first. `spared`: the
    files are replaced in the first of these folders, whatever song it has, unless it has one of these; None: never.
    """
    mark = Mark(source=manifest.source.key, track=manifest.track_id)
    (staged / MARK).write_text(mark.model_dump_json(), encoding="utf-8")
    name = track_name(manifest.tags)
    if spared is not None and all(path.parent != output / name for path in spared):
        (output / name).mkdir(exist_ok=True)
        return _refreshed(staged, output / name)
    first = _mark_of(output / name)
    if first and first.source == mark.source and first.track != mark.track:
        name = track_name(manifest.tags, manifest.model.info.label)
    for place in _numbered(output, name, ""):
        if _mark_of(place) != mark:
            if _is_moved(staged, place):
                return place
            if _mark_of(place) != mark:  # else another run just made it, for the same separation
                continue
        return _refreshed(staged, place)
    raise AssertionError("numbers do not end")


def in_marked_folder(output: Path, track: TrackId, rendition: Rendition, names: Sequence[str]) -> list[Path]:
    """Where all of the named stems are, in the folder that is marked as this separation; empty if one is missing.

    Version 0.1.0 left the mark alone. It says nothing of bit rates and names of one's own.
    """
    if not rendition.is_stem_files or rendition.encoding.kbps or not output.is_dir():
        return []
    ending = f"{' (float)' if rendition.encoding.format is Format.WAV32 else ''}.{rendition.encoding.format.extension}"
    for folder in sorted(output.iterdir()):
        if (mark := _mark_of(folder)) and mark.track == track:
            paths = [folder / f"{name}{ending}" for name in names]
            return paths if all(path.is_file() for path in paths) else []
    return []


def place_zip(
    staged: Path,
    manifest: Manifest,
    format_: Format,
    output: Path,
    *,
    spared: Collection[Path] | None = None,
    suffix: str = "",
) -> Path:
    """Move the file `staged` to `Artist - Title.zip` in `output`, and return where it is. `suffix`: more of its name.

    The zip of this separation in this format is replaced. Any other file stays, and the name is changed as a folder's;
    `spared`: the file of the first name is replaced, unless it is one of these; None: never.
    """
    about = _About(track=manifest.track_id, format=format_.label)
    name = track_name(manifest.tags, suffix)
    if spared is not None and output / f"{name}.zip" not in spared:
        staged.replace(output / f"{name}.zip")
        return output / f"{name}.zip"
    first = _about_zip(output / f"{name}.zip")
    if first and first.track != about.track and first.track in _tracks_of(manifest):
        name = track_name(manifest.tags, ", ".join(part for part in (suffix, manifest.model.info.label) if part))
    for place in _numbered(output, name, ".zip"):
        if _about_zip(place) == about:
            staged.replace(place)
            return place
        if _is_linked(staged, place):
            return place
    raise AssertionError("numbers do not end")


def place_named(
    staged: Mapping[str, Path],
    values: Mapping[str, Mapping[str, str]],
    template: Template,
    output: Path,
    own: Mapping[str, Path],
    *,
    spared: Collection[Path] | None,
) -> dict[str, Path]:
    """Move staged files to where a template says, and return where they are; all by their names in the store.

    Files of the same rendition from an earlier run (`own`) are replaced, and equal files stay. Where any other file has
    one of the names, all of them get a number. `spared`: they are replaced, unless they are of these; None: never.
    """
    for number in count(1):
        places = {
            name: output / f"{template.path(values[name], number)}.{extension_of(path.name)}"
            for name, path in staged.items()
        }
        placed: list[Path] = []
        for name, path in staged.items():
            places[name].parent.mkdir(parents=True, exist_ok=True)
            if _is_same(path, places[name]):
                continue
            if (spared is not None and places[name] not in spared) or places[name] == own.get(name):
                copy = path.with_name(f"{path.name}.new")  # the staged file is needed if another name is taken
                shutil.copyfile(path, copy)
                copy.replace(places[name])
            elif _is_linked(path, places[name], keep=True):
                placed.append(places[name])
            else:
                break
        else:
            return places
        for path in placed:
            path.unlink()
    raise AssertionError("numbers do not end")


def _is_same(file: Path, other: Path) -> bool:
    try:
        return other.is_file() and filecmp.cmp(file, other, shallow=False)
    except OSError:
        return False


def _tracks_of(manifest: Manifest) -> frozenset[str]:
    """The possible separations of a song: one for each model."""
    return frozenset(track_id(manifest.source, manifest.model.named(name)) for name in MODELS)


def _refreshed(staged: Path, place: Path) -> Path:
    for file in staged.iterdir():
        file.replace(place / file.name)
    return place


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


def _is_linked(file: Path, place: Path, *, keep: bool = False) -> bool:
    """Move a file to a free place, or copy it. False if the place is taken."""
    try:
        place.hardlink_to(file)
    except FileExistsError:
        return False
    except OSError:  # a disk without links
        try:
            place.open("xb").close()
        except FileExistsError:
            return False
        if keep:
            shutil.copyfile(file, place)
        else:
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

"""Notes in the output folder on what lies there: by them `--skip` knows a song before it is separated again."""

import contextlib
import json
import os
import secrets
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from pydantic import ValidationError

from jobs.models import Rendition, TrackId, Value

FOLDER: Final = ".fl-bt"
_MOST: Final = 1_000_000  # bytes of a note; a longer file is none


class Note(Value):
    """The files of one rendition. `template`: of `--name`, empty without it. `files`: name in the store, without its
    extension → path within the output folder."""

    template: str = ""
    files: dict[str, str]


def read_note(output: Path, track_id: TrackId, rendition: Rendition, template: str) -> dict[str, Path]:
    """The paths of a rendition that an earlier run noted and that are still there; by their names in the store."""
    try:
        with _path(output, track_id, rendition).open("rb") as file:
            note = Note.model_validate_json(file.read(_MOST))
    except (OSError, ValidationError):
        return {}
    if note.template != template:
        return {}
    return {name: path for name, inside in note.files.items() if (path := output / inside).is_file()}


def write_note(output: Path, track_id: TrackId, rendition: Rendition, template: str, files: Mapping[str, Path]) -> None:
    """Note where these files are, beside those noted before. A note that cannot be written is left out: it is only
    asked for by `--skip`."""
    known = read_note(output, track_id, rendition, template) | dict(files)
    inside = {name: os.path.relpath(path, output) for name, path in known.items()}
    text = json.dumps({"template": template, "files": inside})
    path = _path(output, track_id, rendition)
    unfinished = path.with_name(f".{secrets.token_hex(4)}.part")
    with contextlib.suppress(OSError):
        path.parent.mkdir(exist_ok=True)
        unfinished.write_text(text, encoding="utf-8")
        unfinished.replace(path)


def has_notes(output: Path, track_id: TrackId) -> bool:
    """Whether anything is noted of a separation."""
    return any((output / FOLDER).glob(f"{track_id}-*.json"))


def there_already(
    output: Path, track_id: TrackId, rendition: Rendition, template: str, names: Sequence[str]
) -> list[Path]:
    """Where all of the named files are; empty if one is missing."""
    known = read_note(output, track_id, rendition, template)
    return [known[name] for name in names] if known.keys() >= set(names) else []


def _path(output: Path, track_id: TrackId, rendition: Rendition) -> Path:
    return output / FOLDER / f"{track_id}-{rendition.key}.json"

"""From the store to the folder that was asked for. Every file appears there whole or not at all."""

import os
import re
import shutil
from pathlib import Path

from jobs.names import safe_name
from jobs.outcomes import Manifest, Rendered
from jobs.privacy import umask as under
from jobs.store import ResultStore

_PART = re.compile(r"\.fl-bt-(\d{1,9})\.part")  # the process that copies


def hand_over(
    store: ResultStore, manifest: Manifest, rendered: Rendered, output: Path, taken: set[Path], umask: int
) -> list[Path]:
    """Copy the files of a rendition to `output`, and return where they are.

    Stems land in `output/<title>/<stem>.<ext>`, a zip as `output/<title> (2 stems).zip`. `taken` are the places this
    run has used already: a second song of the same title gets a number, an earlier run's files are replaced.
    `umask` is the person's own: who may read the files of their other programs may read these.
    Raises `OSError` when they cannot be written.
    """
    title = safe_name(manifest.tags.title)
    if rendered.rendition.kind == "zip":
        place = _free(output, f"{title} ({manifest.model.stems} stems)", ".zip", taken)
        targets = [place]
    else:
        place = _free(output, title, "", taken)
        targets = [place / file.name for file in rendered.files]
    taken.add(place)
    with under(umask):  # nothing else in this process makes files meanwhile
        for file, target in zip(rendered.files, targets, strict=True):
            target.parent.mkdir(parents=True, exist_ok=True)
            _sweep(target.parent)
            _copy(store.file_path(manifest.track_id, rendered.rendition, file), target)
    return targets


def _free(output: Path, name: str, ending: str, taken: set[Path]) -> Path:
    place, number = output / f"{name}{ending}", 2
    while place in taken:
        place, number = output / f"{name} {number}{ending}", number + 1
    return place


def _sweep(folder: Path) -> None:
    """Remove what commands that were killed had half copied there."""
    for path in folder.glob(".fl-bt-*.part"):
        named = _PART.fullmatch(path.name)
        if named and not _lives(int(named[1])):
            path.unlink(missing_ok=True)


def _lives(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:  # somebody else's
        pass
    return True


def _copy(source: Path, target: Path) -> None:
    part = target.with_name(f".fl-bt-{os.getpid()}.part")
    try:
        shutil.copyfile(source, part)
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)

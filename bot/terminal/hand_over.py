"""Copying of results from the store to the output folder. Every file appears there whole or not at all."""

import os
import re
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bot.terminal.places import place_folder, place_zip
from jobs.models import Format
from jobs.process.privacy import umask as under
from jobs.results import Manifest, Rendered

_STAGED = re.compile(r"\.fl-bt-(\d{1,9})-[0-9a-f]{8}\.part")  # the id of the copying process


def hand_over(folder: Path, manifest: Manifest, rendered: Rendered, output: Path, umask: int) -> list[Path]:
    """Copy the files of a rendition from the `folder` that has them to `output`, and return where they are.

    Stems land in `output/<artist> - <title>/<stem>.<ext>`, those of WAV in 32-bit float beside them as
    `<stem> (float).wav`, a zip as `output/<artist> - <title> (2 stems).zip`. What the same separation has there from an
    earlier run is replaced; nothing else is: see `bot.terminal.places`.
    `umask` is the person's own, so that the files get the usual permissions.
    Raises `OSError` when they cannot be written.
    """
    with under(umask):  # no other task of this process creates files meanwhile
        output.mkdir(parents=True, exist_ok=True)
        _sweep(output)
        with _staging(output) as staged:
            format_ = rendered.rendition.encoding.format
            names = [_file_name(file.name, format_) for file in rendered.files]
            for file, name in zip(rendered.files, names, strict=True):
                shutil.copyfile(folder / file.name, staged / name)
            if rendered.rendition.package:
                (whole,) = names  # nothing here limits its size
                return [place_zip(staged / whole, manifest, format_, output)]
            place = place_folder(staged, manifest, output)
            return [place / name for name in names]


def _file_name(name: str, format_: Format) -> str:
    """A file's name, unique among the formats: two formats end in `.wav`."""
    stem, dot, extension = name.rpartition(".")
    return f"{stem} (float){dot}{extension}" if format_ is Format.WAV32 and extension == "wav" else name


@contextmanager
def _staging(output: Path) -> Iterator[Path]:
    """A folder on the same disk to copy into, removed at the end unless it was moved."""
    folder = output / f".fl-bt-{os.getpid()}-{secrets.token_hex(4)}.part"
    folder.mkdir()
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _sweep(output: Path) -> None:
    """Remove partial copies of killed commands."""
    for path in output.glob(".fl-bt-*.part"):
        named = _STAGED.fullmatch(path.name)
        if named and not _lives(int(named[1])):
            shutil.rmtree(path, ignore_errors=True)


def _lives(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:  # a process of another user
        pass
    return True

"""Copying of results from the store to the output folder. Every file appears there whole or not at all."""

import os
import re
import secrets
import shutil
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from bot.terminal.options import Clash, Options
from bot.terminal.output.notes import read_note, write_note
from bot.terminal.output.places import place_folder, place_named, place_zip
from jobs.filenames import deck_name, extension_of, safe_name
from jobs.models import Deck, Format, Session
from jobs.process.privacy import umask as under
from jobs.results import Manifest, Rendered

_STAGED = re.compile(r"\.fl-bt-(\d{1,9})-[0-9a-f]{8}\.part")  # the id of the copying process


class Delivered(NamedTuple):
    """One file in the output folder. `name`: in the store, without extension. `stem`: what is to be heard in it:
    `vocals`, or `no drums` for a mix; empty for a zip."""

    name: str
    stem: str
    path: Path


def hand_over(
    folder: Path,
    manifest: Manifest,
    rendered: Rendered,
    options: Options,
    file: str = "",
    keep: Collection[Path] = (),
) -> list[Delivered]:
    """Copy the files of a rendition from the `folder` that has them to the output folder, and return where they are.

    Stems land in `output/<artist> - <title>/<stem>.<ext>`, those of WAV in 32-bit float beside them as
    `<stem> (float).wav`, a zip as `output/<artist> - <title>.zip`; or where the template of the options says, for which
    `file` is the name of the input. What the same separation has there from an earlier run is replaced;
    nothing else is, unless the options say so: see `bot.terminal.output.places`.
    Raises `OSError` when they cannot be written.
    """
    output, rendition = options.output, rendered.rendition
    wanted = options.names(rendition)
    files = [one for one in rendered.files if one.name.rpartition(".")[0] in wanted]
    stems = options.heard(rendition)
    spared = frozenset(keep) if options.clash is Clash.OVERWRITE else None
    with under(options.umask):  # no other task of this process creates files meanwhile
        output.mkdir(parents=True, exist_ok=True)
        _sweep(output)
        with _staging(output) as staged:
            made: dict[str, Path] = {}  # name in the store → staged file
            for stored in files:
                name = stored.name.rpartition(".")[0]
                stem = stems.get(name, name)
                shown = f"{stem} (float)" if rendition.encoding.format is Format.WAV32 and stem else stem or name
                if isinstance(rendition.content, Deck):
                    shown = deck_name(manifest.tags, stem, rendered.label)
                made[name] = staged / f"{safe_name(shown)}.{extension_of(stored.name)}"
                shutil.copyfile(folder / stored.name, made[name])
            if options.template:
                values = {name: values_of(manifest, options, path, file) for name, path in made.items()}
                own = read_note(output, manifest.track_id, rendition, options.template_text)
                places = place_named(made, values, options.template, output, own, spared=spared)
            elif rendition.package:
                ((name, path),) = made.items()
                format_, session = rendition.encoding.format, isinstance(rendition.content, Session)
                suffix = f"DAW, {rendered.label}".removesuffix(", ") if session else ""
                places = {name: place_zip(path, manifest, format_, output, spared=spared, suffix=suffix)}
            else:
                place = place_folder(staged, manifest, output, spared=spared)
                places = {name: place / path.name for name, path in made.items()}
        write_note(output, manifest.track_id, rendition, options.template_text, places)
    return [Delivered(name, stems.get(name, ""), path) for name, path in places.items()]


def values_of(manifest: Manifest, options: Options, staged: Path, file: str) -> dict[str, str]:
    """The values of a template's fields for one staged file."""
    format_ = options.order.format
    return {
        "artist": manifest.tags.artist,
        "title": manifest.tags.title,
        "stem": staged.name.removesuffix(f".{extension_of(staged.name)}"),
        "model": manifest.model.name,
        "format": format_.value,
        "file": file,
    }


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

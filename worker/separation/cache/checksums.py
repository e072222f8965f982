"""A file of checksums beside other files: their SHA-256, and their sizes and times when last hashed.

Hashing 80 MB takes a fraction of a second, too long for every job: a file of unchanged size and time of change is not
hashed again.
"""

import contextlib
import hashlib
import json
from collections.abc import Mapping
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

NAME = "sealed.json"
CHUNK = 1 << 20  # bytes


class ChecksummedFile(BaseModel):
    """The record of one file."""

    model_config = ConfigDict(frozen=True)

    sha256: str
    size: int  # bytes
    mtime_ns: int


class Checksums(BaseModel):
    """The records of the files of one folder."""

    model_config = ConfigDict(frozen=True)

    files: dict[str, ChecksummedFile]


def sha256_of(path: Path) -> str:
    """The SHA-256 of a file, in hex."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def write_checksums(folder: Path, names: tuple[str, ...]) -> None:
    """Writes the checksums of the files `names` in `folder`, as they are now."""
    _write(folder, Checksums(files={name: _look(folder / name, sha256_of(folder / name)) for name in names}))


def is_intact(folder: Path, pinned: Mapping[str, str] | None = None) -> bool | None:
    """Whether the files of `folder` have their checksums; None without checksums and without `pinned`.

    `pinned` maps names to SHA-256 that take precedence. False: a file is missing or changed.
    """
    known = _read(folder)
    expected = dict(pinned) if pinned is not None else {name: file.sha256 for name, file in known.files.items()}
    if not expected or (not known.files and not any((folder / name).exists() for name in expected)):
        return None
    seen: dict[str, ChecksummedFile] = {}
    for name, sha256 in expected.items():
        path = folder / name
        if not path.is_file():
            return False
        file = known.files.get(name)
        if file is None or file.sha256 != sha256 or file != _look(path, sha256):
            if sha256_of(path) != sha256:
                return False
            file = _look(path, sha256)
        seen[name] = file
    if seen != known.files:
        with contextlib.suppress(OSError):  # read-only folder: hashed again next time
            _write(folder, Checksums(files=seen))
    return True


def _look(path: Path, sha256: str) -> ChecksummedFile:
    found = path.stat()
    return ChecksummedFile(sha256=sha256, size=found.st_size, mtime_ns=found.st_mtime_ns)


def _read(folder: Path) -> Checksums:
    try:
        return Checksums.model_validate_json((folder / NAME).read_bytes())
    except (FileNotFoundError, NotADirectoryError, ValidationError, json.JSONDecodeError):
        return Checksums(files={})


def _write(folder: Path, new: Checksums) -> None:
    draft = folder / f".{NAME}"
    draft.write_text(new.model_dump_json(indent=1), encoding="utf-8")
    draft.replace(folder / NAME)

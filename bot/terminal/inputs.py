"""What was typed, checked before anything starts: links, files, folders, and lists on standard input."""

import errno
import os
import stat
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import BinaryIO, Final, NamedTuple
from urllib.parse import unquote, urlsplit

from bot import texts
from bot.links.links import Found, find_sources, parse_source
from bot.terminal.output.places import MARK
from bot.terminal.words import failure_sentence
from jobs.failures import Failure, Reason
from jobs.models import YouTube

#: Extensions of the files that are taken out of folders. A file that is named itself may have any.
SONGS: Final = frozenset(
    [
        *("3gp", "aac", "ac3", "aif", "aiff", "alac", "amr", "ape", "avi", "caf", "flac", "flv", "m4a", "m4b", "m4v"),
        *("mka", "mkv", "mov", "mp2", "mp3", "mp4", "mpc", "mpeg", "mpg", "oga", "ogg", "ogv", "opus", "ts", "wav"),
        *("webm", "wma", "wmv", "wv"),
    ]
)
LONGEST_LIST: Final = 10_000_000  # bytes


class Song(NamedTuple):
    """One song to separate. `word`: as it was typed or found; `name`: until its title is known."""

    word: str
    source: YouTube | Path

    @property
    def name(self) -> str:
        return self.source.stem if isinstance(self.source, Path) else self.word


class Refused(NamedTuple):
    """An input without a song. `reason`: one word for programs; `sentence`: for people, in the terminal's words."""

    word: str
    reason: str
    sentence: str


class NotAListError(Exception):
    """Standard input has something else than a list of links and files."""


def read_list(stream: BinaryIO) -> list[str]:
    """The lines of a list, without empty ones. Raises `NotAListError` for binary data and endless lists."""
    data = stream.read(LONGEST_LIST + 1)
    if len(data) > LONGEST_LIST or b"\0" in data:
        raise NotAListError
    return [line for each in data.splitlines() if (line := os.fsdecode(each).strip())]


def gather(typed: Sequence[str], *, recursive: bool, output: Path, language: str) -> tuple[list[Song], list[Refused]]:
    """The songs that are meant, each once, and the inputs that are none. Songs in `output` are results, not inputs."""
    songs: dict[YouTube | Path, Song] = {}
    refused: dict[str, Refused] = {}
    for word in typed:
        for found in _meant(word, recursive, output, language):
            if isinstance(found, Refused):
                refused.setdefault(found.word, found)
            else:
                songs.setdefault(found.source, found)
    return list(songs.values()), list(refused.values())


def why_unwritable(output: Path) -> str:
    """Why results cannot go to a folder, as far as it can be known before; empty if they can."""
    place = next(each for each in (output, *output.absolute().parents) if os.path.lexists(each))
    if not place.is_dir():
        return os.strerror(errno.ENOTDIR)
    return "" if os.access(place, os.W_OK | os.X_OK) else os.strerror(errno.EACCES)


def _meant(word: str, recursive: bool, output: Path, language: str) -> Iterator[Song | Refused]:
    # The form of a file dragged into some terminals, or copied from a file manager.
    is_address = word.startswith("file:///")
    path = Path(unquote(urlsplit(word).path)) if is_address else Path(word)
    try:
        mode = path.stat().st_mode
    except (FileNotFoundError, NotADirectoryError):
        mode = None
    except (OSError, ValueError) as error:  # no right to look, a loop, a name over the system's limit
        if is_address or find_sources(word) == Found():
            yield _unreadable(word, error, language)
            return
        mode = None
    if mode is None:
        yield _link(word, language) if not is_address else _refused(word, "missing", language)
    elif stat.S_ISDIR(mode):
        yield from _folder(word, path, recursive, output, language)
    elif not stat.S_ISREG(mode):
        yield _refused(word, "no-file", language)
    else:
        yield _file(word, path, language)


def _link(word: str, language: str) -> Song | Refused:
    """The video of a link. Words without any link are the name of a missing file."""
    if find_sources(word) == Found():
        return _refused(word, "missing", language)
    parsed = parse_source(word)
    if isinstance(parsed, Reason):
        return Refused(word, parsed, failure_sentence(Failure(reason=parsed), language))
    return Song(word, parsed)


def _file(word: str, path: Path, language: str) -> Song | Refused:
    try:
        with path.open("rb") as file:
            empty = not file.read(1)
    except OSError as error:
        return _unreadable(word, error, language)
    if empty:
        return Refused(word, Reason.EMPTY, failure_sentence(Failure(reason=Reason.EMPTY), language))
    return Song(word, path)


def _folder(word: str, path: Path, recursive: bool, output: Path, language: str) -> Iterator[Song | Refused]:
    if not recursive:
        yield _refused(word, "folder", language)
        return
    denied: list[OSError] = []
    found = False
    for file in _songs_in(path, output.resolve(), denied):
        found = True
        yield _file(str(file), file, language)
    for error in denied:
        yield _unreadable(str(error.filename), error, language)
    if not found and not denied:
        yield _refused(word, "no-songs", language)


def _songs_in(folder: Path, output: Path, denied: list[OSError]) -> Iterator[Path]:
    """Audio and video files in a folder and the folders in it, by name; no hidden ones, and no results."""
    for place, folders, files in os.walk(folder, onerror=denied.append):
        here = Path(place)
        if MARK in files or here.resolve() == output:
            folders.clear()
            continue
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(files):
            path = here / name
            if not name.startswith(".") and path.suffix[1:].lower() in SONGS and path.is_file():
                yield path


def _refused(word: str, reason: str, language: str) -> Refused:
    return Refused(word, reason.replace("-", "_"), texts.say(language, f"terminal-{reason}"))


def _unreadable(word: str, error: OSError | ValueError, language: str) -> Refused:
    why = getattr(error, "strerror", None) or str(error)
    return Refused(word, "unreadable", texts.say(language, "file-unreadable", why=why))

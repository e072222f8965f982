"""Boxes of an MP4 (ISO/IEC 14496-12, 4.2), and the key among its tags, for which FFmpeg has no name."""

from pathlib import Path
from typing import BinaryIO, Final, NamedTuple

#: iTunes' free-form tag: who named it, and its name as Serato, Mixxx, Traktor and Picard read it.
MEAN: Final = b"com.apple.iTunes"
NAME: Final = b"initialkey"
UTF_8: Final = 1  # the type of a tag's data
GROUPING: Final = b"\xa9grp"


class Box(NamedTuple):
    """A box of an MP4: its kind, and where it starts, where its content starts, and where it ends, in bytes."""

    kind: bytes
    start: int
    content: int
    end: int


def boxes(file: BinaryIO, start: int, end: int) -> list[Box]:
    """The boxes of an MP4 between two offsets, without those within them. Raises `ValueError` for a wrong size."""
    found = []
    while end - start >= 8:
        file.seek(start)
        size, kind, header = int.from_bytes(file.read(4)), file.read(4), 8
        if size == 1:
            size, header = int.from_bytes(file.read(8)), 16
        elif size == 0:
            size = end - start
        if size < header or start + size > end:
            raise ValueError(f"a box of {size} bytes at {start}")
        found.append(Box(kind, start, start + header, start + size))
        start += size
    return found


def box(kind: bytes, content: bytes) -> bytes:
    """The bytes of a box."""
    return (8 + len(content)).to_bytes(4) + kind + content


def room_for_key(key: str) -> str:
    """A text for the tag "grouping" that takes as many bytes as the tag of the key; empty without a key.

    FFmpeg writes the room, and `write_key` puts the key into it: so no offset of a sample changes.
    """
    return "-" * (len(_key_tag(key)) - len(_text_tag(GROUPING, ""))) if key else ""


def write_key(path: Path, key: str) -> None:
    """Replaces the grouping `room_for_key(key)` of an MP4 by the tag of the key. Raises `ValueError` without it."""
    room, tag = _text_tag(GROUPING, room_for_key(key)), _key_tag(key)
    with path.open("r+b") as file:
        start, end, at = 0, path.stat().st_size, 0
        # `meta` begins with four bytes of version and flags.
        for kind, skipped in ((b"moov", 0), (b"udta", 0), (b"meta", 4), (b"ilst", 0), (GROUPING, 0)):
            found = next((each for each in boxes(file, start, end) if each.kind == kind), None)
            if found is None:
                raise ValueError(f"an MP4 without {kind!r}")
            start, end, at = found.content + skipped, found.end, found.start
        file.seek(at)
        if file.read(len(room)) != room:
            raise ValueError("another grouping than the room for a key")
        file.seek(at)
        file.write(tag)


def _key_tag(key: str) -> bytes:
    named = box(b"mean", bytes(4) + MEAN) + box(b"name", bytes(4) + NAME)
    return box(b"----", named + _data(key))


def _text_tag(kind: bytes, text: str) -> bytes:
    return box(kind, _data(text))


def _data(text: str) -> bytes:
    return box(b"data", UTF_8.to_bytes(4) + bytes(4) + text.encode())

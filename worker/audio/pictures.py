"""Cover pictures: JPEG and PNG, told by their first bytes, measured by their headers, never decoded."""

from pathlib import Path
from typing import NamedTuple

COVER_LIMIT = 8 << 20  # bytes: every stem carries the cover, and what is larger is none

_JPEG = b"\xff\xd8\xff"
_PNG = b"\x89PNG\r\n\x1a\n"
# Markers of a JPEG frame header, which holds the size: SOF0 to SOF15 without DHT, JPG and DAC (ITU-T T.81, table B.1).
_FRAME_HEADERS = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}


class Picture(NamedTuple):
    """A picture as it is in its file. `codec` is FFmpeg's name, `extension` has no dot; sizes are pixels."""

    content: bytes
    codec: str
    extension: str
    width: int
    height: int


def picture_of(content: bytes) -> Picture | None:
    """The picture in `content`, or None when it is no JPEG or PNG that says how large it is, or too many bytes."""
    if len(content) > COVER_LIMIT:
        return None
    if content.startswith(_JPEG):
        width, height = _size_of_jpeg(content)
        kind = ("mjpeg", "jpg")
    elif content.startswith(_PNG):
        width, height = int.from_bytes(content[16:20]), int.from_bytes(content[20:24])
        kind = ("png", "png")
    else:
        return None
    return Picture(content, *kind, width, height) if 0 < width < 1 << 15 and 0 < height < 1 << 15 else None


def read_picture(path: Path) -> Picture | None:
    """The picture in `path`, or None: a missing or broken cover is never worth a failure."""
    if not path.is_file() or path.stat().st_size > COVER_LIMIT:
        return None
    return picture_of(path.read_bytes())


def _size_of_jpeg(content: bytes) -> tuple[int, int]:
    """Width and height, or zeros: segment after segment up to the frame header."""
    at = 2
    while at + 9 <= len(content) and content[at] == 0xFF:
        marker = content[at + 1]
        if marker == 0xFF:  # fill
            at += 1
        elif marker in _FRAME_HEADERS:
            return int.from_bytes(content[at + 7 : at + 9]), int.from_bytes(content[at + 5 : at + 7])
        else:
            at += 2 + int.from_bytes(content[at + 2 : at + 4])
    return 0, 0

"""Cover pictures: JPEG and PNG, recognised by their first bytes, measured by their headers, never decoded."""

from pathlib import Path
from typing import Final, NamedTuple

from worker.audio.jpeg import JPEG, jpeg_size

COVER_LIMIT: Final = 8 << 20  # bytes: every stem carries the cover; larger ones are ignored

#: Limit of decoding for a thumbnail: Pillow takes 160 MB for so many pixels, and a second for so many pixels in scans.
#: A progressive JPEG is decoded once for each of its scans, of which encoders write about ten.
MOST_PIXELS: Final = 1 << 24
MOST_SCANS: Final = 100
MOST_PIXELS_IN_SCANS: Final = 1 << 28
MOST_CHUNKS: Final = 10_000  # of a PNG; each costs a decoder time, however short it is

_PNG: Final = b"\x89PNG\r\n\x1a\n"
_START_OF_SCAN: Final = b"\xff\xda"


class Picture(NamedTuple):
    """An encoded picture. `codec` is FFmpeg's name, `extension` has no dot; sizes are pixels.

    `is_cheap`: decoding takes about a second and 160 MB at most. Whether it succeeds is not known.
    """

    content: bytes
    codec: str
    extension: str
    width: int
    height: int
    is_cheap: bool


def picture_of(content: bytes) -> Picture | None:
    """The picture in `content`, or None when it is no JPEG or PNG with a size in its header, or has too many bytes."""
    if len(content) > COVER_LIMIT:
        return None
    if content.startswith(JPEG):
        size, kind = jpeg_size(content), ("mjpeg", "jpg")
    elif content.startswith(_PNG):
        size, kind = (int.from_bytes(content[16:20]), int.from_bytes(content[20:24])), ("png", "png")
    else:
        return None
    if size is None or not all(0 < side < 1 << 15 for side in size):
        return None
    return Picture(content, *kind, *size, _is_cheap(content, size[0] * size[1]))


def read_picture(path: Path) -> Picture | None:
    """The picture in `path`, or None: a missing or broken cover is no failure."""
    if not path.is_file() or path.stat().st_size > COVER_LIMIT:
        return None
    return picture_of(path.read_bytes())


def _is_cheap(content: bytes, pixels: int) -> bool:
    if content.startswith(_PNG):
        return pixels <= MOST_PIXELS and _has_few_chunks(content)
    # An upper bound: the bytes may occur in metadata too.
    scans = content.count(_START_OF_SCAN)
    return pixels <= MOST_PIXELS and scans <= MOST_SCANS and pixels * scans <= MOST_PIXELS_IN_SCANS


def _has_few_chunks(content: bytes) -> bool:
    at = len(_PNG)
    for _ in range(MOST_CHUNKS):
        if at >= len(content):
            return True
        at += 12 + int.from_bytes(content[at : at + 4])  # length, type, checksum
    return False

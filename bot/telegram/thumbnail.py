"""Which pictures Telegram takes as a thumbnail, told from their first bytes: the bot has no imaging library."""

import struct
from typing import Final

#: https://core.telegram.org/bots/api#sendaudio: JPEG, at most 200 kB, width and height at most 320.
MOST_BYTES: Final = 200_000
LONGEST_SIDE: Final = 320

_FRAME_HEADERS: Final = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}  # the rest are tables
_WITHOUT_LENGTH: Final = frozenset({0x01, *range(0xD0, 0xD9)})


def fits_as_thumbnail(content: bytes) -> bool:
    """Whether `content` is a JPEG small enough. Never raises."""
    size = _jpeg_size(content)
    return size is not None and 0 < max(size) <= LONGEST_SIDE and len(content) <= MOST_BYTES


def _jpeg_size(content: bytes) -> tuple[int, int] | None:
    """Width and height from the frame header (ISO/IEC 10918-1, B.2.2); None for what is no JPEG, or damaged."""
    if not content.startswith(b"\xff\xd8"):
        return None
    at = 2
    while at + 9 <= len(content) and content[at] == 0xFF:
        marker = content[at + 1]
        if marker == 0xFF:  # padding
            at += 1
        elif marker in _WITHOUT_LENGTH:
            at += 2
        elif marker in _FRAME_HEADERS:
            height, width = struct.unpack(">HH", content[at + 5 : at + 9])
            return width, height
        else:
            at += 2 + int.from_bytes(content[at + 2 : at + 4], "big")
    return None

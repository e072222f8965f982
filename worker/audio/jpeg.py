"""The size of a JPEG, from its header, without decoding or an imaging library."""

from typing import Final

JPEG: Final = b"\xff\xd8\xff"
#: Segments before the first scan: metadata in pieces of 64 kB, and tables. Cameras and encoders write far fewer.
MOST_SEGMENTS: Final = 500

_SCAN: Final = 0xDA
#: SOF0 to SOF15 without DHT, JPG and DAC (ITU-T T.81, table B.1): the frame headers, which hold the size.
_FRAMES: Final = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_FILL: Final = 0xFF
_WITHOUT_LENGTH: Final = frozenset({0x00, 0x01, *range(0xD0, 0xDA)})  # none is valid before a scan


def jpeg_size(content: bytes) -> tuple[int, int] | None:
    """Width and height in pixels of a JPEG whose header is whole, up to its first scan. Never raises.

    None for other bytes, two frame headers, bytes between segments, or more than `MOST_SEGMENTS`: other parsers may
    find another size in those.
    """
    if not content.startswith(JPEG):
        return None
    at, size = 2, None
    for _ in range(MOST_SEGMENTS):
        if len(content) < at + 4 or content[at] != _FILL:
            return None
        marker, length = content[at + 1], int.from_bytes(content[at + 2 : at + 4])
        if marker == _SCAN:
            return size
        if marker == _FILL:  # one byte of padding before a marker
            at += 1
            continue
        if marker in _WITHOUT_LENGTH or length < 2:
            return None
        if marker in _FRAMES:
            if size is not None or len(content) < at + 9:
                return None
            size = int.from_bytes(content[at + 7 : at + 9]), int.from_bytes(content[at + 5 : at + 7])
        at += 2 + length
    return None

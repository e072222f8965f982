"""Check of thumbnails from a picture's first bytes: the bot has no imaging library."""

from typing import Final

from jobs.pictures import jpeg_size

#: https://core.telegram.org/bots/api#sendaudio: JPEG, at most 200 kB, width and height at most 320.
MOST_BYTES: Final = 200_000
LONGEST_SIDE: Final = 320


def fits_as_thumbnail(content: bytes) -> bool:
    """Whether `content` is a JPEG small enough. Never raises."""
    if len(content) > MOST_BYTES:
        return False
    size = jpeg_size(content)
    return size is not None and 0 < max(size) <= LONGEST_SIDE

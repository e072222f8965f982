"""How long a video is, from the page that people watch it on. Pure.

The page says so twice: in what it tells its player, and for search engines (https://schema.org/VideoObject). A page
that asks for consent, or whether we are a robot, says neither.
"""

import re
from typing import Final

#: Bytes that what we look for takes at most: whoever reads a page in pieces keeps so many of the last one.
REACH: Final = 8192

_DETAILS: Final = rb'"videoDetails":\s*\{\s*"videoId":\s*"%s".{0,6000}?"lengthSeconds":\s*"(\d{1,6})"'
_DURATION: Final = re.compile(
    rb"<meta\s+itemprop=[\"']duration[\"']\s+content=[\"']"
    rb"P(?:(\d{1,3})D)?T?(?:(\d{1,4})H)?(?:(\d{1,5})M)?(?:(\d{1,6})S)?[\"']"
)
_UNITS: Final = (86400, 3600, 60, 1)  # seconds of what a duration counts


def length_in(page: bytes, video_id: str) -> float | None:
    """Seconds, from a watch page or a part of one; None where it tells nothing, or of a broadcast without an end.

    Quotation marks inside a title are written otherwise in either place, so no title can tell a length. Never raises.
    """
    details = re.search(_DETAILS % re.escape(video_id.encode(errors="replace")), page, re.S)
    seconds = int(details[1]) if details else 0
    if not seconds and (duration := _DURATION.search(page)):
        seconds = sum(int(count) * unit for count, unit in zip(duration.groups(b"0"), _UNITS, strict=True))
    return float(seconds) or None

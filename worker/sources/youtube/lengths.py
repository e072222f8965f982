"""The length of a video, from its watch page. Pure.

The page states it twice: for its player, and for search engines (https://schema.org/VideoObject). A page that asks for
consent, or for a proof of no robot, states neither.
"""

import re
from typing import Final

#: The longest match, in bytes: a reader in pieces keeps so many of the last piece.
REACH: Final = 8192

_DETAILS: Final = rb'"videoDetails":\s*\{\s*"videoId":\s*"%s".{0,6000}?"lengthSeconds":\s*"(\d{1,6})"'
_DURATION: Final = re.compile(
    rb"<meta\s+itemprop=[\"']duration[\"']\s+content=[\"']"
    rb"P(?:(\d{1,3})D)?T?(?:(\d{1,4})H)?(?:(\d{1,5})M)?(?:(\d{1,6})S)?[\"']"
)
_UNITS: Final = (86400, 3600, 60, 1)  # seconds of a duration's days, hours, minutes, seconds


def length_in(page: bytes, video_id: str) -> float | None:
    """Seconds, from a watch page or a part of one; None where it states none, or for a broadcast without an end.

    Quotation marks in titles are escaped in either place, so no title can match. Never raises.
    """
    details = re.search(_DETAILS % re.escape(video_id.encode(errors="replace")), page, re.S)
    seconds = int(details[1]) if details else 0
    if not seconds and (duration := _DURATION.search(page)):
        seconds = sum(int(count) * unit for count, unit in zip(duration.groups(b"0"), _UNITS, strict=True))
    return float(seconds) or None

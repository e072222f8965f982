"""Title and artist from a video's title and channel. Pure.

Cautious on purpose: the uploader's words stay, except remarks about the film.
"""

import re
from typing import Final

from jobs.filenames import one_line
from jobs.results import Tags

_DASH: Final = re.compile(r"\s+[-\u2013\u2014\u2015]\s+")
_OF_THE_FILM: Final = re.compile(
    r"\s*[(\[]\s*(?:the\s+)?(?:official\s+)?(?:music\s+|lyrics?\s+|audio\s+|hd\s+|4k\s+)*"
    r"(?:official|video|videoclip|clip|audio|lyrics?|visuali[sz]er|m/?v|hd|hq|4k|full\s+hd|1080p|remastered\s+in\s+4k)"
    r"(?:\s+(?:video|hd|hq|4k))?\s*[)\]]",
    re.IGNORECASE,
)
#: Remarks after a dash, which are not the song's name.
_REMARK: Final = re.compile(
    r"(?:official|lyrics?|audio|live|acoustic|unplugged|remaster(?:ed)?|remix|demo|instrumental|karaoke|cover|"
    r"radio edit|extended|single version|album version|full album|mono|stereo|hd|hq|\d{4})\b",
    re.IGNORECASE,
)
_VEVO: Final = re.compile(r"vevo$", re.IGNORECASE)


def tags_of(title: str, author: str, video_id: str) -> Tags:
    """Tags from a video's title and its channel's name; `video_id` stands in for a title that is empty.

    `Artist - Title` is split, the other way round when the channel's name follows the dash. Channels called
    `Artist - Topic` are YouTube's own for released recordings: their titles are names of songs, and are kept.
    """
    title, author = one_line(title), one_line(author)
    artist = author.removesuffix(" - Topic")
    if artist != author:
        return Tags(title=title or video_id, artist=artist)
    artist = _VEVO.sub("", author).strip() or author
    title = _OF_THE_FILM.sub("", title).strip() or title
    left, *right = _DASH.split(title, maxsplit=1)
    if right and left and right[0] and not _REMARK.match(right[0]):
        if _same(right[0], artist):
            return Tags(title=left, artist=right[0])
        return Tags(title=right[0], artist=left)
    return Tags(title=title or video_id, artist=artist)


def _same(one: str, other: str) -> bool:
    """Whether two names are equal except for case, spaces and punctuation."""
    return _letters(one) == _letters(other) != ""


def _letters(text: str) -> str:
    return "".join(char for char in text.casefold() if char.isalnum())

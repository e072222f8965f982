"""Making foreign text inert: platforms find no link, mention or command in it. Pure.

Telegram detects these in plain text. A word joiner (U+2060), which has no width and is no part of addresses and names,
breaks the match; the visible letters stay the same.
"""

import re
from typing import Final

JOINER: Final = "\u2060"

#: Positions of joiners: after the beginning of an address, a name or a command.
_PLACES: Final = re.compile(
    r"(?<=[@#$])(?=\w)"  # @someone, someone@example.org, #tag, $TAG
    r"|(?<![\w<>/])(?<=/)(?=\w)|(?<=^/)(?=\w)|(?<=\W/)(?=\w)"  # /stop
    r"|(?<=:)(?=/)"  # https://, tg://
    r"|(?<=[.\u3002\uff0e\uff61])(?=\w)"  # t.me, 127.0.0.1
    r"|(?<=\+)(?=\d)|(?<=\d\d\d)(?=[ -]?\d\d)"  # numbers of telephones and cards
)

#: Invisible characters, which could hide an address or another word.
_HIDDEN: Final = re.compile("[\u00ad\u180e\u200b\u2060-\u2064\u206a-\u206f\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]+")


def inert(text: str) -> str:
    """The text with joiners, the same to read. Idempotent."""
    return _PLACES.sub(JOINER, plain(text))


def plain(text: str) -> str:
    """Text without joiners and other hidden characters, for buttons and terminals, which detect no addresses."""
    return _HIDDEN.sub("", text)

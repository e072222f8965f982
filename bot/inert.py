"""Text of strangers that no platform makes a link, a mention or a command of. Pure.

Telegram finds such things in plain text by itself. A word joiner (U+2060), which takes no room and is no part of
addresses and names, parts what would be found; whoever copies the text has the letters as they were.
"""

import re
from typing import Final

JOINER: Final = "\u2060"

#: Where a joiner goes: between what begins an address, a name or a command and what follows it.
_PLACES: Final = re.compile(
    r"(?<=[@#$])(?=\w)"  # @someone, someone@example.org, #tag, $TAG
    r"|(?<![\w<>/])(?<=/)(?=\w)|(?<=^/)(?=\w)|(?<=\W/)(?=\w)"  # /stop
    r"|(?<=:)(?=/)"  # https://, tg://
    r"|(?<=[.\u3002\uff0e\uff61])(?=\w)"  # t.me, 127.0.0.1
    r"|(?<=\+)(?=\d)|(?<=\d\d\d)(?=[ -]?\d\d)"  # numbers of telephones and cards
)

#: Characters that nobody sees, of which each could hide such a thing or another word.
_HIDDEN: Final = re.compile("[\u00ad\u180e\u200b\u2060-\u2064\u206a-\u206f\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]+")


def inert(text: str) -> str:
    """The same to read. Making it inert again changes nothing."""
    return _PLACES.sub(JOINER, plain(text))


def plain(text: str) -> str:
    """Text without joiners and other hidden characters, for buttons and terminals, which make nothing of an address."""
    return _HIDDEN.sub("", text)

"""Entities that Telegram detects in plain text: links, addresses, mentions, commands, tags and numbers.

After the client library's rules, but finds more: any ending of two letters or more is a domain's.
"""

import re
from typing import Any

_FOUND = {
    "email": re.compile(r"(?<![\w.+-])[\w.+-]+@[\w-]+(\.[\w-]+)+"),
    "mention": re.compile(r"(?<![\w@.])@[A-Za-z0-9_]{3,32}\b"),
    "bot_command": re.compile(r"(?<![\w<>/])/[A-Za-z0-9_]{1,64}(@[A-Za-z0-9_]{3,32})?\b"),
    "hashtag": re.compile(r"(?<![\w#])#(?=\w*[^\W\d])\w[\w\u200c]*"),
    "cashtag": re.compile(r"(?<![\w$])\$[A-Z]{1,8}\b"),
    # Zero-width (non-)joiners are part of an address for Telegram, other invisible marks are not.
    "url": re.compile(
        r"(?:(?:tg|ton|tonsite)://[\w?=&.-]+)"
        r"|(?:https?://|ftp://)?(?<![\w@.])[\w\u200c\u200d-]+(\.[\w\u200c\u200d-]+)*"
        r"\.([^\W\d_]{2,}|\d{1,3})\b(?:[/?#:]\S*)?"
    ),
    "phone_number": re.compile(r"(?<![\w+])\+\d[\d -]{7,14}\d"),
    "bank_card": re.compile(r"(?<!\d)(?:\d[ -]?){12,18}\d(?!\d)"),
}


def detected(text: str) -> list[dict[str, Any]]:
    """Telegram's entities of a text without markup."""
    return [
        {"type": kind, "offset": _units(text[: match.start()]), "length": _units(match[0])}
        for kind, pattern in _FOUND.items()
        for match in pattern.finditer(text)
    ]


def _units(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2

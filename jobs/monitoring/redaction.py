"""Makes untrusted text fit for a log or a failure: without secrets, of a bounded length, on one line.

Every function here takes time in proportion to its input: a title, a header or an error may be megabytes long.
"""

import json
import re
from collections.abc import Callable, Iterable
from typing import Final

#: Any Telegram token, also of other bots: every Bot API URL contains one. A run of digits is tried once, from its first
#: digit, without backtracking (`++`), so that the time stays linear.
TOKEN: Final = re.compile(r"(?<![0-9])[0-9]{6,}+(?::[A-Za-z0-9_-]{30,}+)+")
#: User and password in any URL, up to the last @ before the path.
CREDENTIALS: Final = re.compile(r"(?<=://)[^/\s:@]*+:[^/\s]+(?=@)")

_CUT: Final = " [...] "
_SHORTEST: Final = 4  # characters of a secret; shorter ones would match in any text

#: Secrets of this process's settings, in every spelling. The longest first: one may be part of another.
_own: list[str] = []


def keep_secret(secrets: Iterable[str]) -> None:
    """Sets the secrets that `without_secrets` removes, beside those recognised by their form."""
    _own[:] = sorted({secret for secret in secrets if len(secret) >= _SHORTEST}, key=len, reverse=True)


def without_secrets(text: str) -> str:
    """`text` with stars for tokens and passwords: those recognised by their form, and those of our settings."""
    for secret in _own:
        text = text.replace(secret, "***")
    return CREDENTIALS.sub("***", TOKEN.sub("***", text))


def shortened(text: str, most: int) -> str:
    """At most `most` characters of `text`; a longer one loses its middle, since errors are named at either end."""
    if len(text) <= most:
        return text
    end = (most - len(_CUT)) // 2
    return text[: most - len(_CUT) - end] + _CUT + text[len(text) - end :]


def printable(text: str, escape: Callable[[str], str] = lambda char: char.encode("unicode_escape").decode()) -> str:
    """`text` with every character that moves the cursor, colours a terminal, breaks the line or turns the direction of
    writing as an escape sequence: a line break becomes a backslash and an n."""
    return text if text.isprintable() else "".join(char if char.isprintable() else escape(char) for char in text)


def printable_json(value: object) -> str:
    """`value` as JSON on one line, printable, and equal to `value` when it is read again."""
    return printable(json.dumps(value, ensure_ascii=False), lambda char: json.dumps(char)[1:-1])

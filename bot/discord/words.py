"""Text as Discord shows it: escaped, and within its limits. Pure."""

import re
from typing import Final

#: Characters of a message's content. https://discord.com/developers/docs/resources/message#create-message
CONTENT: Final = 2000

#: What Markdown takes for a sign: anywhere, or where a line begins.
_SIGNS: Final = re.compile(r"([\\*_~`|<>\[\]])|^(\s*)([-+#]|\d+\.)(?=[\s#])", re.MULTILINE)
_ADDRESS: Final = re.compile(r"(https?://[^\s<>]+)")


def escaped(text: str) -> str:
    """Plain text as content that reads the same: no formatting, links without previews. At most CONTENT characters."""
    parts = [f"<{part}>" if odd % 2 else _escape(part) for odd, part in enumerate(_ADDRESS.split(text))]
    whole = "".join(parts)
    if len(whole) <= CONTENT:
        return whole
    return whole[: CONTENT - 1].rstrip("\\") + "…"


def _escape(text: str) -> str:
    return _SIGNS.sub(lambda found: f"{found[2] or ''}\\{found[1] or found[3]}", text)

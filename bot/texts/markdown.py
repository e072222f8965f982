"""Plain text as Markdown that reads the same, for platforms without plain messages. Pure."""

import re
from typing import Final

#: What Markdown takes for a sign: anywhere, or where a line begins.
_SIGNS: Final = re.compile(r"([\\*_~`|<>\[\]])|^(\s*)([-+#]|\d+\.)(?=[\s#])", re.MULTILINE)
_ADDRESS: Final = re.compile(r"(https?://[^\s<>]+)")


def escaped(text: str, most: int) -> str:
    """Markdown without formatting, with links that get no preview. At most so many characters."""
    parts = [f"<{part}>" if odd % 2 else _escape(part) for odd, part in enumerate(_ADDRESS.split(text))]
    whole = "".join(parts)
    return whole if len(whole) <= most else whole[: most - 1].rstrip("\\") + "…"


def _escape(text: str) -> str:
    return _SIGNS.sub(lambda found: f"{found[2] or ''}\\{found[1] or found[3]}", text)

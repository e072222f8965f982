"""Signed marks of songs in links to the Mixer.

A mark for a *link* is the right to play the song. A mark for an *app* names the song only: the platform says who opened
it, and that person needs access.
"""

import hashlib
import hmac
import re
from base64 import urlsafe_b64encode
from typing import Final, Literal, NamedTuple

Use = Literal["link", "app"]

#: Bytes of a signature: 144 bits, 24 letters.
SIGNED: Final = 18
_MARK: Final = re.compile(r"(l|a)([0-9a-f]{16})([A-Za-z0-9_-]{24})")
_USES: Final[dict[str, Use]] = {"l": "link", "a": "app"}


class Marked(NamedTuple):
    """The request of a mark, and what the mark is for."""

    request_id: str
    use: Use


class SongMarks:
    """Makes and reads marks. `secret`: that of all processes on one queue."""

    def __init__(self, secret: str) -> None:
        self._key = hmac.digest(secret.encode(), b"song marks", hashlib.sha256)

    def mark(self, request_id: str, use: Use) -> str:
        """41 letters of `A-Za-z0-9_-`, which a start parameter may have."""
        return f"{use[0]}{request_id}{self._signature(request_id, use)}"

    def read(self, mark: str) -> Marked | None:
        """None for a mark that was never made."""
        read = _MARK.fullmatch(mark)
        if read is None or not hmac.compare_digest(read[3], self._signature(read[2], _USES[read[1]])):
            return None
        return Marked(read[2], _USES[read[1]])

    def _signature(self, request_id: str, use: Use) -> str:
        digest = hmac.digest(self._key, f"{use}\n{request_id}".encode(), hashlib.sha256)
        return urlsafe_b64encode(digest[:SIGNED]).decode()


def mixer_chat(chat: str, source: str) -> str:
    """The name under which the web server makes the player of a chat's song: one for each chat and song.

    `source`: the key of the song. Who forgets the song forgets this, too.
    """
    return f"web:{int.from_bytes(hashlib.sha256(f'mixer|{chat}|{source}'.encode()).digest()[:7])}"

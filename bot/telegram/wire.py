"""What comes from Telegram, as text that can go everywhere."""

import re
from typing import Any, Final

from telegram.request import HTTPXRequest

#: JSON can spell half of a character (`\ud800`), which no file, queue, log or answer can hold.
_HALF: Final = re.compile("[\ud800-\udfff]")


class Wire(HTTPXRequest):
    """The library's way to Telegram. Halves of characters in answers are replaced by the sign for such (U+FFFD)."""

    @staticmethod
    def parse_json_payload(payload: bytes) -> Any:
        told = HTTPXRequest.parse_json_payload(payload)
        return _whole(told) if b"\\ud" in payload.lower() else told


def _whole(told: Any) -> Any:
    match told:
        case str():
            return _HALF.sub("\ufffd", told)
        case list():
            return [_whole(one) for one in told]
        case dict():
            return {_whole(name): _whole(value) for name, value in told.items()}
        case _:
            return told

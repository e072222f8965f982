"""HTTP requests to Telegram; text of its answers is valid Unicode."""

import re
from typing import Any, Final

from telegram.request import HTTPXRequest

#: JSON can contain a lone surrogate (`\ud800`), which cannot be encoded as UTF-8 for a file, the queue or a log.
_HALF: Final = re.compile("[\ud800-\udfff]")


class Wire(HTTPXRequest):
    """The library's request class. Lone surrogates in answers become U+FFFD."""

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

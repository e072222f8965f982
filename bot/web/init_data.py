"""The check of what Telegram tells a Mini App about the person who opened it.

https://core.telegram.org/bots/webapps#validating-data-received-via-the-mini-app
"""

import hashlib
import hmac
import json
from typing import Final
from urllib.parse import parse_qsl

from pydantic import ValidationError

from jobs.models import Value

#: Seconds after which the data is refused, and seconds by which Telegram's clock may be ahead of ours.
OLDEST: Final = 24 * 3600
AHEAD: Final = 300
#: Characters and fields of data that is read at all; Telegram's has about a thousand, and a dozen.
LONGEST: Final = 8192
MOST_FIELDS: Final = 50


class MiniAppUser(Value):
    """The person who opened the Mini App. `id`: Telegram's; `language_code`: of the person's app, '' if unknown."""

    id: int
    language_code: str = ""
    is_bot: bool = False


def user_of(init_data: str, key: bytes, now: float) -> MiniAppUser | None:
    """The person of a Mini App's initData; None for data that Telegram did not sign for this bot, or old data.

    `key`: of the bot, see `bot/chats/app_key.py`.
    `now`: seconds since the epoch. Data with a field twice is refused: its reading is ambiguous.
    """
    if len(init_data) > LONGEST:
        return None
    try:
        pairs = parse_qsl(init_data, keep_blank_values=True, strict_parsing=True, max_num_fields=MOST_FIELDS)
    except ValueError:
        return None
    fields = dict(pairs)
    given = fields.pop("hash", "")
    if len(fields) + 1 != len(pairs) or not hmac.compare_digest(signature(fields, key).encode(), given.encode()):
        return None
    try:
        signed_at = int(fields.get("auth_date", ""))
        user = MiniAppUser.model_validate(json.loads(fields.get("user", "")))
    except (ValueError, ValidationError, RecursionError):
        return None
    if not now - OLDEST <= signed_at <= now + AHEAD or user.is_bot:
        return None
    return user


def signature(fields: dict[str, str], key: bytes) -> str:
    """The hash of initData's fields but `hash`: 64 hex digits."""
    lines = "\n".join(f"{name}={value}" for name, value in sorted(fields.items()))
    return hmac.digest(key, lines.encode(errors="surrogatepass"), hashlib.sha256).hex()

"""The key by which Telegram signs what it tells a Mini App. The bot leaves it in the queue for the page's server.

So that server needs no token: the key alone does not let one act as the bot.
https://core.telegram.org/bots/webapps#validating-data-received-via-the-mini-app
"""

import hashlib
import hmac

from pydantic import SecretStr

from jobs.queue import keys
from jobs.queue.connection import Redis, answer
from jobs.queue.views import text

_FIELD = "app-key"


def app_key(token: SecretStr) -> bytes:
    """The key of a bot with this token: 32 bytes."""
    return hmac.digest(b"WebAppData", token.get_secret_value().encode(), hashlib.sha256)


async def keep_app_key(redis: Redis, token: SecretStr) -> None:
    """Store the key, in place of that of an earlier token."""
    await answer(redis.hset(keys.PEOPLE, _FIELD, app_key(token).hex()))


async def kept_app_key(redis: Redis) -> bytes | None:
    """None: no bot left one."""
    try:
        return bytes.fromhex(text(await answer(redis.hget(keys.PEOPLE, _FIELD)))) or None
    except ValueError:
        return None

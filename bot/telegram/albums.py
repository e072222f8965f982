"""What counts for a whole album, though Telegram says it of its first message alone. In Redis, for ten minutes."""

from typing import Final

from arq.connections import ArqRedis
from telegram import Message

from jobs.queue import keys
from jobs.queue.connection import answer
from jobs.queue.views import text

REMEMBERED: Final = 600  # seconds


async def remembered(redis: ArqRedis, message: Message, what: str) -> bool | None:
    """What was found out with an earlier message of the same album; None: nothing, or it is in no album."""
    if not message.media_group_id:
        return None
    found = await answer(redis.hget(_key(message), what))
    return None if found is None else text(found) == "1"


async def remember(redis: ArqRedis, message: Message, what: str, *, true: bool) -> None:
    """Note it for the rest of the album, if the message is in one."""
    if not message.media_group_id:
        return
    async with redis.pipeline(transaction=True) as pipe:
        pipe.hset(_key(message), what, "1" if true else "0")
        pipe.expire(_key(message), REMEMBERED)
        await pipe.execute()


def _key(message: Message) -> str:
    return keys.album(f"{message.chat_id}:{message.media_group_id}")

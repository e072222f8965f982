"""What a group chose for itself, beside the wish that every chat has."""

from arq.connections import ArqRedis

from bot.texts import Language
from jobs.models import Value
from jobs.parsing import parse_stored
from jobs.queue import keys
from jobs.queue.connection import answer


class GroupSettings(Value):
    """`every_link`: take every link that is posted, unasked. `language`: of all answers; None: each person's own."""

    every_link: bool = False
    language: Language | None = None


async def group_settings_of(redis: ArqRedis, chat: str) -> GroupSettings:
    """What the group chose, or how groups are unless they choose."""
    return parse_stored(GroupSettings, await answer(redis.get(keys.group(chat)))) or GroupSettings()


async def keep_group_settings(redis: ArqRedis, chat: str, group_settings: GroupSettings) -> None:
    await answer(redis.set(keys.group(chat), group_settings.model_dump_json()))

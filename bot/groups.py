"""What a group chose for itself, beside the wish that every chat has."""

from arq.connections import ArqRedis

from bot.texts import Language
from jobs import keys
from jobs.connection import answer
from jobs.models import Value
from jobs.notes import read_note


class Customs(Value):
    """`every_link`: take every link that is posted, unasked. `language`: of all answers; None: each person's own."""

    every_link: bool = False
    language: Language | None = None


async def customs_of(redis: ArqRedis, chat: str) -> Customs:
    """What the group chose, or how groups are unless they choose."""
    return read_note(Customs, await answer(redis.get(keys.group(chat)))) or Customs()


async def keep_customs(redis: ArqRedis, chat: str, customs: Customs) -> None:
    await answer(redis.set(keys.group(chat), customs.model_dump_json()))

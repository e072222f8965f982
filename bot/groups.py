"""What a group chose for itself, beside the wish that every chat has."""

from arq.connections import ArqRedis
from pydantic import ValidationError

from bot.texts import Language
from jobs import keys
from jobs.connection import answer
from jobs.models import Value


class Customs(Value):
    """`every_link`: take every link that is posted, unasked. `language`: of all answers; None: each person's own."""

    every_link: bool = False
    language: Language | None = None


async def customs_of(redis: ArqRedis, chat: str) -> Customs:
    """What the group chose, or how groups are unless they choose."""
    stored = await answer(redis.get(keys.group(chat)))
    try:
        return Customs.model_validate_json(stored) if stored else Customs()
    except ValidationError:  # of another version
        return Customs()


async def keep_customs(redis: ArqRedis, chat: str, customs: Customs) -> None:
    await answer(redis.set(keys.group(chat), customs.model_dump_json()))

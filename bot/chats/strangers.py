"""People and groups without access who wrote to the bot: their names, what they sent, the owner's answer.

At most `MOST` per platform wait for an answer at a time, so that strangers take a bounded place in Redis.
"""

import time
from collections.abc import Callable
from typing import Final

from bot.texts import Language
from jobs.models import Value, Words
from jobs.parsing import parse_stored
from jobs.queue import keys
from jobs.queue.connection import Redis, answer
from jobs.queue.views import texts

#: Seconds for which a name and the state of the owner's answer are kept, from the first message.
KEEP: Final = 180 * 24 * 3600
#: Seconds for which a stranger's messages are kept, from the last one.
KEEP_SAID: Final = 7 * 24 * 3600
MOST: Final = 100  # that wait for an answer
MOST_SAID: Final = 5  # kept messages of each; the newest stay
LONGEST: Final = 16_000  # characters of a kept message; a longer one is not kept
MOST_AN_HOUR: Final = 10  # questions to the owner


class Stranger(Value):
    """`name`: of the person or group in the queue. `known_as`: its display name. `by`: the display name of the group's
    member who wrote. `address`: of their message, for the answer."""

    name: str
    in_group: bool = False
    known_as: Words = ""
    by: Words = ""
    language: Language = "en"
    address: str = ""


class Strangers:
    """The strangers of one platform."""

    def __init__(self, redis: Redis, platform: str) -> None:
        self._redis = redis
        self._waiting, self._untold = keys.strangers(platform), keys.strangers_untold(platform)
        self._pace = keys.strangers_pace(platform)

    async def note(self, stranger: Stranger, now: float | None = None) -> bool | None:
        """Note who waits for the owner's answer. True: new; False: noted before; None: the owner will not be asked.

        The owner is not asked about a refused stranger, nor while `MOST` others wait. `now`: seconds since the epoch.
        """
        at, name = time.time() if now is None else now, stranger.name
        if await answer(self._redis.sismember(keys.REFUSED, name)):
            return None
        await self._redis.zremrangebyscore(self._waiting, "-inf", at - KEEP)
        if await self._redis.zscore(self._waiting, name) is not None:
            return False
        if await self._redis.zcard(self._waiting) >= MOST:
            return None
        async with self._redis.pipeline(transaction=True) as pipe:
            pipe.set(keys.stranger(name), stranger.model_dump_json(), ex=KEEP)
            pipe.zadd(self._waiting, {name: at})
            pipe.zadd(self._untold, {name: at})
            await pipe.execute()
        return True

    async def keep(self, name: str, said: str) -> None:
        """Keep a message until the owner's answer. A repeated message is kept once."""
        if len(said) > LONGEST or said in await self.said(name):
            return
        key = keys.stranger_said(name)
        async with self._redis.pipeline(transaction=True) as pipe:
            pipe.rpush(key, said)
            pipe.ltrim(key, -MOST_SAID, -1)
            pipe.expire(key, KEEP_SAID)
            await pipe.execute()

    async def of(self, name: str) -> Stranger | None:
        """The note of a stranger, also after the owner's refusal; None if there is none.

        `name` may be a group's old one.
        """
        noted = parse_stored(Stranger, await answer(self._redis.get(keys.stranger(name))))
        if noted is not None and noted.name != name:
            return parse_stored(Stranger, await answer(self._redis.get(keys.stranger(noted.name)))) or noted
        return noted

    async def said(self, name: str) -> list[str]:
        """The kept messages, the oldest first."""
        return texts(await answer(self._redis.lrange(keys.stranger_said(name), 0, -1)))

    # --- the owner -----------------------------------------------------------------------------------------------

    async def next_untold(self) -> Stranger | None:
        """The first stranger of whom the owner has to be told now; None if there is none, or after too many."""
        if int(await self._redis.get(self._pace) or 0) >= MOST_AN_HOUR:
            return None
        for name in texts(await self._redis.zrange(self._untold, 0, -1)):
            if (stranger := await self.of(name)) is not None:
                return stranger
            await self._redis.zrem(self._untold, name)  # expired
        return None

    async def told(self, name: str) -> None:
        """Note that the owner was asked about a stranger."""
        async with self._redis.pipeline(transaction=True) as pipe:
            pipe.zrem(self._untold, name)
            pipe.set(self._pace, 0, ex=3600, nx=True)
            pipe.incr(self._pace)
            await pipe.execute()

    async def admit(self, name: str) -> None:
        """Forget a stranger who has access now."""
        await answer(self._redis.srem(keys.REFUSED, name))
        await self._answered(name)
        await self._redis.delete(keys.stranger(name))

    async def refuse(self, name: str) -> None:
        """Never ask the owner about a stranger again. The name is kept, for a change of mind."""
        await answer(self._redis.sadd(keys.REFUSED, name))
        await self._answered(name)

    async def _answered(self, name: str) -> None:
        await self._redis.delete(keys.stranger_said(name))
        for key in (self._untold, self._waiting):
            await self._redis.zrem(key, name)

    async def move(self, old: str, new: str, address_there: Callable[[str], str], there: Callable[[str], str]) -> None:
        """Move a group to its new name. `address_there`: an old address → the new one; `there`: a kept message → the
        same in the new group. Idempotent, also after an interruption."""
        if await answer(self._redis.sismember(keys.REFUSED, old)):
            await answer(self._redis.sadd(keys.REFUSED, new))
            await answer(self._redis.srem(keys.REFUSED, old))
        stranger = parse_stored(Stranger, await answer(self._redis.get(keys.stranger(old))))
        if stranger is None or stranger.name != old:
            return
        moved = stranger.model_copy(update={"name": new, "address": address_there(stranger.address)})
        said = [there(one) for one in await self.said(old)]
        async with self._redis.pipeline(transaction=True) as pipe:
            for key in (self._waiting, self._untold):
                if (at := await self._redis.zscore(key, old)) is not None:
                    pipe.zadd(key, {new: at})
                    pipe.zrem(key, old)
            if said:
                pipe.delete(keys.stranger_said(new))
                pipe.rpush(keys.stranger_said(new), *said)
                pipe.expire(keys.stranger_said(new), KEEP_SAID)
            pipe.delete(keys.stranger_said(old))
            pipe.set(keys.stranger(new), moved.model_dump_json(), ex=KEEP)
            pipe.set(keys.stranger(old), moved.model_dump_json(), ex=KEEP)  # buttons have the old name
            await pipe.execute()

"""Access to the bot: the owner, who pairs once with a code from the log, and people and groups the owner allows.

Names have the platform's prefix: `telegram:42` is a person and their private chat, `telegram:-100123` a group.
Each platform has an owner of its own.
"""

import hmac
import secrets
import time
from enum import Enum, auto, unique
from typing import Final, Literal

from bot.texts import Language, negotiate
from jobs.queue import keys, scripts
from jobs.queue.connection import Redis, answer, ask_script, rename, run_script
from jobs.queue.quotas import RATE, USED, Limits
from jobs.queue.views import text
from jobs.settings import Settings
from jobs.values import LONGEST_WORDS

#: Seconds without further answers to a person without access who was refused.
SILENCE = 6 * 3600
#: Seconds without a message before a person over the rate limit is heard again: see RATE in jobs/queue/quotas.py.
QUIET: Final = 30

_OWNER = "owner"
_CODE = "code"
_LANGUAGE = "language"  # the owner's


@unique
class Hearing(Enum):
    """The rate limiter's verdict on a message."""

    YES = auto()
    NO_MORE = auto()  # the first one over the limit: answer with a notice
    NO = auto()  # a later one: no answer


class Access:
    """Access. `access` is the setting: `closed` admits only the owner, and people and groups the owner allowed.

    `platform` is whose owner this is about. Version 0.1.0 knew Telegram alone, so Telegram's fields have no suffix.
    """

    def __init__(self, redis: Redis, access: Literal["closed", "open"], platform: str = "telegram") -> None:
        self._redis = redis
        self._open = access == "open"
        self._platform = platform
        suffix = "" if platform == "telegram" else f":{platform}"
        self._owner_field, self._code_field = f"{_OWNER}{suffix}", f"{_CODE}{suffix}"
        self._language_field = f"{_LANGUAGE}{suffix}"

    # --- the owner ---------------------------------------------------------------------------------------------

    async def owner(self) -> str | None:
        """The owner's name, or None before the pairing."""
        name = await answer(self._redis.hget(keys.PEOPLE, self._owner_field))
        return text(name) or None

    async def is_owner(self, person: str) -> bool:
        return await self.owner() == person

    async def language(self) -> Language:
        """The owner's language, as of their last message."""
        return negotiate(text(await answer(self._redis.hget(keys.PEOPLE, self._language_field))))

    async def remember_language(self, person: str, language: Language) -> None:
        """Store the language if `person` is the owner, for news to the owner."""
        if await self.is_owner(person) and await self.language() != language:
            await answer(self._redis.hset(keys.PEOPLE, self._language_field, language))

    async def pairing_code(self) -> str | None:
        """The code that pairs the owner, the same until it is used. None once there is an owner."""
        if await self.owner() is not None:
            return None
        # 24 bytes are 32 letters, within the 64 that a start link may carry.
        await answer(self._redis.hsetnx(keys.PEOPLE, self._code_field, secrets.token_urlsafe(24)))
        return text(await answer(self._redis.hget(keys.PEOPLE, self._code_field))) or None

    async def pair(self, person: str, code: str) -> bool:
        """Make `person` the owner if `code` is the pairing code. The code works once."""
        expected = text(await answer(self._redis.hget(keys.PEOPLE, self._code_field)))
        # Compared in Python, not in Redis: `compare_digest` takes constant time.
        if not expected or not hmac.compare_digest(expected.encode(), code.encode()):
            return False
        fields = (self._owner_field, self._code_field)
        return bool(await run_script(self._redis, scripts.PAIR, [keys.PEOPLE], person, expected, *fields))

    async def claim(self, person: str) -> bool:
        """Make `person` the owner if there is none. False if there is one."""
        return bool(await answer(self._redis.hsetnx(keys.PEOPLE, self._owner_field, person)))

    # --- other people ------------------------------------------------------------------------------------------

    async def may_ask(self, person: str, chat: str) -> bool:
        """Whether `person` is served in `chat`: anyone when open; else the owner, and allowed persons and chats."""
        if self._open:
            return True
        let_in = await answer(self._redis.smismember(keys.ALLOWED, [person, chat]))
        return any(let_in) or await self.is_owner(person)

    async def hears(self, person: str, per_minute: float, now: float | None = None) -> Hearing:
        """Whether a message or tap of `person` is within `per_minute`. 0: no limit; the owner has none either.

        `now`: seconds since the epoch.
        """
        return await self._paced(keys.rate(person), person, per_minute, now)

    async def may_search(self, person: str, per_minute: float) -> Hearing:
        """The same for searches, which have a pace of their own."""
        return await self._paced(keys.search_rate(person), person, per_minute)

    async def _paced(self, key: str, person: str, per_minute: float, now: float | None = None) -> Hearing:
        if per_minute <= 0:
            return Hearing.YES
        at = time.time() if now is None else now
        heard = await run_script(self._redis, RATE, [key], str(at), str(max(2, per_minute)))
        if heard < 1 and not await self.is_owner(person):
            return Hearing.NO_MORE if heard == 0 else Hearing.NO
        return Hearing.YES

    async def limits(self, person: str, settings: Settings) -> Limits:
        """The limits of `person`. The owner has none on minutes per day, nor on waiting requests."""
        is_owner = await self.is_owner(person)
        return Limits(
            person=settings.max_open_per_person,
            chat=settings.max_open_per_chat,
            person_seconds=60 * settings.minutes_per_person * (not is_owner),
            chat_seconds=60 * settings.minutes_per_chat * (not is_owner),
            waiting=0 if is_owner else settings.max_waiting,
        )

    async def used(self, whose: Literal["person", "chat"], name: str) -> float:
        """Seconds of music used by a person, or a chat, within a day."""
        said = await ask_script(self._redis, USED, [keys.minutes(whose, name)], str(time.time()), keys.request(""))
        assert isinstance(said, bytes)
        return float(said)

    async def allow(self, name: str, known_as: str = "") -> bool:
        """Give a person or a group access. `known_as` is the name for `/who`. False if it had access."""
        if known_as:
            await answer(self._redis.hset(keys.PEOPLE, _known(name), known_as))
        return bool(await answer(self._redis.sadd(keys.ALLOWED, name)))

    async def deny(self, name: str) -> bool:
        """Withdraw the access of a person or a group. False if it had none."""
        await answer(self._redis.hdel(keys.PEOPLE, _known(name)))
        return bool(await answer(self._redis.srem(keys.ALLOWED, name)))

    async def name_of(self, name: str) -> str:
        """The display name of a person or group with access, or ''."""
        return text(await answer(self._redis.hget(keys.PEOPLE, _known(name))))

    async def remember_name(self, name: str, known_as: str) -> None:
        """Store the display name of a person or group with access, if none is known."""
        if known_as and any(await answer(self._redis.smismember(keys.ALLOWED, [name]))):
            await answer(self._redis.hsetnx(keys.PEOPLE, _known(name), known_as[:LONGEST_WORDS]))

    async def move(self, old: str, new: str) -> None:
        """Move a group's access and used minutes to its new name."""
        await rename(self._redis, keys.minutes("chat", old), keys.minutes("chat", new))
        if not await answer(self._redis.sismember(keys.ALLOWED, old)):
            return
        await self.allow(new, await self.name_of(old))
        await self.deny(old)

    async def allowed(self) -> dict[str, str]:
        """People and groups of the platform with access: name → display name at that time, or ''."""
        names = sorted(text(name) for name in await answer(self._redis.smembers(keys.ALLOWED)))
        names = [name for name in names if name.startswith(f"{self._platform}:")]
        if not names:
            return {}
        known = await answer(self._redis.hmget(keys.PEOPLE, [_known(name) for name in names]))
        return {name: text(shown) for name, shown in zip(names, known, strict=True)}

    async def first_refusal(self, person: str) -> bool:
        """Whether a person without access is to be refused with an answer: at most once in `SILENCE` seconds."""
        return bool(await self._redis.set(keys.told(person), b"1", nx=True, ex=SILENCE))


def _known(name: str) -> str:
    return f"name:{name}"

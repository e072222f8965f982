"""The owner's commands: /allow, /deny, /who."""

import re

from telegram import Message, User

from bot.cards.cards import tidy
from bot.telegram.address import name, number
from bot.telegram.message_length import joined
from bot.telegram.replies import Asker, Services, replied_to, reply, reply_alone
from bot.texts import say

_NUMBER = re.compile(r"-?\d{1,19}")


async def allow(services: Services, asker: Asker, message: Message) -> None:
    """Let somebody in: by reply, by number, or in a group the whole group."""
    if not await _is_owners(services, asker, message):
        return
    target = _target(asker, message)
    if target is None:
        await reply(services, message, say(asker.language, "allow-how"))
        return
    who, known_as = target
    new, shown = await services.access.allow(who, known_as), tidy(known_as) or str(number(who))
    if who == asker.chat and asker.in_group:
        text = say(asker.language, "allow-group")
    elif new:
        text = say(asker.language, "allow-done", name=shown)
    else:
        text = say(asker.language, "allow-known", name=shown)
    await reply(services, message, text)


async def deny(services: Services, asker: Asker, message: Message) -> None:
    """The same ways out."""
    if not await _is_owners(services, asker, message):
        return
    target = _target(asker, message)
    if target is None:
        await reply(services, message, say(asker.language, "deny-how"))
        return
    who, known_as = target
    shown = tidy(known_as) or str(number(who))
    if await services.access.deny(who):
        await reply(services, message, say(asker.language, "deny-done", name=shown))
    else:
        await reply(services, message, say(asker.language, "deny-unknown", name=shown))


async def who(services: Services, asker: Asker, message: Message) -> None:
    """Who was let in, with their numbers."""
    if not await _is_owners(services, asker, message):
        return
    allowed = await services.access.allowed()
    if not allowed:
        await reply_alone(services, asker, message, say(asker.language, "who-nobody"))
        return
    lines = [f"{number(one)} {tidy(known_as)}".rstrip() for one, known_as in allowed.items()]
    shown = joined([say(asker.language, "who-title"), *lines], asker.language, separator="\n")
    await reply_alone(services, asker, message, shown)


async def _is_owners(services: Services, asker: Asker, message: Message) -> bool:
    if await services.access.is_owner(asker.person):
        return True
    await reply(services, message, say(asker.language, "allow-owner-only"))
    return False


def _target(asker: Asker, message: Message) -> tuple[str, str] | None:
    """Whom a command is about, and what they are called."""
    words = (message.text or "").split()[1:]
    if words:
        return (name(int(words[0])), " ".join(words[1:])) if _NUMBER.fullmatch(words[0]) else None
    replied = replied_to(message)
    if replied is not None and replied.sender_chat is not None:  # who writes as a group or channel has no other name
        return name(replied.sender_chat.id), replied.sender_chat.title or ""
    if replied is not None and replied.from_user is not None and not replied.from_user.is_bot:
        return name(replied.from_user.id), _called(replied.from_user)
    if asker.in_group:
        return asker.chat, message.chat.title or ""
    return None


def _called(user: User) -> str:
    return f"{user.full_name} (@{user.username})" if user.username else user.full_name

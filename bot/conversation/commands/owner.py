"""The owner's commands: /allow, /deny, /who, /stats; and private answers to the owner."""

import asyncio
import platform
import re
import time
from collections import Counter
from typing import Final

from bot.cards.cards import Card
from bot.cards.headings import tidy
from bot.cards.lists import joined
from bot.conversation import strangers
from bot.conversation.commands import admit
from bot.conversation.services import Services
from bot.conversation.values import Answers, Asker, Incoming, number_of, reply
from bot.texts import Language, figures, say
from jobs import VERSION
from jobs.queue.providers import standings
from jobs.queue.recipe import about_workers

#: Days that /stats looks back.
DAYS: Final = 7

_NUMBER: Final = re.compile(r"-?\d{1,19}")


async def allow(services: Services, incoming: Incoming) -> Answers:
    """Give access to a person, by reply or number, or to the group of the message."""
    asker = incoming.asker
    if not await services.is_owner(asker):
        return reply(say(asker.language, "allow-owner-only"))
    target = await _target(services, incoming)
    if target is None:
        return reply(say(asker.language, "allow-how"))
    name, known_as = target
    is_here = asker.in_group and name == asker.chat
    new = await admit.let_in(services, name, known_as, tell=not is_here)
    if is_here:
        return reply(say(asker.language, "allow-group"))
    shown = strangers.shown(known_as, name)
    return reply(say(asker.language, "allow-done" if new else "allow-known", name=shown))


async def deny(services: Services, incoming: Incoming) -> Answers:
    """Withdraw access; the target as for `allow`."""
    asker = incoming.asker
    if not await services.is_owner(asker):
        return reply(say(asker.language, "allow-owner-only"))
    target = await _target(services, incoming)
    if target is None:
        return reply(say(asker.language, "deny-how"))
    name, known_as = target
    was_in, shown = await admit.keep_out(services, name), strangers.shown(known_as, name)
    return reply(say(asker.language, "deny-done" if was_in else "deny-unknown", name=shown))


async def who(services: Services, incoming: Incoming) -> Answers:
    """List the people and groups with access, with their numbers."""
    asker = incoming.asker
    if not await services.is_owner(asker):
        return reply(say(asker.language, "stats-owner-only"))
    allowed = await services.access.allowed()
    if not allowed:
        return await alone(services, asker, say(asker.language, "who-nobody"))
    lines = [f"{number_of(name)} {tidy(known_as)}".rstrip() for name, known_as in allowed.items()]
    blocks = [say(asker.language, "who-title"), *lines]
    shown = joined(blocks, asker.language, most=services.platform.text_units, separator="\n")
    return await alone(services, asker, shown)


async def alone(services: Services, asker: Asker, text: str) -> Answers:
    """Answer in the asker's private chat. A group only reads that the answer was sent there, or could not be."""
    if not asker.in_group:
        return reply(text)
    if await services.platform.tell_alone(asker.person, Card(text=text)):
        return reply(say(asker.language, "sent-alone"))
    return reply(say(asker.language, "sent-nowhere", link=services.platform.our_link))


async def _target(services: Services, incoming: Incoming) -> tuple[str, str] | None:
    """The person or group that a command names, and its display name, '' if none is known."""
    words, replied = incoming.words, incoming.replied_to
    if words:
        if not _NUMBER.fullmatch(words[0]):
            return None
        name = f"{services.platform.name}:{int(words[0])}"
        return name, " ".join(words[1:]) or await admit.name_of(services, name)
    if replied is not None and replied.author is not None:
        return replied.author.name, replied.author.known_as
    return (incoming.asker.chat, incoming.chat_title) if incoming.asker.in_group else None


# --- /stats ----------------------------------------------------------------------------------------------------


async def stats(services: Services, incoming: Incoming) -> Answers:
    asker = incoming.asker
    if not await services.is_owner(asker):
        return reply(say(asker.language, "stats-owner-only"))
    return await alone(services, asker, await state_of_all(services, asker.language))


async def state_of_all(services: Services, language: Language) -> str:
    """Queue, workers, disk, versions, outcomes of requests, and state of the YouTube providers."""
    queue, store = services.queue, services.catalogue.store
    used, free = await store.used_bytes(), await asyncio.to_thread(store.workspace.free_bytes)
    counted = await services.statistics.ends(DAYS, time.time())
    lines = [
        say(language, "stats-queue", waiting=await queue.size(), workers=len(await queue.workers())),
        say(
            language,
            "stats-disk",
            free=figures.size(free, language),
            used=figures.size(used, language),
            quota=figures.size(services.settings.quota_gb * 1e9, language),
        ),
        say(
            language,
            "stats-versions",
            version=VERSION,
            python=platform.python_version(),
            library=services.platform.library,
        ),
        *await _workers(services, language),
        say(language, "stats-ends", days=DAYS, done=counted.pop("done", 0), cancelled=counted.pop("cancelled", 0)),
    ]
    lines += [say(language, "stats-reason", reason=reason, count=count) for reason, count in counted.most_common(10)]
    for standing in (await standings(queue.redis)).values():
        state = "up" if standing.up else "down"
        lines.append(say(language, "stats-provider", provider=standing.provider, state=state))
    return "\n".join(lines)


async def _workers(services: Services, language: Language) -> list[str]:
    """The versions of the workers, equal ones on one line."""
    told = await about_workers(services.queue.redis, await services.queue.workers())
    alike = Counter(str(one) for one in told)
    return [say(language, "stats-worker", count=count, versions=versions) for versions, count in alike.items()]

"""News for the owner: strangers would like to be let in; the state of YouTube's providers; causes of failures that the
owner can mend."""

import logging
import time
from typing import Final

from bot.cards.cards import Card
from bot.conversation.services import Services
from bot.conversation.strangers import tell_owner
from bot.texts import say
from jobs.failures import OWNERS, Reason
from jobs.process.tasks import wait_for_event
from jobs.queue import keys
from jobs.queue.connection import answer
from jobs.queue.providers import standings, told, untold

log = logging.getLogger(__name__)

#: Days that are searched for failures, and for which a cause is not told again.
DAYS: Final = 2


async def attend_owner(services: Services) -> None:
    """Send the owner news until cancelled. Never raises otherwise."""
    while True:
        services.news.clear()
        try:
            await tell_owner(services)
            await tell_news(services)
            await tell_causes(services)
        except Exception as error:  # of Redis or the platform: the next look tries again
            log.warning("news to the owner not sent, will retry: %r", error)
        await wait_for_event(services.news, services.timing.look_for_news)


async def tell_news(services: Services) -> None:
    """Tell the owner once of every provider that went down or came back."""
    owner = await services.access.owner()
    if owner is None:
        return
    for standing in await untold(services.queue.redis):
        language = await services.access.language()
        if standing.up:
            text = say(language, "provider-up", provider=standing.provider)
        else:
            left = sum(one.up for one in (await standings(services.queue.redis)).values())
            text = say(language, "provider-down", provider=standing.provider, left=left)
        if not await services.platform.tell_alone(owner, Card(text=text)):  # not retried: the chat is closed to the bot
            log.warning("news of provider %s not sent: the owner's chat is closed", standing.provider)
        await told(services.queue.redis, standing)


async def tell_causes(services: Services) -> None:
    """Tell the owner of the causes for which songs failed, each once in two days, however many songs it fails."""
    owner = await services.access.owner()
    if owner is None:
        return
    failed = await services.statistics.ends(DAYS, time.time())
    for reason in OWNERS:
        if failed[reason] and await _is_first(services, reason):
            text = say(await services.access.language(), "owner-cause", reason=reason)
            if not await services.platform.tell_alone(owner, Card(text=text)):
                log.warning("songs fail for %s; not told: the owner's chat is closed", reason)


async def _is_first(services: Services, reason: Reason) -> bool:
    """Whether a cause was not told yet by the bot of any platform. Noted before the message: it is never sent twice."""
    key = keys.cause_told(reason)
    return bool(await answer(services.queue.redis.set(key, "1", nx=True, ex=DAYS * 24 * 3600)))

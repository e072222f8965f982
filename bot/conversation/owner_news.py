"""News for the owner: a YouTube provider went down, or is up again."""

import asyncio
import logging

from bot.conversation.services import Services
from bot.texts import say
from jobs.queue.providers import standings, told, untold

log = logging.getLogger(__name__)


async def attend_owner(services: Services) -> None:
    """Send the owner news until cancelled. Never raises otherwise."""
    while True:
        try:
            await tell_news(services)
        except Exception as error:  # of Redis or the platform: the next look tries again
            log.warning("news to the owner not sent, will retry: %r", error)
        await asyncio.sleep(services.timing.look_for_news)


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
        if not await services.platform.tell_alone(owner, text):  # not retried: the chat is closed to the bot
            log.warning("news of provider %s not sent: the owner's chat is closed", standing.provider)
        await told(services.queue.redis, standing)

"""What the owner is told unasked: that YouTube refuses us, and that it is over."""

import asyncio
import logging
from typing import Final

from redis.exceptions import RedisError
from telegram.error import Forbidden, TelegramError

from bot.telegram.address import number
from bot.telegram.replies import Services
from bot.texts import say
from jobs.queue.providers import standings, told, untold

log = logging.getLogger(__name__)

LOOK: Final = 30.0  # seconds between two looks


async def tell_owner(services: Services) -> None:
    """Tell the owner of every provider that went down or came back, once each, if they listen; until cancelled."""
    while True:
        try:
            await _tell(services)
        except (RedisError, TelegramError) as error:
            log.warning("the owner is not told yet: %s", error)
        except Exception:
            log.exception("the owner is not told yet")
        await asyncio.sleep(LOOK)


async def _tell(services: Services) -> None:
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
        try:
            await services.bot.send_message(number(owner), text)
        except Forbidden as why:  # they have blocked the bot: who does not want to hear is not told again and again
            log.warning("the owner cannot be told of %s: %s", standing.provider, why)
        await told(services.queue.redis, standing)

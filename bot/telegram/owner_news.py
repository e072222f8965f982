"""Background task that sends news to the owner."""

import asyncio
import logging

from redis.exceptions import RedisError
from telegram.error import TelegramError

from bot.conversation.owner_news import tell_news
from bot.conversation.services import Services

log = logging.getLogger(__name__)


async def tell_owner(services: Services) -> None:
    """Send the owner news until cancelled. Never raises otherwise."""
    while True:
        try:
            await tell_news(services)
        except (RedisError, TelegramError) as error:
            log.warning("news to the owner not sent, will retry: %s", error)
        except Exception:
            log.exception("news to the owner not sent, will retry")
        await asyncio.sleep(services.timing.look_for_news)

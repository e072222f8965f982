"""Telling the owner what happened, again and again."""

import asyncio
import logging
from typing import Final

from redis.exceptions import RedisError
from telegram.error import TelegramError

from bot.conversation.owner_news import tell_news
from bot.conversation.services import Services

log = logging.getLogger(__name__)

LOOK: Final = 30.0  # seconds between two looks


async def tell_owner(services: Services) -> None:
    """Tell the owner the news until cancelled. Nothing else ends it."""
    while True:
        try:
            await tell_news(services)
        except (RedisError, TelegramError) as error:
            log.warning("the owner is not told yet: %s", error)
        except Exception:
            log.exception("the owner is not told yet")
        await asyncio.sleep(LOOK)

"""One message of a person, from the conversation's handler to the replies in the chat."""

import logging
from collections.abc import Iterable

from bot.conversation.services import Services
from bot.conversation.songs import asking
from bot.conversation.turns import answers_to
from bot.conversation.values import Incoming, Reply
from bot.delivery.platform import Trouble
from bot.delivery.poster import Poster
from jobs.queue.connection import QueueAway

log = logging.getLogger(__name__)


async def hear(services: Services, poster: Poster, parts: Iterable[Incoming]) -> bool:
    """Handle a message that is no command, and post the replies. `parts`: it may have several files.

    Never raises: False if the message was not handled, or not answered.
    """
    try:
        for said in parts:
            handle = asking.in_group if said.asker.in_group else asking.in_private
            for one in await answers_to(services, said, handle):
                if isinstance(one, Reply):
                    await poster.post((one.to or said.place).address, one.card)
    except (QueueAway, Trouble) as error:
        log.warning("a message was not answered: %s", error)
        return False
    return True

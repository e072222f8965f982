"""How much one person may ask within a minute: beyond that they are told once, and not heard until they were quiet."""

from telegram import CallbackQuery, Message

from bot.chats.access import QUIET, Hearing
from bot.telegram.albums import remember, remembered
from bot.telegram.replies import Asker, Services, reply
from bot.telegram.taps import tell
from bot.texts import figures, say


async def is_heard(services: Services, asker: Asker, about: Message | CallbackQuery) -> bool:
    """Whether a message or a tap is to be acted on. Every call counts as one; all files of an album, together, too."""
    if isinstance(about, Message):
        heard = await remembered(services.queue.redis, about, "heard")
        if heard is not None:
            return heard
    hearing = await services.access.hears(asker.person, services.settings.messages_per_minute)
    if isinstance(about, Message):
        await remember(services.queue.redis, about, "heard", true=hearing is Hearing.YES)
    if hearing is Hearing.NO_MORE:
        said = say(asker.language, "too-fast", wait=figures.wait(QUIET, asker.language))
        if isinstance(about, Message):
            await reply(services, about, said)
        else:
            await tell(about, said)
    return hearing is Hearing.YES

"""How much one person may ask within a minute: beyond that they are told once, and not heard until they were quiet."""

from telegram import CallbackQuery, Message

from bot.people import QUIET, Hearing
from bot.telegram.albums import remember, remembered
from bot.telegram.front import Asker, Front, reply
from bot.telegram.taps import tell
from bot.texts import figures, say


async def is_heard(front: Front, asker: Asker, about: Message | CallbackQuery) -> bool:
    """Whether a message or a tap is to be acted on. Every call counts as one; all files of an album, together, too."""
    if isinstance(about, Message):
        heard = await remembered(front.queue.redis, about, "heard")
        if heard is not None:
            return heard
    hearing = await front.people.hears(asker.person, front.settings.messages_per_minute)
    if isinstance(about, Message):
        await remember(front.queue.redis, about, "heard", true=hearing is Hearing.YES)
    if hearing is Hearing.NO_MORE:
        said = say(asker.language, "too-fast", wait=figures.wait(QUIET, asker.language))
        if isinstance(about, Message):
            await reply(front, about, said)
        else:
            await tell(about, said)
    return hearing is Hearing.YES

"""Before everything else: whoever may not ask is told so once in a while, and costs nothing more; nor does haste."""

from telegram import CallbackQuery, Message, Update
from telegram.ext import ApplicationHandlerStop

from bot.telegram.address import number
from bot.telegram.handlers.pace import is_heard
from bot.telegram.replies import Asker, Services, asker_in, reply
from bot.telegram.taps import tell
from bot.texts import say


async def gate(services: Services, update: Update) -> None:
    """Lets an update through to the other handlers, or ends it here."""
    asker = await asker_in(services, update)
    if asker is None:
        raise ApplicationHandlerStop
    if await services.access.may_ask(asker.person, asker.chat):
        about = update.callback_query or update.message
        if about is not None and _is_for_us(asker, about) and not await is_heard(services, asker, about):
            raise ApplicationHandlerStop
        if not asker.in_group:
            await services.access.remember_language(asker.person, asker.language)
        return
    if _may_be_pairing(asker, update.message):
        return
    if update.callback_query is not None:
        if await services.access.first_refusal(asker.person):
            await tell(update.callback_query, say(asker.language, "access-closed-tap"))
    elif update.message is not None:
        await _turn_away(services, asker, update.message)
    raise ApplicationHandlerStop


def _is_for_us(asker: Asker, about: Message | CallbackQuery) -> bool:
    """Whether it certainly is. Whether a group's other messages are is found out later: see asking.in_group."""
    return not asker.in_group or isinstance(about, CallbackQuery) or (about.text or "").startswith("/")


def _may_be_pairing(asker: Asker, message: Message | None) -> bool:
    """`/start CODE`, which the handler of /start judges."""
    return not asker.in_group and message is not None and (message.text or "").startswith("/start ")


async def _turn_away(services: Services, asker: Asker, message: Message) -> None:
    if asker.in_group:
        # In a group most of what we see is not for us.
        spoken_to = (message.text or "").startswith("/") or any(
            one.id == services.bot.id for one in message.new_chat_members
        )
        if spoken_to and await services.access.first_refusal(asker.chat):
            await reply(services, message, say(asker.language, "access-closed-group"))
    elif await services.access.first_refusal(asker.person):
        await reply(services, message, say(asker.language, "access-closed", number=str(number(asker.person))))

"""Access and pace of messages and presses, and rights within a group; a private chat has one person only."""

from bot.chats.access import QUIET, Hearing
from bot.conversation import strangers
from bot.conversation.services import Services
from bot.conversation.values import Answers, Asker, Incoming, Press, number_of, reply, toast
from bot.texts import figures, say
from jobs.models import Request


async def may_cancel(services: Services, asker: Asker, request: Request) -> bool:
    """True for the request's asker, the group's admins and the owner."""
    return await may_act_for(services, asker, request.asker)


async def may_act_for(services: Services, asker: Asker, person: str) -> bool:
    """True for the person, the group's admins and the owner."""
    return asker.person == person or await may_change_settings(services, asker)


async def may_change_settings(services: Services, asker: Asker) -> bool:
    """True for the group's admins and the owner; in a private chat always."""
    if not asker.in_group or await services.is_owner(asker):
        return True
    if asker.is_admin is not None:
        return asker.is_admin
    return await services.platform.is_admin(asker.chat, asker.person)


# --- access and pace -------------------------------------------------------------------------------------------


async def gate(services: Services, said: Incoming | Press) -> tuple[bool, Answers]:
    """Whether a message or a press goes on to its handler; and the answers if not.

    People without access, or too fast, are answered only once in a while.
    """
    asker = said.asker
    if await services.access.may_ask(asker.person, asker.chat):
        if _is_for_us(said):
            heard, answers = await hear(services, said)
            if not heard:
                return False, answers
        if not asker.in_group:
            await services.access.remember_language(asker.person, asker.language)
        if isinstance(said, Incoming):
            await _remember_name(services, said)
        return True, ()
    if isinstance(said, Press):
        told = await services.access.first_refusal(asker.person)
        return False, toast(say(asker.language, "access-closed-tap")) if told else ()
    if _may_be_pairing(said):
        return True, ()
    return False, await turn_away(services, said)


async def hear(services: Services, said: Incoming | Press) -> tuple[bool, Answers]:
    """Whether the sender's pace is within the limit; and the answers if not.

    Every call counts once; all files of an album count once together.
    """
    asker, album = said.asker, album_of(said) if isinstance(said, Incoming) else ""
    before = await services.albums.remembered(album, "heard")
    if before is not None:
        return before, ()
    hearing = await services.access.hears(asker.person, services.settings.messages_per_minute)
    await services.albums.remember(album, "heard", true=hearing is Hearing.YES)
    if hearing is not Hearing.NO_MORE:
        return hearing is Hearing.YES, ()
    too_fast = say(asker.language, "too-fast", wait=figures.wait(QUIET, asker.language))
    return False, reply(too_fast) if isinstance(said, Incoming) else toast(too_fast)


def album_of(incoming: Incoming) -> str:
    """A unique name of the message's album; '' if it is in none."""
    return f"{number_of(incoming.asker.chat)}:{incoming.album}" if incoming.album else ""


def _is_for_us(said: Incoming | Press) -> bool:
    """Whether it is certainly for the bot. `asking.in_group` decides on a group's other messages."""
    return not said.asker.in_group or isinstance(said, Press) or said.is_command


def _may_be_pairing(incoming: Incoming) -> bool:
    """Whether it is `/start CODE`; the handler of /start checks the code."""
    return not incoming.asker.in_group and incoming.is_command and incoming.message.text.startswith("/start ")


async def _remember_name(services: Services, incoming: Incoming) -> None:
    """The name of a person or group that was let in by number."""
    asker, author = incoming.asker, incoming.message.author
    if asker.in_group:
        await services.access.remember_name(asker.chat, incoming.chat_title)
    elif author is not None:
        await services.access.remember_name(asker.person, author.known_as)


async def turn_away(services: Services, incoming: Incoming) -> Answers:
    """Answer a person or group without access once in a while; ask the owner about them, if there is one."""
    asker = incoming.asker
    if asker.in_group and not (incoming.is_command or incoming.we_joined or incoming.calls_us):
        return ()  # most messages of a group are not for the bot
    is_asked, is_new = await strangers.note(services, incoming)
    first = await services.access.first_refusal(asker.chat if asker.in_group else asker.person)
    if not first and not is_new:
        return ()
    if asker.in_group:
        return reply(say(asker.language, "stranger-asked-group" if is_asked else "access-closed-group"))
    if is_asked:
        return reply(say(asker.language, "stranger-asked"))
    if await services.access.owner() is None:  # perhaps they are the owner, and opened the bot without its link
        return reply(say(asker.language, "access-unpaired"))
    return reply(say(asker.language, "access-closed", number=number_of(asker.person)))

"""Letting people and groups in and out: the buttons under the question to the owner, and what follows."""

import logging

from bot.cards.actions import Action
from bot.cards.cards import Card
from bot.chats.strangers import Stranger
from bot.conversation import strangers
from bot.conversation.services import Services
from bot.conversation.songs import asking
from bot.conversation.values import Answers, Edit, Incoming, Press, Reply, Toast, number_of, toast
from bot.delivery.platform import Trouble
from bot.phrases.small_talk import small_talk
from bot.texts import say

log = logging.getLogger(__name__)


async def decide(services: Services, press: Press, action: Action) -> Answers:
    """The owner's answer to the question about a stranger."""
    language = press.asker.language
    if not await services.is_owner(press.asker):
        return toast(say(language, "allow-owner-only"))
    name = f"{services.platform.name}:{action.target}"
    stranger = await services.strangers.of(name)
    if stranger is not None:
        name = stranger.name  # a group may have another name by now
    known_as = await name_of(services, name)
    shown = strangers.shown(known_as, name)
    if action.choice == "yes":
        new = await let_in(services, name, known_as)
        text = say(language, "allow-done" if new else "allow-known", name=shown)
    else:
        await keep_out(services, name)
        text = say(language, "stranger-refused", name=shown, number=number_of(name))
    return Edit(Card(text=text)), Toast(text)


async def name_of(services: Services, name: str) -> str:
    """The display name of a person or group, with or without access; '' if none is known."""
    if known_as := await services.access.name_of(name):
        return known_as
    stranger = await services.strangers.of(name)
    return "" if stranger is None else stranger.known_as


async def let_in(services: Services, name: str, known_as: str, *, tell: bool = True) -> bool:
    """Give access, tell the person or group if they had asked, and take up what they sent. False if it had access.

    The note on a stranger is removed last: after an interruption, the same again does the rest.
    """
    new = await services.access.allow(name, known_as)
    stranger = await services.strangers.of(name)
    if stranger is not None:
        await _welcome(services, stranger, tell=tell)
    await services.strangers.admit(name)
    return new


async def keep_out(services: Services, name: str) -> bool:
    """Withdraw access, and ask about the person or group no more. False if it had no access."""
    had_access = await services.access.deny(name)
    await services.strangers.refuse(name)
    return had_access


async def _welcome(services: Services, stranger: Stranger, *, tell: bool) -> None:
    messages = _taken_up(await strangers.kept(services, stranger.name))
    if tell:
        told = say(stranger.language, "access-given-taken" if messages else "access-given")
        if stranger.in_group:
            told = say(stranger.language, "allow-group")
        await _post(services, stranger.address, Card(text=told))
    for incoming in messages:
        match strangers.asking_command(incoming):
            case "stems":
                handle = asking.stems
            case "find":
                handle = asking.find
            case None:
                handle = asking.in_group if stranger.in_group else asking.in_private
        for one in await handle(services, incoming):
            if isinstance(one, Reply):
                await _post(services, (one.to or incoming.place).address, one.card)


def _taken_up(messages: list[Incoming]) -> list[Incoming]:
    """Messages with links or files; without any, the last words that are no small talk."""
    if songs := [
        one for one in messages if any(map(asking.has_something, filter(None, (one.message, one.replied_to))))
    ]:
        return songs
    return [one for one in messages if one.message.text and small_talk(one.message.text) is None][-1:]


async def _post(services: Services, address: str, card: Card) -> None:
    try:
        await services.poster.post(address, card)
    except Trouble as why:  # blocked the bot meanwhile, or the platform is away
        log.info("a person who was let in was not told: %s", why)

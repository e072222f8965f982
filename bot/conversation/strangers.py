"""Strangers: what they send is noted, and the owner is asked about each once, with buttons."""

import logging
from collections.abc import Callable
from dataclasses import replace
from typing import Final, Literal

from pydantic import TypeAdapter, ValidationError

from bot.cards.actions import Action, Verb
from bot.cards.cards import Button, Card
from bot.cards.headings import tidy
from bot.chats.strangers import Stranger
from bot.conversation.services import Services
from bot.conversation.values import Incoming, Place, number_of
from bot.texts import say

log = logging.getLogger(__name__)

LONGEST_NAME: Final = 80  # characters of a name in a question or an answer

#: Messages are kept with everything that their handler needs. New fields of the values need defaults.
_MESSAGE: Final = TypeAdapter(Incoming)


async def note(services: Services, incoming: Incoming) -> tuple[bool, bool]:
    """Note a stranger, or a group without access, and what they sent.

    Returns whether the owner is asked, and whether that is new.
    """
    asker, author = incoming.asker, incoming.message.author
    if await services.access.owner() is None:
        return False, False
    their_name = author.known_as if author is not None else ""
    stranger = Stranger(
        name=asker.chat if asker.in_group else asker.person,
        in_group=asker.in_group,
        known_as=incoming.chat_title if asker.in_group else their_name,
        by=their_name if asker.in_group else "",
        language=asker.language,
        address=incoming.place.address,
    )
    new = await services.strangers.note(stranger)
    if new is None:
        return False, False
    if _asks_for_songs(incoming):
        await services.strangers.keep(stranger.name, _MESSAGE.dump_json(incoming).decode())
    services.news.set()
    return True, new


def _asks_for_songs(incoming: Incoming) -> bool:
    return not incoming.is_command or asking_command(incoming) is not None


def asking_command(incoming: Incoming) -> Literal["stems", "find"] | None:
    """The command of a message that asks for a song; None for other commands, and without one."""
    match incoming.message.text.split()[0].partition("@")[0] if incoming.is_command else "":
        case "/stems":
            return "stems"
        case "/find":
            return "find"
        case _:
            return None


async def kept(services: Services, name: str) -> list[Incoming]:
    """The kept messages of a stranger; those that cannot be read are left out."""
    messages = []
    for said in await services.strangers.said(name):
        try:
            messages.append(_MESSAGE.validate_json(said))
        except ValidationError:  # of another version
            continue
    return messages


async def tell_owner(services: Services) -> None:
    """Ask the owner about every stranger of whom they were not told, at a limited pace."""
    owner = await services.access.owner()
    while owner is not None and (stranger := await services.strangers.next_untold()) is not None:
        if not await services.platform.tell_alone(owner, question(stranger, await services.access.language())):
            log.warning("not asked about %s: the owner's chat is closed", stranger.name)
        # Noted after the message: a restart between them asks twice, but no stranger waits in vain.
        await services.strangers.told(stranger.name)


def question(stranger: Stranger, language: str) -> Card:
    """The question to the owner, in the owner's language."""
    name = shown(stranger.known_as, stranger.name)
    if stranger.in_group:
        text = say(language, "stranger-group", name=tidy(stranger.by, LONGEST_NAME) or "?", group=name)
    else:
        text = say(language, "stranger", name=name)
    return Card(text=text, buttons=(tuple(_button(stranger, one, language) for one in ("yes", "no")),))


def _button(stranger: Stranger, choice: str, language: str) -> Button:
    action = Action(verb=Verb.ADMIT, target=number_of(stranger.name), choice=choice)
    return Button(label=say(language, "button-admit", choice=choice), action=action.text)


def shown(known_as: str, name: str) -> str:
    """A person's or group's name for people; the number if there is none."""
    return tidy(known_as, LONGEST_NAME) or number_of(name)


async def moved(services: Services, old: str, new: str, address_there: Callable[[str], str]) -> None:
    """Move the note on a group, and its kept messages, to the group's new name. `address_there`: an old address → the
    new one."""

    def there(said: str) -> str:
        try:
            incoming = _MESSAGE.validate_json(said)
        except ValidationError:
            return said
        place = Place(address_there(incoming.place.address), incoming.place.message)
        asker, message = replace(incoming.asker, chat=new), replace(incoming.message, place=place)
        return _MESSAGE.dump_json(replace(incoming, asker=asker, message=message)).decode()

    await services.strangers.move(old, new, address_there, there)

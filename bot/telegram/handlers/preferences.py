"""/settings: what a chat gets for each song; in a group also what the group takes, and in which language it answers."""

import re
from typing import Final

from telegram import CallbackQuery, Message

from bot.cards import Action, Button, Card, settings_card
from bot.groups import Customs, customs_of, keep_customs
from bot.telegram.front import Asker, Front, reply
from bot.telegram.platform import keyboard
from bot.telegram.rights import may_change_settings
from bot.telegram.taps import answered
from bot.texts import LANGUAGES, Language, say
from bot.wishes import chosen, remember, wish_of

#: The buttons that only groups have. In them is what to choose: an old menu never does the opposite.
PATTERN: Final = re.compile(r"every::(on|off)|language::(en|pt-BR|each)")


async def settings(front: Front, asker: Asker, message: Message) -> None:
    shown = await _menu(front, asker.chat, asker.language, in_group=asker.in_group)
    await reply(front, message, shown.text, keyboard(shown))


async def pressed(front: Front, asker: Asker, query: CallbackQuery) -> None:
    """A button that only groups have."""
    await answered(asker, query, _choose_custom(front, asker, query))


async def choose(front: Front, asker: Asker, query: CallbackQuery, action: Action) -> str:
    """A button that every chat has. Returns what the person is told in passing."""
    if not await may_change_settings(front, asker):
        return say(asker.language, "settings-not-yours")
    before = await wish_of(front.queue.redis, asker.chat, front.settings)
    await remember(front.queue.redis, asker.chat, chosen(before, action))
    return await _saved(front, asker, query, asker.language)


async def _choose_custom(front: Front, asker: Asker, query: CallbackQuery) -> str:
    if not asker.in_group:
        return say(asker.language, "button-old")
    if not await may_change_settings(front, asker):
        return say(asker.language, "settings-not-yours")
    verb, _, choice = (query.data or "").partition("::")
    customs = await customs_of(front.queue.redis, asker.chat)
    language = asker.language
    if verb == "every":
        customs = customs.model_copy(update={"every_link": choice == "on"})
    else:
        chosen_one: Language | None = next((one for one in LANGUAGES if one == choice), None)
        customs = customs.model_copy(update={"language": chosen_one})
        language = chosen_one or language
    await keep_customs(front.queue.redis, asker.chat, customs)
    return await _saved(front, asker, query, language)


async def _saved(front: Front, asker: Asker, query: CallbackQuery, language: Language) -> str:
    shown = await _menu(front, asker.chat, language, in_group=asker.in_group)
    front.changes.make(query, shown)
    return say(language, "settings-saved")


async def _menu(front: Front, chat: str, language: Language, *, in_group: bool) -> Card:
    shown = settings_card(await wish_of(front.queue.redis, chat, front.settings), language)
    if not in_group:
        return shown
    customs = await customs_of(front.queue.redis, chat)
    me = await front.bot.get_me()
    return _with_customs(shown, customs, language, sees_all=bool(me.can_read_all_group_messages))


def _with_customs(shown: Card, customs: Customs, language: Language, *, sees_all: bool) -> Card:
    lines = [shown.text, "", say(language, "group-every-link", every="on" if customs.every_link else "off")]
    if customs.every_link and not sees_all:
        lines.append(say(language, "group-sees-little"))
    lines.append(say(language, "group-language", language=customs.language or "each"))
    every = [
        _button(
            say(language, "group-every-link-button", every=one), f"every::{one}", (one == "on") == customs.every_link
        )
        for one in ("on", "off")
    ]
    languages = [
        _button(
            say(language, "group-language-button", language=one),
            f"language::{one}",
            one == (customs.language or "each"),
        )
        for one in (*LANGUAGES, "each")
    ]
    return Card(text="\n".join(lines), buttons=(*shown.buttons, tuple(every), tuple(languages)))


def _button(label: str, action: str, chosen_one: bool) -> Button:
    return Button(label=f"✓ {label}" if chosen_one else label, action=action)

"""/settings: what a chat gets for each song; in a group also what the group takes, and in which language it answers."""

import re
from typing import Final

from telegram import CallbackQuery, Message

from bot.cards.actions import Action
from bot.cards.cards import Button, Card, settings_card
from bot.chats.group_settings import GroupSettings, group_settings_of, keep_group_settings
from bot.chats.preferences import chosen, remember, wish_of
from bot.telegram.permissions import may_change_settings
from bot.telegram.platform import keyboard
from bot.telegram.replies import Asker, Services, reply
from bot.telegram.taps import answered
from bot.texts import LANGUAGES, Language, say

#: The buttons that only groups have. In them is what to choose: an old menu never does the opposite.
PATTERN: Final = re.compile(r"every::(on|off)|language::(en|pt-BR|each)")


async def settings(services: Services, asker: Asker, message: Message) -> None:
    shown = await _menu(services, asker.chat, asker.language, in_group=asker.in_group)
    await reply(services, message, shown.text, keyboard(shown))


async def pressed(services: Services, asker: Asker, query: CallbackQuery) -> None:
    """A button that only groups have."""
    await answered(asker, query, _choose_custom(services, asker, query))


async def choose(services: Services, asker: Asker, query: CallbackQuery, action: Action) -> str:
    """A button that every chat has. Returns what the person is told in passing."""
    if not await may_change_settings(services, asker):
        return say(asker.language, "settings-not-yours")
    before = await wish_of(services.queue.redis, asker.chat, services.settings)
    await remember(services.queue.redis, asker.chat, chosen(before, action))
    return await _saved(services, asker, query, asker.language)


async def _choose_custom(services: Services, asker: Asker, query: CallbackQuery) -> str:
    if not asker.in_group:
        return say(asker.language, "button-old")
    if not await may_change_settings(services, asker):
        return say(asker.language, "settings-not-yours")
    verb, _, choice = (query.data or "").partition("::")
    group_settings = await group_settings_of(services.queue.redis, asker.chat)
    language = asker.language
    if verb == "every":
        group_settings = group_settings.model_copy(update={"every_link": choice == "on"})
    else:
        chosen_one: Language | None = next((one for one in LANGUAGES if one == choice), None)
        group_settings = group_settings.model_copy(update={"language": chosen_one})
        language = chosen_one or language
    await keep_group_settings(services.queue.redis, asker.chat, group_settings)
    return await _saved(services, asker, query, language)


async def _saved(services: Services, asker: Asker, query: CallbackQuery, language: Language) -> str:
    shown = await _menu(services, asker.chat, language, in_group=asker.in_group)
    services.keyboard_edits.make(query, shown)
    return say(language, "settings-saved")


async def _menu(services: Services, chat: str, language: Language, *, in_group: bool) -> Card:
    shown = settings_card(await wish_of(services.queue.redis, chat, services.settings), language)
    if not in_group:
        return shown
    group_settings = await group_settings_of(services.queue.redis, chat)
    me = await services.bot.get_me()
    return _with_customs(shown, group_settings, language, sees_all=bool(me.can_read_all_group_messages))


def _with_customs(shown: Card, group_settings: GroupSettings, language: Language, *, sees_all: bool) -> Card:
    lines = [shown.text, "", say(language, "group-every-link", every="on" if group_settings.every_link else "off")]
    if group_settings.every_link and not sees_all:
        lines.append(say(language, "group-sees-little"))
    lines.append(say(language, "group-language", language=group_settings.language or "each"))
    every = [
        _button(
            say(language, "group-every-link-button", every=one),
            f"every::{one}",
            (one == "on") == group_settings.every_link,
        )
        for one in ("on", "off")
    ]
    languages = [
        _button(
            say(language, "group-language-button", language=one),
            f"language::{one}",
            one == (group_settings.language or "each"),
        )
        for one in (*LANGUAGES, "each")
    ]
    return Card(text="\n".join(lines), buttons=(*shown.buttons, tuple(every), tuple(languages)))


def _button(label: str, action: str, chosen_one: bool) -> Button:
    return Button(label=f"✓ {label}" if chosen_one else label, action=action)

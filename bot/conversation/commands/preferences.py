"""/settings: a chat's model, format and package; in a group also whether the bot takes every link, and its language."""

from bot.cards.actions import Action, Verb
from bot.cards.better import unavailable
from bot.cards.cards import Button, Card, settings_card
from bot.chats.preferences import GroupSettings, chosen
from bot.conversation.permissions import may_change_settings
from bot.conversation.services import Services
from bot.conversation.values import Answers, Asker, Edit, Incoming, Press, Reply, Toast, toast
from bot.texts import LANGUAGES, Language, say
from jobs.music.separation_models import chat_models, model_of_code


async def settings(services: Services, incoming: Incoming) -> Answers:
    return (Reply(await _menu(services, incoming.asker, incoming.asker.language)),)


async def choose(services: Services, press: Press, action: Action) -> Answers:
    """A settings button of every chat."""
    asker = press.asker
    if not await may_change_settings(services, asker):
        return toast(say(asker.language, "settings-not-yours"))
    model = model_of_code(action.choice) if action.verb is Verb.STEMS else None
    if model is not None and model not in chat_models(await services.models_here()):
        return toast(unavailable(model, asker.language))
    before = await services.preferences.of(asker.chat)
    await services.preferences.keep(asker.chat, chosen(before, action))
    return await _saved(services, asker, asker.language)


async def choose_for_group(services: Services, press: Press, action: Action) -> Answers:
    """A settings button of groups only."""
    asker, language = press.asker, press.asker.language
    if not asker.in_group:
        return toast(say(language, "button-old"))
    if not await may_change_settings(services, asker):
        return toast(say(language, "settings-not-yours"))
    group_settings = await services.preferences.of_group(asker.chat)
    if action.verb is Verb.EVERY:
        group_settings = group_settings.model_copy(update={"every_link": action.choice == "on"})
    else:
        chosen_one: Language | None = next((one for one in LANGUAGES if one == action.choice), None)
        group_settings = group_settings.model_copy(update={"language": chosen_one})
        language = chosen_one or language
    await services.preferences.keep_of_group(asker.chat, group_settings)
    return await _saved(services, asker, language)


async def _saved(services: Services, asker: Asker, language: Language) -> Answers:
    return Edit(await _menu(services, asker, language)), Toast(say(language, "settings-saved"))


async def _menu(services: Services, asker: Asker, language: Language) -> Card:
    shown = settings_card(await services.preferences.of(asker.chat), language, await services.models_here())
    if not asker.in_group:
        return shown
    group_settings = await services.preferences.of_group(asker.chat)
    return _of_group(shown, group_settings, language, sees_all=await services.platform.sees_all())


def _of_group(shown: Card, group_settings: GroupSettings, language: Language, *, sees_all: bool) -> Card:
    every_link, its_language = "on" if group_settings.every_link else "off", group_settings.language or "each"
    lines = [shown.text, "", say(language, "group-every-link", every=every_link)]
    if group_settings.every_link and not sees_all:
        lines.append(say(language, "group-sees-little"))
    lines.append(say(language, "group-language", language=its_language))
    every = [
        _button(say(language, "group-every-link-button", every=one), Verb.EVERY, one, one == every_link)
        for one in ("on", "off")
    ]
    languages = [
        _button(say(language, "group-language-button", language=one), Verb.LANGUAGE, one, one == its_language)
        for one in (*LANGUAGES, "each")
    ]
    return Card(text="\n".join(lines), buttons=(*shown.buttons, tuple(every), tuple(languages)))


def _button(label: str, verb: Verb, choice: str, chosen_one: bool) -> Button:
    return Button(label=f"✓ {label}" if chosen_one else label, action=Action(verb=verb, choice=choice).text)

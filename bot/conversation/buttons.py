"""Dispatch of pressed buttons to their handlers. Every press is answered, also of old buttons."""

from bot.cards.actions import Action, Verb, mark_of
from bot.conversation.commands import admit, general, preferences, status
from bot.conversation.services import Services
from bot.conversation.songs import finding, leftovers, playlists, practice, results
from bot.conversation.songs.lookup import request_of_chat
from bot.conversation.values import Answers, Edit, Press, toast
from bot.texts import say


async def pressed(services: Services, press: Press) -> Answers:
    """Perform the button's action, if it is the person's own or everyone's."""
    action = press.action
    if action is None:
        return toast(say(press.asker.language, "button-old"))
    if action.whose and action.whose != mark_of(press.asker.person):
        return toast(say(press.asker.language, "page-not-yours"))
    services.follower.late_lines.pressed(action.target)
    answers = await _perform(services, press, action)
    for one in answers:
        if isinstance(one, Edit) and not one.card.text:
            services.follower.pages.turn(press.asker.chat, press.place.message, one.card.buttons)
    return answers


async def _perform(services: Services, press: Press, action: Action) -> Answers:
    match action.verb:
        case Verb.CANCEL:
            return await general.press_cancel(services, press, action)
        case Verb.CANCEL_ALL:
            return await general.press_cancel_all(services, press)
        case Verb.RESEND:
            return await _resend(services, press, action)
        case Verb.SHOW | Verb.STOP:
            return await (status.show if action.verb is Verb.SHOW else status.stop)(services, press, action)
        case Verb.STEMS | Verb.FORMAT | Verb.PACKAGE:
            return await preferences.choose(services, press, action)
        case Verb.EVERY | Verb.LANGUAGE:
            return await preferences.choose_for_group(services, press, action)
        case Verb.MIX | Verb.PICK | Verb.MAKE | Verb.PAGE | Verb.WANT | Verb.FORGET:
            return await results.pressed(services, press, action)
        case Verb.PRACTISE:
            return await practice.pressed(services, press, action)
        case Verb.LIST | Verb.RUN:
            handle = playlists.look if action.verb is Verb.LIST else playlists.start_or_stop
            return await handle(services, press, action)
        case Verb.LATER | Verb.ADMIT:
            return await (leftovers.start if action.verb is Verb.LATER else admit.decide)(services, press, action)
        case Verb.MIXER:  # a link on every platform, so it is never pressed
            return toast(say(press.asker.language, "button-old"))
        case Verb.FOUND:
            return await finding.pressed(services, press, action)


async def _resend(services: Services, press: Press, action: Action) -> Answers:
    view = await request_of_chat(services, press.asker.chat, action.target)
    if view is None or not await services.follower.ledger.resend(view.request, action.choice):
        return toast(say(press.asker.language, "button-old"))
    services.follower.wake()
    return toast(say(press.asker.language, "resend-started"))

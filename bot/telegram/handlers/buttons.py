"""Pressed buttons. Each is answered, whatever it was and however old."""

from telegram import CallbackQuery

from bot.cards.actions import Action, Verb, parse_action
from bot.cards.cards import Card
from bot.delivery.status_cards import note_of
from bot.telegram.handlers import preferences, results
from bot.telegram.handlers.commands import LOOK_BACK, cancel_all
from bot.telegram.permissions import may_cancel
from bot.telegram.replies import Asker, Services
from bot.telegram.taps import answered
from bot.texts import say
from jobs.outcomes import View


async def pressed(services: Services, asker: Asker, query: CallbackQuery) -> None:
    await answered(asker, query, _act(services, asker, query))


async def _act(services: Services, asker: Asker, query: CallbackQuery) -> str:
    """Do what the button says. Returns what the person is told in passing."""
    action = parse_action(query.data or "")
    if action is None:
        return say(asker.language, "button-old")
    match action.verb:
        case Verb.CANCEL:
            return await _cancel(services, asker, query, action)
        case Verb.CANCEL_ALL:
            return await _cancel_all(services, asker, query)
        case Verb.RESEND:
            return await _resend(services, asker, action)
        case Verb.STEMS | Verb.FORMAT | Verb.PACKAGE:
            return await preferences.choose(services, asker, query, action)
        case Verb.MIX | Verb.PICK | Verb.MAKE | Verb.PAGE | Verb.WANT | Verb.FORGET:
            view = await _view(services, asker, action)
            if view is None:
                return say(asker.language, "button-gone")
            return await results.pressed(services, asker, query, view, action)
        case _:  # those that have a handler of their own
            return say(asker.language, "button-old")


async def _cancel(services: Services, asker: Asker, query: CallbackQuery, action: Action) -> str:
    view = await _view(services, asker, action)
    if view is None:
        return say(asker.language, "button-old")
    if not await may_cancel(services, asker, view.request):
        return say(asker.language, "cancel-not-yours")
    if not await cancel_all(services, [view]):
        return say(asker.language, "cancel-too-late")
    note = note_of(view)
    if note is None or note.reference != _message_id(query):
        services.keyboard_edits.make(query, Card(text=say(asker.language, "cancel-done", count=1)))
    return say(asker.language, "cancel-done", count=1)


async def _cancel_all(services: Services, asker: Asker, query: CallbackQuery) -> str:
    views = [view for view in await services.queue.recent(asker.chat, limit=LOOK_BACK) if view.is_open]
    own = [view for view in views if await may_cancel(services, asker, view.request)]
    if not own:
        return say(asker.language, "cancel-nothing")
    said = say(asker.language, "cancel-done", count=await cancel_all(services, own))
    services.keyboard_edits.make(query, Card(text=said))
    return said


async def _resend(services: Services, asker: Asker, action: Action) -> str:
    view = await _view(services, asker, action)
    if view is None or not await services.follower.ledger.resend(view.request, action.choice):
        return say(asker.language, "button-old")
    services.follower.wake()
    return say(asker.language, "resend-started")


async def _view(services: Services, asker: Asker, action: Action) -> View | None:
    """The request a button is about, when it is one of this chat's and still known."""
    view = await services.queue.view(action.target)
    return view if view is not None and view.request.chat == asker.chat else None


def _message_id(query: CallbackQuery) -> str:
    return str(query.message.message_id) if query.message is not None else ""

"""/status: a chat's open and finished requests; for the owner also those of all chats."""

from collections.abc import Sequence
from typing import Final

from bot.cards.actions import Action, Verb
from bot.cards.cards import Button, Card, status_line
from bot.cards.headings import label, told_apart
from bot.cards.lists import joined
from bot.conversation.commands.general import cancel_all
from bot.conversation.commands.owner import alone, state_of_all
from bot.conversation.permissions import may_cancel
from bot.conversation.services import Services
from bot.conversation.songs.lookup import LOOK_BACK, request_about, request_of_chat
from bot.conversation.values import Answers, Asker, Edit, Incoming, Press, Reply, Toast, reply, toast
from bot.playlists.cards import run_line
from bot.texts import Language, figures, say
from jobs.progress import View
from jobs.queue.attended import FIRST, Attended

#: How many finished requests /status shows.
FINISHED: Final = 3
#: How many open ones the owner sees of all chats.
MOST_SHOWN: Final = 100


async def status(services: Services, incoming: Incoming) -> Answers:
    """This chat's open requests and the last finished ones; as a reply, the request replied to."""
    asker = incoming.asker
    if incoming.words[:1] == ["all"] and await services.is_owner(asker):
        return await _status_of_all(services, asker)
    if incoming.replied_to is None:
        return (Reply(await _list(services, asker)),)
    view = await request_about(services, asker.chat, incoming.replied_to.place.message)
    if view is None:
        return reply(say(asker.language, "status-unknown"))
    return (Reply(await services.follower.card(view)),)


async def show(services: Services, press: Press, action: Action) -> Answers:
    """The button of a finished song in the list: send its card again."""
    view = await request_of_chat(services, press.asker.chat, action.target)
    if view is None or press.question is None:
        return toast(say(press.asker.language, "button-old"))
    return (Reply(await services.follower.card(view)),)


async def stop(services: Services, press: Press, action: Action) -> Answers:
    """The button of an open song in the list: cancel it."""
    asker = press.asker
    view = await request_of_chat(services, asker.chat, action.target)
    if view is None or press.question is None:
        return toast(say(asker.language, "button-old"))
    if not await may_cancel(services, asker, view.request):
        return toast(say(asker.language, "cancel-not-yours"))
    stopped = await cancel_all(services, [view])
    said = say(asker.language, "cancel-done", count=1) if stopped else say(asker.language, "cancel-too-late")
    return Edit(await _list(services, asker)), Toast(said)


async def _list(services: Services, asker: Asker) -> Card:
    """A chat's open requests and the last finished ones."""
    recent = await services.queue.recent(asker.chat, limit=LOOK_BACK)
    opened = await services.catalogue.complete([view for view in reversed(recent) if view.is_open])
    finished = await services.catalogue.complete(_latest([view for view in recent if not view.is_open])[:FINISHED])
    also = _also([*opened, *finished], asker.language)
    none = say(asker.language, "status-none-here" if asker.in_group else "status-none")
    blocks = [say(asker.language, "status-open", count=len(opened)) if opened else none]
    blocks += [run_line(run, asker.language) for run in await services.playlists.in_chat(asker.chat)]
    blocks += [status_line(view, asker.language, also[view.request.id]) for view in opened]
    last = [status_line(view, asker.language, also[view.request.id]) for view in finished]
    last = [say(asker.language, "status-finished"), *last] if last else []
    below = "\n\n".join([*await _minutes(services, asker), *last])
    short = {view.request.id: label(view, asker.language, also[view.request.id]) for view in (*opened, *finished)}
    buttons = [
        _button(say(asker.language, "button-cancel-song", title=short[view.request.id]), Verb.STOP, view)
        for view in opened
    ]
    buttons += [_button(f"↩ {short[view.request.id]}", Verb.SHOW, view) for view in finished]
    text = joined(blocks, asker.language, most=services.platform.text_units, below=below)
    return Card(text=text, buttons=tuple((button,) for button in buttons))


async def _minutes(services: Services, asker: Asker) -> list[str]:
    """The used part of the day's limit of music; [] if none is used, or there is no limit."""
    limits = await services.limits(asker.person)
    limit = limits.chat_seconds if asker.in_group else limits.person_seconds
    used = await services.access.used(*(("chat", asker.chat) if asker.in_group else ("person", asker.person)))
    if not limit or not used:
        return []
    shown, most = figures.duration(used, asker.language), figures.duration(limit, asker.language)
    return [say(asker.language, "status-minutes", used=shown, limit=most)]


async def _status_of_all(services: Services, asker: Asker) -> Answers:
    language = asker.language
    attended = Attended(services.queue.redis, services.platform.name)
    first = [place.request_id for place in await attended.page(FIRST, MOST_SHOWN)]
    views = await services.catalogue.complete([one for one in await services.queue.views(first) if one.is_open])
    count = len(views) if len(first) < MOST_SHOWN else await attended.count()
    blocks = [say(language, "status-open", count=count) if views else say(language, "status-idle")]
    also = _also(views, language)
    blocks += [status_line(view, language, also[view.request.id]) for view in views]
    below = await state_of_all(services, language)
    return await alone(services, asker, joined(blocks, language, most=services.platform.text_units, below=below))


def _latest(views: Sequence[View]) -> list[View]:
    """The requests of a list without those that asked for the same before, and ended alike. The latest come first."""
    latest: dict[tuple[str, str, str], View] = {}
    for view in views:
        request = view.request
        latest.setdefault((request.source.key, request.order.model_dump_json(), view.phase), view)
    return list(latest.values())


def _also(views: Sequence[View], language: Language) -> dict[str, str]:
    """The words of `told_apart`, by request."""
    return dict(zip((view.request.id for view in views), told_apart(views, language), strict=True))


def _button(label: str, verb: Verb, view: View) -> Button:
    return Button(label=label, action=Action(verb=verb, target=view.request.id).text)

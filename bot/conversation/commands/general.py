"""Commands for all people: /start, /help, /cancel; and the greeting of a group."""

from typing import Final

from bot.cards.actions import Action, Verb
from bot.cards.cards import Button, Card
from bot.cards.headings import label, told_apart
from bot.conversation.permissions import may_act_for, may_cancel, turn_away
from bot.conversation.services import Services
from bot.conversation.songs.lookup import LOOK_BACK, asked_with, is_card_of, request_of_chat
from bot.conversation.values import Answers, Asker, Edit, Incoming, Press, Toast, number_of, reply, toast
from bot.texts import figures, say
from jobs.progress import View

#: How many of a chat's open requests /cancel lets choose from.
MOST_CHOICES: Final = 15


async def start(services: Services, incoming: Incoming) -> Answers:
    """Welcome a person; pair the owner if the message is the link's `/start CODE`."""
    asker = incoming.asker
    code = incoming.message.text.partition(" ")[2].strip()
    if code and not asker.in_group and await services.access.pair(asker.person, code):
        await services.platform.show_owners_menu(asker.person)
        return reply(say(asker.language, "owner-paired"))
    if await services.access.may_ask(asker.person, asker.chat):
        return reply(say(asker.language, "group-hello" if asker.in_group else "start"))
    if await services.access.owner() is not None:
        return await turn_away(services, incoming)
    if await services.access.first_refusal(asker.person):
        return reply(say(asker.language, "owner-pairing-wrong", number=number_of(asker.person)))
    return ()


async def help_(services: Services, incoming: Incoming) -> Answers:
    """What the bot can do here. The owner's commands are explained in private only."""
    asker = incoming.asker
    limit = figures.duration(services.settings.max_seconds, asker.language)
    size = services.upload_limit_in_words(asker.language)
    text = say(asker.language, "help-group" if asker.in_group else "help", limit=limit, size=size)
    if not asker.in_group and await services.is_owner(asker):
        text += "\n\n" + say(asker.language, "help-owner")
    return reply(text)


async def joined(_: Services, incoming: Incoming) -> Answers:
    """Members joined a group; if the bot is one of them, explain how to use it."""
    return reply(say(incoming.asker.language, "group-hello")) if incoming.we_joined else ()


# --- cancelling ---------------------------------------------------------------------------------------------------


async def cancel(services: Services, incoming: Incoming) -> Answers:
    """Cancel the request replied to, or the chat's only open request; with several, ask which."""
    asker, replied = incoming.asker, incoming.replied_to
    if replied is not None and (answers := await _cancel_playlist(services, asker, replied.place.message)):
        return answers
    views = await _open(services, asker)
    if replied is not None:
        about = replied.place.message
        # Cards first: a finished card is also the question of the requests made by its buttons.
        views = [view for view in views if is_card_of(about, view)] or [
            view for view in views if asked_with(services, about, view)
        ]
    own = [view for view in views if await may_cancel(services, asker, view.request)]
    if views and not own:
        return reply(say(asker.language, "cancel-not-yours"))
    if not own:
        return reply(say(asker.language, "cancel-nothing"))
    if len(own) == 1 or replied is not None:
        return reply(say(asker.language, "cancel-done", count=await cancel_all(services, own)))
    return reply(say(asker.language, "cancel-which"), *_choices(asker, own))


async def press_cancel(services: Services, press: Press, action: Action) -> Answers:
    """A button that cancels one request: under its card, or in the list that /cancel shows."""
    asker = press.asker
    view = await request_of_chat(services, asker.chat, action.target)
    if view is None:
        return toast(say(asker.language, "button-old"))
    if not await may_cancel(services, asker, view.request):
        return toast(say(asker.language, "cancel-not-yours"))
    if not await cancel_all(services, [view]):
        return toast(say(asker.language, "cancel-too-late"))
    said = say(asker.language, "cancel-done", count=1)
    if is_card_of(press.place.message, view):  # the card shows it
        return toast(said)
    return Edit(Card(text=said)), Toast(said)


async def press_cancel_all(services: Services, press: Press) -> Answers:
    """The button that cancels all open requests of the chat which the person may cancel."""
    asker = press.asker
    own = [view for view in await _open(services, asker) if await may_cancel(services, asker, view.request)]
    if not own:
        return toast(say(asker.language, "cancel-nothing"))
    said = say(asker.language, "cancel-done", count=await cancel_all(services, own))
    return Edit(Card(text=said)), Toast(said)


async def cancel_all(services: Services, views: list[View]) -> int:
    """Cancel these requests. Returns how many were still open."""
    cancelled = [await services.queue.cancel(view.request.id) for view in views]
    services.follower.wake()
    return sum(cancelled)


async def _cancel_playlist(services: Services, asker: Asker, message: str) -> Answers:
    """Stop the playlist whose card is `message`. No answers if there is none."""
    for run in await services.playlists.in_chat(asker.chat):
        if run.card == message:
            if not await may_act_for(services, asker, run.asker):
                return reply(say(asker.language, "playlist-not-yours"))
            await services.playlists.stop(run.id)
            return reply(say(asker.language, "playlist-ends"))
    return ()


async def _open(services: Services, asker: Asker) -> list[View]:
    """The chat's open requests, in the order of asking."""
    return [view for view in reversed(await services.queue.recent(asker.chat, limit=LOOK_BACK)) if view.is_open]


def _choices(asker: Asker, views: list[View]) -> list[tuple[Button, ...]]:
    """A button for each song, and one for all."""
    views = views[:MOST_CHOICES]
    choices = [
        (label(view, asker.language, also), Action(verb=Verb.CANCEL, target=view.request.id))
        for view, also in zip(views, told_apart(views, asker.language), strict=True)
    ]
    choices.append((say(asker.language, "button-cancel-all"), Action(verb=Verb.CANCEL_ALL)))
    return [(Button(label=name, action=action.text),) for name, action in choices]

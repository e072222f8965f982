"""Commands for everybody: /start, /help, /cancel."""

from typing import Final

from telegram import InlineKeyboardButton, InlineKeyboardMarkup, Message

from bot.cards.actions import Action, Verb
from bot.cards.cards import heading
from bot.inert import plain
from bot.telegram.address import number
from bot.telegram.incoming import download_limit_in_words
from bot.telegram.menus import show_owners_menu
from bot.telegram.permissions import may_act_for, may_cancel
from bot.telegram.replies import Asker, Services, replied_to, reply
from bot.telegram.request_lookup import asked_with, is_card_of
from bot.texts import figures, say
from jobs.outcomes import View
from jobs.queue import keys

#: Of a chat's requests, how many /cancel looks back, and how many it lets choose from.
LOOK_BACK: Final = keys.KEEP_PER_CHAT
MOST_CHOICES: Final = 15
LONGEST_LABEL: Final = 40  # characters of a song's name on a button


async def start(services: Services, asker: Asker, message: Message) -> None:
    """A welcome; or the pairing, when the message is the link's `/start CODE`."""
    code = (message.text or "").partition(" ")[2].strip()
    if code and not asker.in_group and await services.access.pair(asker.person, code):
        await reply(services, message, say(asker.language, "owner-paired"))
        await show_owners_menu(services.bot, asker.person)
    elif await services.access.may_ask(asker.person, asker.chat):
        await reply(services, message, say(asker.language, "group-hello" if asker.in_group else "start"))
    elif await services.access.first_refusal(asker.person):
        await reply(services, message, say(asker.language, "owner-pairing-wrong", number=str(number(asker.person))))


async def help_(services: Services, asker: Asker, message: Message) -> None:
    limit = figures.duration(services.settings.max_seconds, asker.language)
    size = download_limit_in_words(services.settings, asker.language)
    text = say(asker.language, "help-group" if asker.in_group else "help", limit=limit, size=size)
    if await services.access.is_owner(asker.person):
        text += "\n\n" + say(asker.language, "help-owner")
    await reply(services, message, text)


async def cancel(services: Services, asker: Asker, message: Message) -> None:
    """Cancel what was replied to, or the chat's one open request; with several, ask which."""
    replied = replied_to(message)
    if replied is not None and await _cancel_playlist(services, asker, message, replied):
        return
    views = [view for view in reversed(await services.queue.recent(asker.chat, limit=LOOK_BACK)) if view.is_open]
    if replied is not None:
        about = replied.message_id
        # Its own card first: a finished one is also the question for what was asked by its buttons.
        views = [view for view in views if is_card_of(about, view)] or [
            view for view in views if asked_with(about, view)
        ]
    own = [view for view in views if await may_cancel(services, asker, view.request)]
    if views and not own:
        await reply(services, message, say(asker.language, "cancel-not-yours"))
    elif not own:
        await reply(services, message, say(asker.language, "cancel-nothing"))
    elif len(own) == 1 or replied is not None:
        count = await cancel_all(services, own)
        await reply(services, message, say(asker.language, "cancel-done", count=count))
    else:
        await reply(services, message, say(asker.language, "cancel-which"), _which(asker, own))


async def _cancel_playlist(services: Services, asker: Asker, message: Message, replied: Message) -> bool:
    """Stop the playlist whose card was replied to. False when it is none."""
    for run in await services.playlists.in_chat(asker.chat):
        if run.card == str(replied.message_id):
            if not await may_act_for(services, asker, run.asker):
                text = say(asker.language, "playlist-not-yours")
            else:
                await services.playlists.stop(run.id)
                text = say(asker.language, "playlist-ends")
            await reply(services, message, text)
            return True
    return False


async def cancel_all(services: Services, views: list[View]) -> int:
    """Cancel these. Returns how many were still open."""
    cancelled = [await services.queue.cancel(view.request.id) for view in views]
    services.follower.wake()
    return sum(cancelled)


def _which(asker: Asker, views: list[View]) -> InlineKeyboardMarkup:
    """A button for each song, and one for all."""
    choices = [
        (label_of(heading(view, asker.language)), Action(verb=Verb.CANCEL, target=view.request.id))
        for view in views[:MOST_CHOICES]
    ]
    choices.append((say(asker.language, "button-cancel-all"), Action(verb=Verb.CANCEL_ALL)))
    return InlineKeyboardMarkup([[InlineKeyboardButton(label, callback_data=act.text)] for label, act in choices])


def label_of(name: str) -> str:
    """A song's name on a button."""
    name = plain(name)  # nothing is found in buttons
    return name if len(name) <= LONGEST_LABEL else f"{name[: LONGEST_LABEL - 1].rstrip()}…"

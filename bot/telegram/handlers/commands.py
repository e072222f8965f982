"""Commands for everybody: /start, /help, /status, /cancel, /settings."""

from telegram import InlineKeyboardButton, InlineKeyboardMarkup, Message

from bot.cards import Action, Verb, heading, settings_card, status_line
from bot.faces import note_of
from bot.telegram.front import Asker, Front, reply
from bot.telegram.menus import show_owners_menu
from bot.telegram.platform import address_of, keyboard
from bot.telegram.rights import may_cancel
from bot.telegram.sources import download_limit_in_words
from bot.texts import figures, say
from bot.wishes import wish_of
from jobs.models import View

#: Of a chat's requests, how many /status looks back, and how many finished ones it shows.
LOOK_BACK = 50
FINISHED = 3
#: Lines that fit into one message, whatever the titles.
MOST_LINES = 15


async def start(front: Front, asker: Asker, message: Message) -> None:
    """A welcome; or the pairing, when the message is the link's `/start CODE`."""
    code = (message.text or "").partition(" ")[2].strip()
    if code and not asker.in_group and await front.people.pair(asker.person, code):
        await reply(front, message, say(asker.language, "owner-paired"))
        await show_owners_menu(front.bot, asker.person)
    elif await front.people.may_ask(asker.person, asker.chat):
        await reply(front, message, say(asker.language, "start"))
    elif await front.people.first_refusal(asker.person):
        await reply(front, message, say(asker.language, "owner-pairing-wrong"))


async def help_(front: Front, asker: Asker, message: Message) -> None:
    limit = figures.duration(front.settings.max_seconds, asker.language)
    size = download_limit_in_words(front.settings, asker.language)
    text = say(asker.language, "help", limit=limit, size=size)
    if await front.people.is_owner(asker.person):
        text += "\n\n" + say(asker.language, "help-owner")
    await reply(front, message, text)


async def status(front: Front, asker: Asker, message: Message) -> None:
    """This chat's open requests and the last finished ones."""
    recent = await front.queue.recent(asker.chat, limit=LOOK_BACK)
    opened = [view for view in reversed(recent) if view.is_open]
    finished = [view for view in recent if not view.is_open][:FINISHED]
    blocks = []
    if opened:
        blocks.append(say(asker.language, "status-open", count=len(opened)))
        blocks += [_line(front, asker, view) for view in opened[:MOST_LINES]]
    else:
        blocks.append(say(asker.language, "status-none"))
    if finished:
        blocks.append(say(asker.language, "status-finished"))
        blocks += [_line(front, asker, view) for view in finished]
    await reply(front, message, "\n\n".join(blocks))


def _line(front: Front, asker: Asker, view: View) -> str:
    return status_line(view, asker.language, front.store.manifest(view.request.track_id))


async def cancel(front: Front, asker: Asker, message: Message) -> None:
    """Cancel what was replied to, or the chat's one open request; with several, ask which."""
    views = [view for view in reversed(await front.queue.recent(asker.chat, limit=LOOK_BACK)) if view.is_open]
    if message.reply_to_message is not None:
        views = [view for view in views if _is_about(message.reply_to_message.message_id, view)]
    own = [view for view in views if await may_cancel(front, asker, view.request)]
    if views and not own:
        await reply(front, message, say(asker.language, "cancel-not-yours"))
    elif not own:
        await reply(front, message, say(asker.language, "cancel-nothing"))
    elif len(own) == 1 or message.reply_to_message is not None:
        count = await cancel_all(front, own)
        await reply(front, message, say(asker.language, "cancel-done", count=count))
    else:
        await reply(front, message, say(asker.language, "cancel-which"), _which(asker, own))


async def cancel_all(front: Front, views: list[View]) -> int:
    """Cancel these. Returns how many were still open."""
    cancelled = [await front.queue.cancel(view.request.id) for view in views]
    front.follower.wake()
    return sum(cancelled)


def _is_about(message_id: int, view: View) -> bool:
    """Whether a message is a request's card, or what it was asked with."""
    note = note_of(view)
    return message_id == address_of(view.request).message_id or (note is not None and note.reference == str(message_id))


def _which(asker: Asker, views: list[View]) -> InlineKeyboardMarkup:
    """A button for each song, and one for all."""
    choices = [
        (heading(view, asker.language), Action(verb=Verb.CANCEL, target=view.request.id)) for view in views[:MOST_LINES]
    ]
    choices.append((say(asker.language, "button-cancel-all"), Action(verb=Verb.CANCEL_ALL)))
    return InlineKeyboardMarkup([[InlineKeyboardButton(label, callback_data=act.text)] for label, act in choices])


async def settings(front: Front, asker: Asker, message: Message) -> None:
    wish = await wish_of(front.queue.redis, asker.chat, front.settings)
    shown = settings_card(wish, asker.language)
    await reply(front, message, shown.text, keyboard(shown))

"""What every handler works with, and how it answers."""

from dataclasses import dataclass, field, replace
from typing import Any, Final

from telegram import Chat, InlineKeyboardMarkup, Message, ReplyParameters, Update
from telegram.error import BadRequest, Forbidden

from bot.chats.access import Access
from bot.chats.group_settings import group_settings_of
from bot.delivery.follow import Follower
from bot.playlists.follow import Playlists
from bot.telegram.address import name, number
from bot.telegram.admins import Admins
from bot.telegram.keyboard_edits import KeyboardEdits
from bot.telegram.leftovers import Leftovers
from bot.telegram.platform import PATIENT
from bot.telegram.rate_limiter import TelegramBot
from bot.texts import Language, negotiate, say, sentence
from jobs.failures import Reason
from jobs.queue.quotas import Limits, OverQuota, TooManyOpen
from jobs.queue.requests import JobQueue
from jobs.settings import Settings
from jobs.store.store import ResultStore

#: The sentence for each kind of limit.
_TOO_MANY: Final = {"person": "too-many-open", "chat": "too-many-open-here", "all": "too-many-open-anywhere"}


@dataclass(frozen=True)
class Services:
    """The bot at work. Made once, in `app.build`."""

    settings: Settings
    queue: JobQueue
    store: ResultStore
    access: Access
    bot: TelegramBot
    follower: Follower
    playlists: Playlists
    leftovers: Leftovers
    keyboard_edits: KeyboardEdits
    admins: Admins = field(default_factory=Admins)

    async def limits(self, person: str) -> Limits:
        """Requests that `person`, and a chat, may have open at the same time, and how much music within a day."""
        return await self.access.limits(person, self.settings)


@dataclass(frozen=True)
class Asker:
    """Who wrote, where, and in which language to answer."""

    person: str
    chat: str
    language: Language
    in_group: bool


def asker_of(update: Update) -> Asker | None:
    """The person behind an update; None for what no person wrote (posts of a channel in itself, other bots)."""
    user, chat = update.effective_user, update.effective_chat
    if chat is None or chat.type == Chat.CHANNEL:
        return None
    in_group = chat.type != Chat.PRIVATE
    # Admins may write as the group itself, people as a channel of theirs. Telegram shows all of them as the same bot;
    # what they write as is the only name they have. A pressed button tells who they are.
    mask = update.message.sender_chat if update.message is not None else None
    if mask is not None and in_group:
        return Asker(person=name(mask.id), chat=name(chat.id), language=negotiate(None), in_group=True)
    if user is None or user.is_bot:
        return None
    return Asker(person=name(user.id), chat=name(chat.id), language=negotiate(user.language_code), in_group=in_group)


async def asker_in(services: Services, update: Update) -> Asker | None:
    """The same, in the language that the group chose, if it did."""
    asker = asker_of(update)
    if asker is None or not asker.in_group:
        return asker
    group_settings = await group_settings_of(services.queue.redis, asker.chat)
    return replace(asker, language=group_settings.language) if group_settings.language else asker


def replied_to(message: Message) -> Message | None:
    """What a message replies to. In a forum every message replies to its topic's first one; that says nothing."""
    replied = message.reply_to_message
    return None if replied is None or replied.forum_topic_created is not None else replied


async def reply(services: Services, message: Message, text: str, buttons: InlineKeyboardMarkup | None = None) -> None:
    """Answer a message, in its topic."""
    await services.bot.send_message(
        message.chat_id, text, reply_markup=buttons, rate_limit_args=PATIENT, **as_reply(message)
    )


async def reply_alone(services: Services, asker: Asker, message: Message, text: str) -> None:
    """Answer with what is for the asker alone: from a group in their private chat, and there is said that it is."""
    if not asker.in_group:
        await reply(services, message, text)
        return
    try:
        await services.bot.send_message(number(asker.person), text, rate_limit_args=PATIENT)
    except (Forbidden, BadRequest):  # they never opened the chat, or have blocked us
        said = say(asker.language, "sent-nowhere", link=f"t.me/{services.bot.username}")
    else:
        said = say(asker.language, "sent-alone")
    await reply(services, message, said)


def as_reply(message: Message) -> dict[str, Any]:
    """Parameters that make something a reply to `message`, also when it is deleted meanwhile."""
    return {
        "message_thread_id": message.message_thread_id if message.is_topic_message else None,
        "reply_parameters": ReplyParameters(message.message_id, allow_sending_without_reply=True),
    }


def refusal(why: TooManyOpen | OverQuota, language: Language) -> str:
    """What somebody is told who asks for more than there is room for."""
    said = why_not_now(why, language)
    return f"{said} {say(language, 'too-many-open-again')}" if isinstance(why, TooManyOpen) else said


def why_not_now(why: TooManyOpen | OverQuota, language: Language) -> str:
    """The same, without what to do next."""
    match why:
        case TooManyOpen():
            return say(language, _TOO_MANY[why.whose], limit=why.limit)
        case OverQuota():
            return sentence(why.failure, language)


def is_for_good(why: TooManyOpen | OverQuota) -> bool:
    """Whether there will never be room: the song is longer than all the music of a day."""
    return isinstance(why, OverQuota) and why.failure.reason is Reason.TOO_LONG

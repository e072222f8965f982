"""What every handler works with, and how it answers."""

from dataclasses import dataclass
from typing import Any

from telegram import Chat, InlineKeyboardMarkup, Message, ReplyParameters, Update

from bot.follow import Follower
from bot.people import People
from bot.telegram.address import name
from bot.telegram.courtesy import TelegramBot
from bot.texts import Language, negotiate
from jobs.queue import JobQueue
from jobs.settings import Settings
from jobs.store import ResultStore

#: How often an answer in a conversation waits as Telegram tells it to.
PATIENT = 3


@dataclass(frozen=True)
class Front:
    """The bot at work. Made once, in `app.build`."""

    settings: Settings
    queue: JobQueue
    store: ResultStore
    people: People
    bot: TelegramBot
    follower: Follower


@dataclass(frozen=True)
class Asker:
    """Who wrote, where, and in which language to answer."""

    person: str
    chat: str
    language: Language
    in_group: bool


def asker_of(update: Update) -> Asker | None:
    """The person behind an update; None for what no person wrote (channel posts, other bots)."""
    user, chat = update.effective_user, update.effective_chat
    if user is None or chat is None or user.is_bot:
        return None
    language = negotiate(user.language_code)
    return Asker(person=name(user.id), chat=name(chat.id), language=language, in_group=chat.type != Chat.PRIVATE)


async def reply(front: Front, message: Message, text: str, buttons: InlineKeyboardMarkup | None = None) -> None:
    """Answer a message, in its topic."""
    await front.bot.send_message(
        message.chat_id, text, reply_markup=buttons, rate_limit_args=PATIENT, **as_reply(message)
    )


def as_reply(message: Message) -> dict[str, Any]:
    """Parameters that make something a reply to `message`, also when it is deleted meanwhile."""
    return {
        "message_thread_id": message.message_thread_id if message.is_topic_message else None,
        "reply_parameters": ReplyParameters(message.message_id, allow_sending_without_reply=True),
    }

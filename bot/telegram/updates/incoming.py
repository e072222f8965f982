"""Conversion of Telegram's types to the conversation's values: updates, messages, files, pressed buttons."""

from typing import Literal

from telegram import (
    Audio,
    CallbackQuery,
    Chat,
    Document,
    MaybeInaccessibleMessage,
    Message,
    MessageEntity,
    Update,
    User,
    Video,
    VideoNote,
    Voice,
)

from bot.cards.actions import parse_action
from bot.conversation.unnamed import unnamed
from bot.conversation.values import Asker, Author, Incoming, IncomingFile, Place, Press
from bot.conversation.values import Message as Content
from bot.links.kinds import Kind, kind_of
from bot.telegram.address import Address, name
from bot.telegram.sending.rate_limiter import TelegramBot
from bot.texts import Language, negotiate
from jobs.models import Upload

Media = Audio | Voice | Video | VideoNote | Document


def asker_of(update: Update) -> Asker | None:
    """The sender of an update; None for posts in a channel and for other bots."""
    user, chat = update.effective_user, update.effective_chat
    if chat is None or chat.type == Chat.CHANNEL:
        return None
    in_group = chat.type != Chat.PRIVATE
    # Admins may write as the group itself, people as their own channel. Telegram gives all of them the same bot user;
    # the sender chat is their only name. A pressed button has the real user.
    mask = update.message.sender_chat if update.message is not None else None
    if mask is not None and in_group:
        return Asker(person=name(mask.id), chat=name(chat.id), language=negotiate(None), in_group=True)
    if user is None or user.is_bot:
        return None
    return Asker(person=name(user.id), chat=name(chat.id), language=negotiate(user.language_code), in_group=in_group)


def incoming_of(message: Message, asker: Asker, bot: TelegramBot) -> Incoming:
    replied = _replied_to(message)
    return Incoming(
        asker=asker,
        message=_content(message, bot, asker.language),
        replied_to=None if replied is None else _content(replied, bot, asker.language),
        album=message.media_group_id or "",
        is_command=(message.text or "").startswith("/"),
        calls_us=_calls(message, bot),
        we_joined=any(one.id == bot.id for one in message.new_chat_members),
        chat_title=message.chat.title or "",
    )


def press_of(query: CallbackQuery, asker: Asker) -> Press | None:
    """The value of a pressed button; None for a button outside a chat's message."""
    message = query.message
    if message is None:
        return None
    question = (_replied_to(message) or message) if isinstance(message, Message) else None
    return Press(
        asker=asker,
        place=_place(message),
        action=parse_action(query.data or ""),
        question=None if question is None else _place(question),
        known_as=query.from_user.first_name,
    )


def _content(message: Message, bot: TelegramBot, language: Language) -> Content:
    entities = [*message.entities, *message.caption_entities]
    return Content(
        place=_place(message),
        text=message.text or message.caption or "",
        links=tuple(entity.url for entity in entities if entity.type == MessageEntity.TEXT_LINK and entity.url),
        file=_file(message, language),
        has_document=message.document is not None,
        author=_author(message),
        is_ours=message.from_user is not None and message.from_user.id == bot.id,
    )


def _place(message: MaybeInaccessibleMessage) -> Place:
    """The place of a message, for replies to it."""
    topic = message.message_thread_id if isinstance(message, Message) and message.is_topic_message else None
    address = Address(chat_id=message.chat.id, message_id=message.message_id, thread_id=topic)
    return Place(address=str(address), message=str(message.message_id))


def _replied_to(message: Message) -> Message | None:
    """The message replied to. Not counted: the first message of a forum topic, to which Telegram links every other."""
    replied = message.reply_to_message
    return None if replied is None or replied.forum_topic_created is not None else replied


def _calls(message: Message, bot: TelegramBot) -> bool:
    """Whether a message mentions the bot, or is a file with the caption `/stems`."""
    us = f"@{bot.username}".lower()
    words = (message.caption or "").lower().split()
    if words and words[0] in ("/stems", f"/stems{us}"):
        return True
    marked = [*message.parse_entities().items(), *message.parse_caption_entities().items()]
    return any(
        (entity.type == MessageEntity.MENTION and text.lower() == us)
        or (entity.type == MessageEntity.TEXT_MENTION and entity.user is not None and entity.user.id == bot.id)
        for entity, text in marked
    )


def _author(message: Message) -> Author | None:
    if message.sender_chat is not None:  # a sender that writes as a group or channel has no other name
        return Author(name(message.sender_chat.id), message.sender_chat.title or "")
    user = message.from_user
    return None if user is None or user.is_bot else Author(name(user.id), _called(user))


def _called(user: User) -> str:
    return f"{user.full_name} (@{user.username})" if user.username else user.full_name


# --- files -----------------------------------------------------------------------------------------------------


def _file(message: Message, language: Language) -> IncomingFile | None:
    """The audio or video in a message; None if there is none, or a document of another kind."""
    media = message.audio or message.voice or message.video or message.video_note or message.document
    match media:
        case Audio():
            named = {"name": media.file_name or "", "title": media.title, "performer": media.performer}
        case Video():
            named = {"name": media.file_name or ""}
        case Voice() | VideoNote():
            kind: Literal["voice", "video"] = "voice" if isinstance(media, Voice) else "video"
            named = {"name": unnamed(kind, _first_name(message), message.date, language)}
        case Document() if kind_of(media.file_name or "", media.mime_type or "") is not Kind.OTHER:
            named = {"name": media.file_name or ""}
        case _:
            return None
    if not (named["name"] or named.get("title")):
        named["name"] = unnamed("file", _first_name(message), message.date, language)
    about = {"handle": media.file_id, "bytes_": media.file_size or 0, "seconds": _seconds(media)}
    return IncomingFile(upload=Upload(upload_id=media.file_unique_id, **about, **named), bytes_=media.file_size)


def _first_name(message: Message) -> str:
    """The name of a message's sender, as short as the platform has it."""
    if message.sender_chat is not None:
        return message.sender_chat.title or ""
    return message.from_user.first_name if message.from_user is not None else ""


def _seconds(media: Media) -> float | None:
    """The length of media. Telegram gives whole seconds, and 0 if unknown."""
    if isinstance(media, Document):
        return None
    length = media.duration
    seconds = float(length) if isinstance(length, int) else length.total_seconds()
    return seconds or None

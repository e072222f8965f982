"""A message becomes requests: its links, or the audio in it."""

import time
from collections.abc import Sequence
from dataclasses import dataclass

from telegram import Audio, Document, Message, MessageEntity, Video, VideoNote, Voice

from bot.links.kinds import Kind, kind_of
from bot.links.links import Found, find_sources
from bot.telegram.address import PLATFORM, Address
from bot.telegram.replies import Asker
from bot.texts import Language, figures
from jobs.models import Request, Upload, Wish, YouTube, request_id
from jobs.settings import Settings

#: What Telegram lets a bot fetch, in bytes; a Bot API server of one's own lifts it.
#: https://core.telegram.org/bots/api#getfile, https://core.telegram.org/bots/api#using-a-local-bot-api-server
CLOUD_DOWNLOAD = 20 << 20
LOCAL_DOWNLOAD = 2000 << 20

Media = Audio | Voice | Video | VideoNote | Document


@dataclass(frozen=True)
class File:
    """A file in a message: as a source, and how large Telegram says it is (None: it does not say)."""

    upload: Upload
    bytes_: int | None


def download_limit(settings: Settings) -> int:
    """Bytes of the largest file we take from a person."""
    return min(_telegrams_limit(settings), int(settings.max_upload_mb * 1e6))


def download_limit_in_words(settings: Settings, language: Language) -> str:
    """The same as a person knows it: Telegram's own 20 MB are binary ones, and still called 20 MB."""
    limit = download_limit(settings)
    return figures.size(limit / 1.048576 if limit == _telegrams_limit(settings) else limit, language)


def _telegrams_limit(settings: Settings) -> int:
    return LOCAL_DOWNLOAD if settings.telegram_local else CLOUD_DOWNLOAD


def links_in(message: Message) -> Found:
    """The links of a text or caption, those hidden behind words included."""
    text = message.text or message.caption or ""
    entities = [*message.entities, *message.caption_entities]
    hidden = [entity.url for entity in entities if entity.type == MessageEntity.TEXT_LINK and entity.url]
    return find_sources(text, hidden)


def file_in(message: Message) -> File | None:
    """The audio or video in a message; None where there is none, or a document that is certainly none."""
    media = message.audio or message.voice or message.video or message.video_note or message.document
    match media:
        case Audio():
            named = {"name": media.file_name or "", "title": media.title, "performer": media.performer}
        case Video():
            named = {"name": media.file_name or ""}
        case Voice() | VideoNote():
            named = {}
        case Document() if kind_of(media.file_name or "", media.mime_type or "") is not Kind.OTHER:
            named = {"name": media.file_name or ""}
        case _:
            return None
    about = {"handle": media.file_id, "bytes_": media.file_size or 0, "seconds": _seconds(media)}
    return File(upload=Upload(upload_id=media.file_unique_id, **about, **named), bytes_=media.file_size)


def _seconds(media: Media) -> float | None:
    """Telegram's word for a length is whole seconds, and 0 where it does not know."""
    if isinstance(media, Document):
        return None
    length = media.duration
    seconds = float(length) if isinstance(length, int) else length.total_seconds()
    return seconds or None


def address_for(message: Message) -> Address:
    """Where answers to a message go."""
    return Address(
        chat_id=message.chat_id,
        message_id=message.message_id,
        thread_id=message.message_thread_id if message.is_topic_message else None,
    )


def requests_for(sources: Sequence[YouTube | Upload], message: Message, asker: Asker, wish: Wish) -> list[Request]:
    """One request for each source, in order; the same ones whenever the same message arrives."""
    address = address_for(message)
    now = time.time()
    return [
        Request(
            id=request_id(asker.chat, str(message.message_id), source),
            platform=PLATFORM,
            chat=asker.chat,
            asker=asker.person,
            address=str(address),
            language=asker.language,
            source=source,
            wish=wish,
            created_at=now + place * 1e-3,  # the queue and the cards keep the order of the links
        )
        for place, source in enumerate(sources)
    ]

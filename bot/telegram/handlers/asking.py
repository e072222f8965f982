"""Messages with something to separate: links and files, in private chats and in groups."""

import logging
import time

from telegram import InlineKeyboardButton, InlineKeyboardMarkup, Message, MessageEntity

from bot.links import Found, Playlist
from bot.playlists import Run, run_id
from bot.telegram.address import PLATFORM
from bot.telegram.front import Asker, Front, refusal, replied_to, reply
from bot.telegram.handlers.pace import is_heard
from bot.telegram.sources import (
    CLOUD_DOWNLOAD,
    File,
    address_for,
    download_limit,
    download_limit_in_words,
    file_in,
    links_in,
    requests_for,
)
from bot.texts import figures, say, sentence
from bot.wishes import wish_of
from jobs.failures import Failure, Reason
from jobs.limits import OverQuota, TooManyOpen
from jobs.models import Request

log = logging.getLogger(__name__)

#: What a button can carry of a playlist's id: 64 bytes, less its verb.
LONGEST_ID = 59


async def anything(front: Front, asker: Asker, message: Message) -> None:
    """A message in a private chat that is no command."""
    await take(front, asker, message, message)


async def stems(front: Front, asker: Asker, message: Message) -> None:
    """`/stems LINK`, or `/stems` as a reply to a message with links or a file."""
    source = _meant(message)
    if source is None:
        await reply(front, message, say(asker.language, "stems-how"))
    else:
        await take(front, asker, message, source)


async def in_group(front: Front, asker: Asker, message: Message, *, every_link: bool) -> None:
    """A message in a group that is no command: something for us when it speaks to us, or has a link and all count."""
    called = calls_us(front, message)
    if not called and not (links_in(message).sources and (every_link or _answers_us(front, message))):
        return
    if not await is_heard(front, asker, message):
        return
    if called:
        await stems(front, asker, message)
    else:
        await take(front, asker, message, message)


async def take(front: Front, asker: Asker, message: Message, source: Message) -> None:
    """Do what `message` asks for with what is in `source`: the same, or the one it replies to."""
    file, found = file_in(source), links_in(source)
    alone = [playlist for playlist in found.playlists if playlist.alone]
    if file is not None and (file.bytes_ is None or file.bytes_ <= download_limit(front.settings)):
        await _take_file(front, asker, message, file, beside=bool(found.sources or alone))
    elif found.sources or alone:
        if found.sources:
            await _take_links(front, asker, message, found)
        for playlist in alone:
            await take_playlist(front, asker, message, playlist)
    else:
        await reply(front, message, _nothing_to_do(front, asker, source, file, found))


def _meant(message: Message) -> Message | None:
    """The message that has what a command or a mention is about: itself, or the one it replies to."""
    replied = replied_to(message)
    if _has_something(message) or replied is None:
        return message if _has_something(message) else None
    return replied


def _has_something(message: Message) -> bool:
    found = links_in(message)
    return bool(found.sources or found.playlists or found.refused) or file_in(message) is not None


def calls_us(front: Front, message: Message) -> bool:
    """Whether a message mentions us, or is a file with `/stems` written under it."""
    us = f"@{front.bot.username}".lower()
    words = (message.caption or "").lower().split()
    if words and words[0] in ("/stems", f"/stems{us}"):
        return True
    marked = [*message.parse_entities().items(), *message.parse_caption_entities().items()]
    return any(
        (entity.type == MessageEntity.MENTION and text.lower() == us)
        or (entity.type == MessageEntity.TEXT_MENTION and entity.user is not None and entity.user.id == front.bot.id)
        for entity, text in marked
    )


def _answers_us(front: Front, message: Message) -> bool:
    replied = replied_to(message)
    return replied is not None and replied.from_user is not None and replied.from_user.id == front.bot.id


# --- files and links -------------------------------------------------------------------------------------------


async def _take_file(front: Front, asker: Asker, message: Message, file: File, *, beside: bool) -> None:
    """`beside`: there is a link in its caption, too."""
    wish = await wish_of(front.queue.redis, asker.chat, front.settings)
    (request,) = requests_for([file.upload], message, asker, wish)
    new, why_not = await _accept(front, asker, request)
    if why_not or (new and beside):
        await reply(front, message, why_not or say(asker.language, "file-beside-link"))


async def _take_links(front: Front, asker: Asker, message: Message, found: Found) -> None:
    wish = await wish_of(front.queue.redis, asker.chat, front.settings)
    requests = requests_for(found.sources, message, asker, wish)
    accepted, refusals = 0, []
    for request in requests:
        new, why_not = await _accept(front, asker, request)
        accepted += new
        if why_not:  # the rest would be refused alike
            left = len(requests) - requests.index(request)
            refusals = [*([say(asker.language, "links-left-out", count=left)] if accepted else []), why_not]
            break
    beside = [playlist for playlist in found.playlists if not playlist.alone]
    lines = [*(_remarks(asker, found, beside, accepted) if accepted else ()), *refusals]
    if lines:
        await reply(front, message, "\n".join(lines), _offer(asker, beside) if accepted else None)


async def _accept(front: Front, asker: Asker, request: Request) -> tuple[bool, str]:
    """Whether it is new; and what to say when there is no room for it."""
    try:
        new = await front.follower.accept(request, await front.limits(asker.person))
    except (TooManyOpen, OverQuota) as why:
        return False, refusal(why, asker.language)
    return new, ""


def _remarks(asker: Asker, found: Found, beside: list[Playlist], accepted: int) -> list[str]:
    """What is worth saying beside the cards."""
    lines = []
    refused = [reason for reason in found.refused if reason is not Reason.PLAYLIST]
    if accepted > 1:
        lines.append(say(asker.language, "links-several", count=accepted))
    if refused:
        lines.append(say(asker.language, "links-rest-refused", count=len(refused)))
    if any(playlist.endless for playlist in beside):
        lines.append(say(asker.language, "playlist-endless-beside"))
    elif beside:
        lines.append(say(asker.language, "playlist-one-video"))
    return lines


def _offer(asker: Asker, beside: list[Playlist]) -> InlineKeyboardMarkup | None:
    """A button for each playlist that a link to one of its videos named."""
    lists = [one for one in beside if not one.endless and len(one.playlist_id) <= LONGEST_ID]
    label = say(asker.language, "button-playlist")
    rows = [[InlineKeyboardButton(label, callback_data=f"list:{one.playlist_id}")] for one in lists]
    return InlineKeyboardMarkup(rows) if rows else None


# --- playlists -------------------------------------------------------------------------------------------------


async def take_playlist(front: Front, asker: Asker, message: Message, playlist: Playlist) -> None:
    """Find out what is in a playlist, and offer it."""
    if playlist.endless:
        await reply(front, message, say(asker.language, "playlist-endless"))
        return
    run = Run(
        id=run_id(asker.chat, str(message.message_id), playlist.playlist_id),
        platform=PLATFORM,
        chat=asker.chat,
        asker=asker.person,
        address=str(address_for(message)),
        language=asker.language,
        playlist_id=playlist.playlist_id,
        wish=await wish_of(front.queue.redis, asker.chat, front.settings),
        created_at=time.time(),
    )
    await front.playlists.begin(run)
    log.info("playlist %s: %s, %s", run.id, run.chat, run.playlist_id)


# --- nothing ---------------------------------------------------------------------------------------------------


def _nothing_to_do(front: Front, asker: Asker, source: Message, file: File | None, found: Found) -> str:
    """Why there is nothing to separate in a message, and what to send instead."""
    language = asker.language
    if file is not None and file.bytes_ is not None:
        limit, size = download_limit_in_words(front.settings, language), figures.size(file.bytes_, language)
        if download_limit(front.settings) < CLOUD_DOWNLOAD or front.settings.telegram_local:  # it is our own limit
            return say(language, "failure-too-large", bytes=size, limit_bytes=limit)
        return say(language, "upload-too-large", size=size, limit=limit)
    if found.refused:
        first = found.refused[0]
        return sentence(Failure(reason=Reason.NOT_YOUTUBE if first is Reason.BAD_LINK else first), language)
    if source.document is not None:
        return say(language, "upload-not-media")
    return say(language, "links-none")

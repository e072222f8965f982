"""Messages with something to separate: links and files, in private chats and in groups."""

from telegram import Message, MessageEntity

from bot.cards.actions import LONGEST_PLAYLIST_ID, Action, Verb
from bot.cards.cards import Button, Card
from bot.chats.leftovers import Batch, LeftOut, Leftover, hold_back, leftover, leftover_card, note_started
from bot.chats.preferences import wish_of
from bot.links.links import Found, Playlist
from bot.telegram.albums import remember, remembered
from bot.telegram.handlers.pace import is_heard
from bot.telegram.handlers.playlists import begin_all
from bot.telegram.incoming import (
    CLOUD_DOWNLOAD,
    File,
    address_for,
    download_limit,
    download_limit_in_words,
    file_in,
    links_in,
    requests_for,
)
from bot.telegram.platform import keyboard
from bot.telegram.replies import Asker, Services, is_for_good, refusal, replied_to, reply, why_not_now
from bot.texts import figures, say, sentence
from jobs.failures import Failure, Reason
from jobs.models import Request
from jobs.queue.quotas import OverQuota, TooManyOpen


async def anything(services: Services, asker: Asker, message: Message) -> None:
    """A message in a private chat that is no command."""
    await take(services, asker, message, message)


async def stems(services: Services, asker: Asker, message: Message) -> None:
    """`/stems LINK`, or `/stems` as a reply to a message with links or a file."""
    source = _meant(message)
    if source is None:
        await reply(services, message, say(asker.language, "stems-how"))
    else:
        await take(services, asker, message, source)


async def in_group(services: Services, asker: Asker, message: Message, *, every_link: bool) -> None:
    """A message in a group that is no command: something for us when it speaks to us, or has a link and all count."""
    # Under an album, only one of its messages has the words that call us.
    called = calls_us(services, message) or bool(await remembered(services.queue.redis, message, "called"))
    if not called and not (links_in(message).sources and (every_link or _answers_us(services, message))):
        return
    if not await is_heard(services, asker, message):
        return
    if called:
        await remember(services.queue.redis, message, "called", true=True)
        await stems(services, asker, message)
    else:
        await take(services, asker, message, message)


async def take(services: Services, asker: Asker, message: Message, source: Message) -> None:
    """Do what `message` asks for with what is in `source`: the same, or the one it replies to."""
    file, found = file_in(source), links_in(source)
    alone = [playlist for playlist in found.playlists if playlist.alone]
    if file is not None and (file.bytes_ is None or file.bytes_ <= download_limit(services.settings)):
        await _take_file(services, asker, message, file, beside=bool(found.sources or alone))
    elif found.sources or alone:
        if found.sources:
            await _take_links(services, asker, message, found)
        if alone and (said := await begin_all(services, asker, message, alone)):
            await reply(services, message, said)
    elif message is source and message.media_group_id and not found.refused:
        away: LeftOut = "large" if file is not None else "other"
        await services.leftovers.leave_out(_batch(services, asker, message), message, away)
    else:
        await reply(services, message, _nothing_to_do(services, asker, source, file, found))


def _meant(message: Message) -> Message | None:
    """The message that has what a command or a mention is about: itself, or the one it replies to."""
    replied = replied_to(message)
    if _has_something(message) or replied is None:
        return message if _has_something(message) else None
    return replied


def _has_something(message: Message) -> bool:
    found = links_in(message)
    return bool(found.sources or found.playlists or found.refused) or file_in(message) is not None


def calls_us(services: Services, message: Message) -> bool:
    """Whether a message mentions us, or is a file with `/stems` written under it."""
    us = f"@{services.bot.username}".lower()
    words = (message.caption or "").lower().split()
    if words and words[0] in ("/stems", f"/stems{us}"):
        return True
    marked = [*message.parse_entities().items(), *message.parse_caption_entities().items()]
    return any(
        (entity.type == MessageEntity.MENTION and text.lower() == us)
        or (entity.type == MessageEntity.TEXT_MENTION and entity.user is not None and entity.user.id == services.bot.id)
        for entity, text in marked
    )


def _answers_us(services: Services, message: Message) -> bool:
    replied = replied_to(message)
    return replied is not None and replied.from_user is not None and replied.from_user.id == services.bot.id


# --- files and links -------------------------------------------------------------------------------------------


async def _take_file(services: Services, asker: Asker, message: Message, file: File, *, beside: bool) -> None:
    """`beside`: there is a link in its caption, too."""
    wish = await wish_of(services.queue.redis, asker.chat, services.settings)
    (request,) = requests_for([file.upload], message, asker, wish)
    new, why = await _accept(services, asker, request)
    batch = _batch(services, asker, message)
    if why is None:
        if message.media_group_id:
            await services.leftovers.started(batch, request)
        if new and beside:
            await reply(services, message, say(asker.language, "file-beside-link"))
    elif not is_for_good(why):
        await services.leftovers.hold(batch, request, why_not_now(why, asker.language))
    elif message.media_group_id:
        await services.leftovers.leave_out(batch, message, "long")
    else:
        await reply(services, message, refusal(why, asker.language))


def _batch(services: Services, asker: Asker, message: Message, *, alone: bool = False) -> Batch:
    address = address_for(message)
    return services.leftovers.batch(asker.chat, asker.person, asker.language, message, address, alone=alone)


async def _take_links(services: Services, asker: Asker, message: Message, found: Found) -> None:
    wish = await wish_of(services.queue.redis, asker.chat, services.settings)
    requests = requests_for(found.sources, message, asker, wish)
    accepted, started, held, refusals = 0, list[Request](), list[Request](), list[str]()
    full: TooManyOpen | OverQuota | None = None
    for request in requests:
        new, why = (False, full) if full else await _accept(services, asker, request)  # the rest would be refused alike
        accepted += new
        if why is None:
            started.append(request)
        elif is_for_good(why):
            refusals.append(refusal(why, asker.language))
        else:
            full = why
            held.append(request)
    beside = [playlist for playlist in found.playlists if not playlist.alone]
    lines = [*(_remarks(asker, found, beside, accepted, all_=not full) if accepted else ()), *refusals]
    rows = _offer(asker, beside) if accepted else ()
    if full is not None:
        left = await _hold(services, asker, message, started, held, full)
        lines.append(left.text)
        rows = (*rows, *left.buttons)
    if lines:
        await reply(services, message, "\n".join(lines), keyboard(Card(text="", buttons=rows)))


async def _hold(
    services: Services,
    asker: Asker,
    message: Message,
    started: list[Request],
    held: list[Request],
    why: TooManyOpen | OverQuota,
) -> Card:
    """Keep what does not fit. Returns what there is to say of it, and its button."""
    redis, batch = services.queue.redis, _batch(services, asker, message, alone=True)
    await note_started(redis, batch, *started)
    await hold_back(redis, batch, *held, why=why_not_now(why, asker.language))
    left = await leftover(redis, batch.id) or Leftover(batch=batch)
    return leftover_card(left, limit=services.leftovers.limit(asker.language))


async def _accept(services: Services, asker: Asker, request: Request) -> tuple[bool, TooManyOpen | OverQuota | None]:
    """Whether it is new; and why there is no room for it."""
    try:
        new = await services.follower.accept(request, await services.limits(asker.person))
    except (TooManyOpen, OverQuota) as why:
        return False, why
    return new, None


def _remarks(asker: Asker, found: Found, beside: list[Playlist], accepted: int, *, all_: bool) -> list[str]:
    """What is worth saying beside the cards. `all_`: nothing waits; else it is told apart how many are in line."""
    lines = []
    refused = [reason for reason in found.refused if reason is not Reason.PLAYLIST]
    if accepted > 1 and all_:
        lines.append(say(asker.language, "links-several", count=accepted))
    if refused:
        lines.append(say(asker.language, "links-rest-refused", count=len(refused)))
    if any(playlist.endless for playlist in beside):
        lines.append(say(asker.language, "playlist-endless-beside"))
    elif beside:
        lines.append(say(asker.language, "playlist-one-video"))
    return lines


def _offer(asker: Asker, beside: list[Playlist]) -> tuple[tuple[Button, ...], ...]:
    """A button for each playlist that a link to one of its videos named."""
    lists = [one for one in beside if not one.endless and len(one.playlist_id) <= LONGEST_PLAYLIST_ID]
    label = say(asker.language, "button-playlist")
    actions = [Action(verb=Verb.LIST, target=one.playlist_id) for one in lists]
    return tuple((Button(label=label, action=action.text),) for action in actions)


# --- nothing ---------------------------------------------------------------------------------------------------


def _nothing_to_do(services: Services, asker: Asker, source: Message, file: File | None, found: Found) -> str:
    """Why there is nothing to separate in a message, and what to send instead."""
    language = asker.language
    if file is not None and file.bytes_ is not None:
        limit, size = download_limit_in_words(services.settings, language), figures.size(file.bytes_, language)
        if (
            download_limit(services.settings) < CLOUD_DOWNLOAD or services.settings.telegram_local
        ):  # it is our own limit
            return say(language, "failure-too-large", bytes=size, limit_bytes=limit)
        return say(language, "upload-too-large", size=size, limit=limit)
    if found.refused:
        first = found.refused[0]
        return sentence(Failure(reason=Reason.NOT_YOUTUBE if first is Reason.BAD_LINK else first), language)
    if source.document is not None:
        return say(language, "upload-not-media")
    return say(language, "links-none")

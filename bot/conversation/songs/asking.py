"""Messages with links and files to separate, in private chats and in groups."""

import time
from collections.abc import Sequence

from bot.cards.actions import LONGEST_PLAYLIST_ID, Action, Verb
from bot.cards.cards import Button, Card
from bot.cards.headings import heading
from bot.cards.result_buttons import first_page
from bot.chats.leftovers import LeftOut, Leftover, leftover_card
from bot.conversation.commands.general import cancel, help_
from bot.conversation.permissions import album_of, hear
from bot.conversation.services import Services
from bot.conversation.songs import finding, mixes
from bot.conversation.songs.limits import why_not_now
from bot.conversation.songs.lookup import card_place, delivered_lately, same_in_works
from bot.conversation.songs.playlists import begin_all
from bot.conversation.values import Answers, Asker, Incoming, IncomingFile, Message, Reply, reply
from bot.links.links import Found, Playlist, find_sources
from bot.phrases.small_talk import SmallTalk, small_talk
from bot.texts import Language, figures, say, sentence
from jobs.failures import Failure, Reason
from jobs.models import Request, Upload, YouTube, request_id
from jobs.progress import View
from jobs.queue.quotas import OverQuota, TooManyOpen


async def in_private(services: Services, incoming: Incoming) -> Answers:
    """A message in a private chat that is no command."""
    if not has_something(incoming.message) and (asked := await mixes.asked_without_command(services, incoming)):
        return await mixes.answer(services, incoming, asked)
    if answers := await _small_talk(services, incoming):
        return answers
    if _is_words(incoming):
        return await finding.begin(services, incoming, incoming.message.text)
    return await take(services, incoming, incoming.message)


async def stems(services: Services, incoming: Incoming) -> Answers:
    """`/stems LINK`, or `/stems` as a reply to a message with links or a file."""
    source = _meant(incoming)
    if source is None:
        return reply(say(incoming.asker.language, "stems-how"))
    if source.is_hidden:
        return reply(say(incoming.asker.language, "discord-hidden"))
    return await take(services, incoming, source)


async def find(services: Services, incoming: Incoming) -> Answers:
    """`/find elis águas de março`: hits of YouTube's search. A link or file with the command is taken."""
    if has_something(incoming.message):
        return await take(services, incoming, incoming.message)
    return await finding.begin(services, incoming, " ".join(incoming.words))


async def in_group(services: Services, incoming: Incoming) -> Answers:
    """A message in a group that is no command. It is for the bot if it calls the bot, if it has a link and replies to
    the bot or the group takes every link, or if it replies to a song of the bot with words that read as a mix.

    Other messages get no answer.
    """
    asker, album = incoming.asker, album_of(incoming)
    # Only one message of an album has the caption that calls the bot.
    called = incoming.calls_us or bool(await services.albums.remembered(album, "called"))
    answers_us = incoming.replied_to is not None and incoming.replied_to.is_ours
    mix = None
    if not has_something(incoming.message) and (called or answers_us):
        mix = await mixes.asked_without_command(services, incoming)
    if not called and mix is None:
        if not links_in(incoming.message).sources:
            return ()
        if not answers_us and not (await services.preferences.of_group(asker.chat)).every_link:
            return ()
    heard, answers = await hear(services, incoming)
    if not heard:
        return answers
    if mix is not None:
        return await mixes.answer(services, incoming, mix)
    if called:
        await services.albums.remember(album, "called", true=True)
        return await stems(services, incoming)
    return await take(services, incoming, incoming.message)


async def take(services: Services, incoming: Incoming, source: Message) -> Answers:
    """Accept the files and links of `source`: the message itself, or the one it replies to."""
    async with services.turn(incoming.asker.chat):
        return await _take(services, incoming, source)


async def _take(services: Services, incoming: Incoming, source: Message) -> Answers:
    asker, file, found = incoming.asker, source.file, links_in(source)
    alone = [playlist for playlist in found.playlists if playlist.alone]
    if file is not None and (file.bytes_ is None or file.bytes_ <= services.upload_limit()):
        return await _take_file(services, incoming, file, beside=bool(found.sources or alone))
    if found.sources or alone:
        answers = await _take_links(services, incoming, found) if found.sources else ()
        if alone and (said := await begin_all(services, asker, incoming.place, alone)):
            answers += reply(said)
        return answers
    if source is incoming.message and incoming.album and not found.refused:
        away: LeftOut = "large" if file is not None else "other"
        await services.batches.leave_out(services.batches.batch(incoming), incoming.place.message, away)
        return ()
    is_asked = source is incoming.message and not asker.in_group
    if is_asked and incoming.is_command and not has_something(source) and not source.has_document:
        return reply(say(asker.language, "unknown-command"))
    return reply(_nothing_to_do(services, asker, source, found))


def links_in(message: Message) -> Found:
    """The links of a text or caption, including the targets of linked words."""
    return find_sources(message.text, message.links)


def _meant(incoming: Incoming) -> Message | None:
    """The message with the files or links: the incoming one if it has any, else the one it replies to."""
    return incoming.message if has_something(incoming.message) else incoming.replied_to


def has_something(message: Message) -> bool:
    """Whether a message has links or a file."""
    found = links_in(message)
    return bool(found.sources or found.playlists or found.refused) or message.file is not None


def _is_words(incoming: Incoming) -> bool:
    """Whether a message is words alone, which may name a song."""
    message = incoming.message
    nothing_else = not (has_something(message) or message.has_document or incoming.is_command)
    return nothing_else and finding.can_be_searched(message.text)


# --- files and links -------------------------------------------------------------------------------------------


async def _take_file(services: Services, incoming: Incoming, file: IncomingFile, *, beside: bool) -> Answers:
    """`beside`: its caption has a link, too."""
    language = incoming.asker.language
    (request,) = await _requests(services, incoming, [file.upload])
    if answers := await _known(services, incoming.asker, request):
        return answers
    new, why = await _accept(services, request)
    batch = services.batches.batch(incoming)
    if why is None:
        if incoming.album:
            await services.batches.started(batch, request)
        if new and beside:
            return reply(say(language, "file-beside-link"))
    else:
        await services.batches.hold(batch, request, why_not_now(why, language))
    return ()


async def _take_links(services: Services, incoming: Incoming, found: Found) -> Answers:
    asker = incoming.asker
    accepted, started, held = 0, list[Request](), list[Request]()
    answers: Answers = ()
    full: TooManyOpen | OverQuota | None = None
    for request in await _requests(services, incoming, found.sources):
        if known := await _known(services, asker, request):
            answers += known
            continue
        new, why = (False, full) if full else await _accept(services, request)  # the queue would refuse the rest, too
        accepted += new
        if why is None:
            started.append(request)
        else:
            full = why
            held.append(request)
    beside = [playlist for playlist in found.playlists if not playlist.alone]
    lines = [*(_remarks(asker, found, beside, accepted, all_=not full) if accepted else ())]
    rows = _offer(asker, beside) if accepted else ()
    if full is not None:
        left = await _hold(services, incoming, started, held, full)
        lines.append(left.text)
        rows = (*rows, *left.buttons)
    return (*answers, *reply("\n".join(lines), *rows)) if lines else answers


async def _known(services: Services, asker: Asker, request: Request) -> Answers:
    """Points at the card of a song that is in the works, or whose files the chat got lately. None for other songs."""
    if (same := await same_in_works(services, request)) is not None:
        said = Card(text=say(asker.language, "made-already"))
        return (Reply(said, to=card_place(services, same), or_mark=asker.in_group),)
    if (came := await delivered_lately(services, request)) is not None:
        (came,) = await services.catalogue.complete([came])
        return (Reply(_here(came, asker.language), to=card_place(services, came)),)
    return ()


def _here(came: View, language: Language) -> Card:
    """The buttons of a finished song, and one that sends its files again."""
    text = "\n".join((heading(came, language, came.manifest), say(language, "card-here")))
    again = Action(verb=Verb.WANT, target=came.request.id, choice="again")
    resend = Button(label=say(language, "button-resend"), action=again.text)
    return Card(text=text, buttons=((resend,), *first_page(came.request, language)))


async def _hold(
    services: Services, incoming: Incoming, started: list[Request], held: list[Request], why: TooManyOpen | OverQuota
) -> Card:
    """Keep the refused requests as leftovers. Returns the card that offers them."""
    leftovers, batch = services.batches.leftovers, services.batches.batch(incoming, alone=True)
    await leftovers.started(batch, *started)
    await leftovers.hold_back(batch, *held, why=why_not_now(why, incoming.asker.language))
    left = await leftovers.read(batch.id) or Leftover(batch=batch)
    return leftover_card(left, limit=services.upload_limit_in_words(incoming.asker.language))


async def _requests(services: Services, incoming: Incoming, sources: Sequence[YouTube | Upload]) -> list[Request]:
    """One request for each source, in order; a repeated message gives the same request ids."""
    asker, place, now = incoming.asker, incoming.place, time.time()
    order = (await services.preferences.of(asker.chat)).order
    return [
        Request(
            id=request_id(asker.chat, place.message, source),
            platform=services.platform.name,
            chat=asker.chat,
            asker=asker.person,
            address=place.address,
            language=asker.language,
            source=source,
            order=order,
            created_at=now + number * 1e-3,  # the queue and the cards keep the order of the links
        )
        for number, source in enumerate(sources)
    ]


async def _accept(services: Services, request: Request) -> tuple[bool, TooManyOpen | OverQuota | None]:
    """Whether the request is new; and the limit that refused it, or None."""
    try:
        new = await services.follower.accept(request, await services.limits(request.asker))
    except (TooManyOpen, OverQuota) as why:
        return False, why
    return new, None


def _remarks(asker: Asker, found: Found, beside: list[Playlist], accepted: int, *, all_: bool) -> list[str]:
    """Sentences beside the cards. `all_`: every request was accepted; else the leftovers' card has the count."""
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
    """A button for each playlist named in a link to one of its videos."""
    lists = [one for one in beside if not one.endless and len(one.playlist_id) <= LONGEST_PLAYLIST_ID]
    label = say(asker.language, "button-playlist")
    actions = [Action(verb=Verb.LIST, target=one.playlist_id) for one in lists]
    return tuple((Button(label=label, action=action.text),) for action in actions)


# --- nothing ---------------------------------------------------------------------------------------------------


async def _small_talk(services: Services, incoming: Incoming) -> Answers:
    """The answer to a greeting, to thanks, to a question about the bot, or to `stop`; none for any other message."""
    if has_something(incoming.message) or incoming.message.has_document or incoming.is_command:
        return ()
    match small_talk(incoming.message.text):
        case SmallTalk.GREETING:
            return reply(say(incoming.asker.language, "small-talk-greeting"))
        case SmallTalk.THANKS:
            return reply(say(incoming.asker.language, "small-talk-thanks"))
        case SmallTalk.HELP:
            return await help_(services, incoming)
        case SmallTalk.STOP:
            return await cancel(services, incoming)
        case None:
            return ()


def _nothing_to_do(services: Services, asker: Asker, source: Message, found: Found) -> str:
    """The reason why a message has nothing to separate, and the advice what to send instead."""
    language, file, platform = asker.language, source.file, services.platform
    if file is not None and file.bytes_ is not None:
        limit, size = services.upload_limit_in_words(language), figures.size(file.bytes_, language)
        if services.upload_limit() < platform.fetch_bytes or not platform.fetch_limit_can_be_lifted:  # our own limit
            return say(language, "failure-too-large", bytes=size, limit_bytes=limit)
        return say(language, "upload-too-large", size=size, limit=limit)
    if found.refused:
        return sentence(Failure(reason=found.refused[0]), language)
    if source.has_document:
        return say(language, "upload-not-media")
    return say(language, "links-none")

"""Messages with something to separate: links and files."""

import logging

from telegram import Message

from bot.links import Found
from bot.telegram.front import Asker, Front, reply
from bot.telegram.sources import File, download_limit, download_limit_in_words, file_in, links_in, requests_for
from bot.texts import figures, say, sentence
from bot.wishes import wish_of
from jobs.failures import Failure, Reason
from jobs.queue import Limits, TooManyOpen

log = logging.getLogger(__name__)

#: Requests that a person, and a chat, may have open at the same time.
LIMITS = Limits(person=10, chat=20)


async def anything(front: Front, asker: Asker, message: Message) -> None:
    """A message in a private chat that is no command."""
    file, found = file_in(message), links_in(message)
    if file is not None and (file.bytes_ is None or file.bytes_ <= download_limit(front.settings)):
        await _take_file(front, asker, message, file)
    elif found.sources:
        await _take_links(front, asker, message, found)
    else:
        await reply(front, message, _nothing_to_do(front, asker, message, file, found))


async def _take_file(front: Front, asker: Asker, message: Message, file: File) -> None:
    wish = await wish_of(front.queue.redis, asker.chat, front.settings)
    (request,) = requests_for([file.upload], message, asker, wish)
    try:
        # The follower brings the file and queues the request: it does so also after a restart.
        if await front.queue.hold(request, LIMITS):
            log.info("request %s: %s, a file", request.id, asker.chat)
        front.follower.wake()
    except TooManyOpen as full:
        await reply(front, message, say(asker.language, "too-many-open", limit=full.limit))


async def _take_links(front: Front, asker: Asker, message: Message, found: Found) -> None:
    wish = await wish_of(front.queue.redis, asker.chat, front.settings)
    accepted, remarks = 0, []
    for request in requests_for(found.sources, message, asker, wish):
        try:
            quick = front.store.manifest(request.track_id) is not None
            if await front.queue.submit(request, LIMITS, quick=quick):
                log.info("request %s: %s, %s", request.id, asker.chat, request.source.key)
                accepted += 1
        except TooManyOpen as full:
            remarks.append(say(asker.language, "too-many-open", limit=full.limit))
            break
    front.follower.wake()  # it shows the cards
    if accepted:
        remarks = [*_remarks(asker, found, accepted), *remarks]
    if remarks:
        await reply(front, message, "\n".join(remarks))


def _remarks(asker: Asker, found: Found, accepted: int) -> list[str]:
    """What is worth saying beside the cards."""
    lines = []
    if accepted > 1:
        lines.append(say(asker.language, "links-several", count=accepted))
    if found.refused:
        lines.append(say(asker.language, "links-rest-refused", count=len(found.refused)))
    elif found.playlists:
        lines.append(say(asker.language, "playlist-one-video"))
    return lines


def _nothing_to_do(front: Front, asker: Asker, message: Message, file: File | None, found: Found) -> str:
    """Why there is nothing to separate in a message, and what to send instead."""
    language = asker.language
    if file is not None and file.bytes_ is not None:
        limit = download_limit_in_words(front.settings, language)
        return say(language, "upload-too-large", size=figures.size(file.bytes_, language), limit=limit)
    if found.playlists:
        return say(language, "playlist-later")
    if found.refused:
        first = found.refused[0]
        return sentence(Failure(reason=Reason.NOT_YOUTUBE if first is Reason.BAD_LINK else first), language)
    if message.document is not None:
        return say(language, "upload-not-media")
    return say(language, "links-none")

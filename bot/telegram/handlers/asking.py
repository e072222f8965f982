"""Messages with something to separate: links and files."""

import logging

from telegram import Message

from bot.links import Found
from bot.telegram.front import Asker, Front, reply
from bot.telegram.sources import File, download_limit, file_in, links_in, requests_for
from bot.texts import figures, say, sentence
from bot.wishes import wish_of
from jobs.failures import Failure, Reason
from jobs.models import Request

log = logging.getLogger(__name__)

#: Requests of one chat that may be open at the same time.
MOST_OPEN = 20


async def anything(front: Front, asker: Asker, message: Message) -> None:
    """A message in a private chat that is no command."""
    file, found = file_in(message), links_in(message)
    limit = download_limit(front.settings)
    if file is not None and not (file.bytes_ is not None and file.bytes_ > limit):
        await _take_file(front, asker, message, file)
    elif found.sources:
        await _take_links(front, asker, message, found)
    else:
        await reply(front, message, _nothing_to_do(asker, message, file, found, limit))


async def _take_file(front: Front, asker: Asker, message: Message, file: File) -> None:
    wish = await wish_of(front.queue.redis, asker.chat, front.settings)
    for request in await _within_limit(front, asker, message, requests_for([file.upload], message, asker, wish)):
        # The follower brings the file and queues the request: it does so also after a restart.
        if await front.queue.hold(request):
            log.info("request %s: %s, a file", request.id, asker.chat)
        front.follower.wake()


async def _take_links(front: Front, asker: Asker, message: Message, found: Found) -> None:
    wish = await wish_of(front.queue.redis, asker.chat, front.settings)
    requests = requests_for(found.sources, message, asker, wish)
    accepted = 0
    for request in await _within_limit(front, asker, message, requests):
        if await front.queue.submit(request):
            log.info("request %s: %s, %s", request.id, asker.chat, request.source.key)
            accepted += 1
    front.follower.wake()  # it shows the cards
    if accepted and (remarks := _remarks(asker, found, accepted)):
        await reply(front, message, remarks)


async def _within_limit(front: Front, asker: Asker, message: Message, requests: list[Request]) -> list[Request]:
    """The requests there is room for; says so when there is not for all."""
    recent = await front.queue.recent(asker.chat, limit=2 * MOST_OPEN)
    known = {view.request.id for view in recent}
    room = MOST_OPEN - sum(view.is_open for view in recent)
    new = [request for request in requests if request.id not in known]
    if len(new) <= room:
        return requests
    await reply(front, message, say(asker.language, "too-many-open", limit=MOST_OPEN))
    return [request for request in requests if request.id in known or request in new[: max(0, room)]]


def _remarks(asker: Asker, found: Found, accepted: int) -> str:
    """What is worth saying beside the cards."""
    lines = []
    if accepted > 1:
        lines.append(say(asker.language, "links-several", count=accepted))
    if found.refused:
        lines.append(say(asker.language, "links-rest-refused", count=len(found.refused)))
    elif found.playlists:
        lines.append(say(asker.language, "playlist-one-video"))
    return "\n".join(lines)


def _nothing_to_do(asker: Asker, message: Message, file: File | None, found: Found, limit: int) -> str:
    """Why there is nothing to separate in a message, and what to send instead."""
    language = asker.language
    if file is not None and file.bytes_ is not None:
        size = figures.size(file.bytes_, language)
        return say(language, "upload-too-large", size=size, limit=figures.size(limit, language))
    if found.playlists:
        return say(language, "playlist-later")
    if found.refused:
        first = found.refused[0]
        return sentence(Failure(reason=Reason.NOT_YOUTUBE if first is Reason.BAD_LINK else first), language)
    if message.document is not None:
        return say(language, "upload-not-media")
    return say(language, "links-none")

"""Songs that were made in a chat, for people who come from there: the player, further orders, and the way back."""

import time
from itertools import count

from bot.chats.song_links import mixer_chat
from bot.conversation.songs.limits import refusal
from bot.texts import Language
from bot.web import submitting
from bot.web.refusals import Refusal, refused
from bot.web.site import Site
from bot.web.tasks import Known
from bot.web.tickets import Ticket
from bot.web.values import Ordered
from bot.web.visitors import Visitor
from jobs.models import Player, Request, request_id, track_id
from jobs.progress import RequestPhase
from jobs.queue.quotas import OverQuota, TooManyOpen


async def player_task(site: Site, request: Request, language: Language) -> Known:
    """The task that has, or is making, the player of a request's song. Raises `Refusal` 410 and 429.

    It is made from the stems that are there: a link costs its people no minutes. All who open the song of one chat
    share the task, which the chat forgets with the song.
    """
    about = await site.tasks.of_request(request.id)
    if about is not None and about.task.player is not None:
        return about
    chat = mixer_chat(request.chat, request.source.key)
    for known in await site.tasks.recent(chat):
        other = known.view.request
        is_player = other.track_id == request.track_id and isinstance(other.order.content, Player)
        if is_player and (known.view.is_open or known.task.player is not None):
            return known
    if about is None or not await site.services.follower.has_stems(request.track_id):
        raise refused(410, language, "mixer-gone")
    guest = Visitor(browser=None, person=chat, language=language)
    return await submitting.order(site, guest, about, Ordered(content=Player(language=language)))


async def refuse_separation(site: Site, visitor: Visitor, about: Known, ordered: Ordered) -> None:
    """Raises `Refusal` 403 for an order by a link's guest that needs other stems than those that are there: minutes
    are counted for a person, and a link does not tell the person."""
    if visitor.ticket is None or visitor.ticket.is_known:
        return
    request = about.view.request
    wanted = track_id(request.source, ordered.of(request.order).model)
    if not await site.services.follower.has_stems(wanted):
        raise refused(403, visitor.language, "mixer-no-stems")


def own_chat(ticket: Ticket, song: Request) -> bool:
    """Whether a guest may send to the chat of the song: it is the guest's private chat with the bot. Who is a member of
    a group only the platform could tell."""
    return ticket.is_known and song.chat == ticket.person


async def send_to_chat(site: Site, visitor: Visitor, made: Request, song: Request) -> None:
    """Ask the bot to send what a request made, as a reply to the message that asked for the song.

    The bot that serves the chat finds the files in the store. Raises `Refusal` 429.
    """
    services = site.services_for(visitor)
    await submitting.keep_pace(site, visitor)
    for turn in count():
        id_ = request_id(song.chat, f"mixer:{made.id}", made.source, str(turn))
        before = await services.queue.view(id_)
        if before is None:
            break
        if before.is_open or time.time() - (before.closed_at or 0.0) < services.timing.double_tap:
            return
    request = Request(
        id=id_,
        platform=song.platform,
        chat=song.chat,
        asker=visitor.person,
        address=song.address,
        language=made.language,
        source=made.source,
        order=made.order,
        created_at=time.time(),
    )
    try:
        await services.queue.hold(request, await services.limits(visitor.person), RequestPhase.READY)
    except (TooManyOpen, OverQuota) as why:
        raise Refusal(429, refusal(why, visitor.language)) from why

"""Songs and orders from a browser, accepted as in a chat: its pace, its quotas, the songs in the works."""

import secrets
import time

from bot.chats.access import Hearing
from bot.conversation.songs.limits import refusal
from bot.conversation.songs.lookup import same_in_works
from bot.conversation.songs.results import order_anew
from bot.web.refusals import Refusal, refused
from bot.web.site import Site
from bot.web.tasks import Known
from bot.web.values import Ordered
from bot.web.visitors import Visitor
from jobs.models import Request, Upload, YouTube, request_id
from jobs.queue.quotas import OverQuota, TooManyOpen

#: Seconds after which a refused client may try again.
_PAUSE = {"Retry-After": "30"}


async def submit(site: Site, visitor: Visitor, source: YouTube | Upload) -> Known:
    """The task of a new song. Raises `Refusal` 429 over a limit, and `QueueAway`."""
    services, asker = site.services, visitor.asker
    await keep_pace(site, visitor)
    place = visitor.place(secrets.token_hex(16))
    async with services.turn(asker.chat):
        request = Request(
            id=request_id(asker.chat, place.message, source),
            platform=services.platform.name,
            chat=asker.chat,
            asker=asker.person,
            address=place.address,
            language=asker.language,
            source=source,
            order=(await services.preferences.of(asker.chat)).order,
            created_at=time.time(),
        )
        if (same := await same_in_works(services, request)) is not None:
            request = same.request
        else:
            try:
                await services.follower.accept(request, await services.limits(asker.person))
            except (TooManyOpen, OverQuota) as why:
                raise Refusal(429, refusal(why, asker.language), _PAUSE) from why
    return await task_of(site, visitor, request.id)


async def order(site: Site, visitor: Visitor, about: Known, ordered: Ordered) -> Known:
    """The task of another order of a song. Raises `Refusal` 429 and 422, and `QueueAway`."""
    await keep_pace(site, visitor)
    request, asker, services = about.view.request, visitor.asker, site.services_for(visitor)
    place = visitor.place(request.id)
    wanted = ordered.of(request.order)
    async with services.turn(asker.chat):
        made = await order_anew(services, asker, request, wanted, place, f"order:{wanted.model_dump_json()}")
    if made.request is None:
        raise Refusal(429, made.sentence, _PAUSE)
    return await task_of(site, visitor, made.request.id)


async def keep_pace(site: Site, visitor: Visitor) -> None:
    """Count a message. Raises `Refusal` 429 for one too many."""
    heard = await site.services_for(visitor).access.hears(visitor.person, site.services.settings.messages_per_minute)
    if heard is not Hearing.YES:
        too_fast = refused(429, visitor.language, "web-too-fast")
        raise Refusal(429, too_fast.sentence, _PAUSE)


async def task_of(site: Site, visitor: Visitor, request_id_: str) -> Known:
    """A task that was just accepted."""
    site.tasks.changed(request_id_, visitor.chat)
    site.board.wake(visitor.chat)
    known = await site.tasks.of_request(request_id_)
    if known is None:
        raise refused(410, visitor.language, "web-unknown-task")
    return known

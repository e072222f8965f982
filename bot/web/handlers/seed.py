"""The first interface: submit, status, events, download."""

import time

from aiohttp import web
from pydantic import ValidationError

from bot.web import submitting, uploads
from bot.web.address import PLATFORM
from bot.web.files import StoredFileResponse
from bot.web.refusals import as_json, refused
from bot.web.site import Site, site_of, task_of, visitor_of
from bot.web.streams import Stream
from bot.web.tasks import Known, archive_of
from jobs.models import YouTube
from jobs.progress import RequestPhase


async def submit(request: web.Request) -> web.StreamResponse:
    """A video by its id. Its address is rebuilt from the eleven letters: nothing else is ever fetched."""
    site, visitor = site_of(request), visitor_of(request)
    try:
        source = YouTube(video_id=request.match_info["video_id"])
    except ValidationError:
        raise refused(422, visitor.language, "web-bad-id") from None
    known = await submitting.submit(site, visitor, source)
    return as_json(known.status.model_dump_json())


async def upload(request: web.Request) -> web.StreamResponse:
    """A file: the field `file` of a form."""
    known = await uploads.take_form(site_of(request), visitor_of(request), request)
    return as_json(known.status.model_dump_json())


async def upload_raw(request: web.Request) -> web.StreamResponse:
    """A file: the whole body."""
    known = await uploads.take_body(site_of(request), visitor_of(request), request)
    return as_json(known.status.model_dump_json())


async def status(request: web.Request) -> web.StreamResponse:
    return as_json((await task_of(request)).status.model_dump_json())


async def events(request: web.Request) -> web.StreamResponse:
    """The status each time it changes, until the task ends."""
    site, known, visitor = site_of(request), await task_of(request), visitor_of(request)
    whose = visitor.person if visitor.browser else known.task.task_id  # clients without a cookie are many
    chat = known.view.request.chat
    async with site.streams.opened(whose, request) as stream:
        site.board.listen(chat, stream.woken)
        stream.woken.set()  # the task may have changed since it was read
        try:
            await _tell(site, known, stream)
        finally:
            site.board.leave(chat, stream.woken)
        return await stream.finish()


async def _tell(site: Site, known: Known, stream: Stream) -> None:
    """Changes of a chat platform's tasks are told to its own front end, so these are looked at."""
    is_told = known.view.request.platform == PLATFORM
    pause = site.pace.still if is_told else site.pace.look
    last, commented = "", time.monotonic()
    while not stream.ended.is_set():
        now = known.status.model_dump_json()
        if now != last:
            await stream.send(now)
            last, commented = now, time.monotonic()
        if not known.view.is_open or site.stopping.is_set():
            return
        if await stream.wait(pause):
            site.tasks.changed(known.view.request.id, known.view.request.chat)
        if time.monotonic() - commented >= site.pace.alive:
            await stream.comment()
            commented = time.monotonic()
        later = await site.tasks.of_request(known.view.request.id)
        if later is None:
            return
        known = later


async def download(request: web.Request) -> web.StreamResponse:
    """The zip, or the one file of an order without a zip."""
    known = await task_of(request)
    check_done(request, known)
    piece = archive_of(known.pieces) or known.pieces[0]
    return await StoredFileResponse.of(site_of(request).services.catalogue, known, piece, visitor_of(request).language)


def check_done(request: web.Request, known: Known) -> None:
    """Raises `Refusal` 409 for a task that is not done, 410 for one that failed or whose files are gone."""
    language = visitor_of(request).language
    if known.view.is_open:
        raise refused(409, language, "web-too-early")
    if known.view.phase is not RequestPhase.DONE:
        raise refused(410, language, "web-failed", why=known.task.error or "")
    if not known.pieces:
        raise refused(410, language, "web-gone")

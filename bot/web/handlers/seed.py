"""The first interface: submit, status, events, download."""

from aiohttp import web
from pydantic import ValidationError

from bot.web import submitting, uploads
from bot.web.files import StoredFileResponse
from bot.web.refusals import as_json, refused
from bot.web.site import site_of, task_of, visitor_of
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
    last, since_comment = "", 0.0
    async with site.streams.opened(whose, request) as stream:
        while not stream.ended.is_set():
            now = known.status.model_dump_json()
            if now != last:
                await stream.send(now)
                last, since_comment = now, 0.0
            if not known.view.is_open or site.stopping.is_set():
                break
            await stream.wait(site.pace.look)
            since_comment += site.pace.look
            if since_comment >= site.pace.alive:
                await stream.comment()
                since_comment = 0.0
            later = await site.tasks.of_request(known.view.request.id)
            if later is None:
                break
            known = later
        return await stream.finish()


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

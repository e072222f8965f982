"""Tasks of a browser: their files, further orders, cancel."""

import asyncio
import zipfile
from typing import Final

from aiohttp import web

from bot.conversation.permissions import may_cancel
from bot.delivery.planning.pieces import Piece
from bot.web import mixing, submitting
from bot.web.files import StoredFileResponse, lost
from bot.web.handlers.pages import frames
from bot.web.handlers.seed import check_done
from bot.web.refusals import as_json, refused
from bot.web.site import body_of, own_task_of, site_of, song_task_of, task_of, tasks_of, visitor_of
from bot.web.tasks import Known, player_of, type_of
from bot.web.values import Ordered, Task
from jobs.models import Value
from jobs.results import StoredFile

#: A player's page has its code in itself, and makes no requests. Its origin is not that of our page.
PLAYER_POLICY: Final = (
    "default-src 'none'; script-src 'unsafe-inline' 'wasm-unsafe-eval' data:; style-src 'unsafe-inline'; "
    "img-src data:; connect-src data:; worker-src data: blob:; base-uri 'none'; form-action 'none'; "
    "sandbox allow-scripts; "
)

BLOCK: Final = 1 << 18


class TaskList(Value):
    tasks: tuple[Task, ...]


async def tasks(request: web.Request) -> web.StreamResponse:
    """Those of this browser; none for a client that we do not know again."""
    visitor = visitor_of(request)
    known = await tasks_of(site_of(request), visitor) if visitor.is_known else ()
    return as_json(TaskList(tasks=tuple(one.task for one in known)).model_dump_json())


async def task(request: web.Request) -> web.StreamResponse:
    known, visitor = await task_of(request), visitor_of(request)
    about = visitor.ticket.request_id if visitor.ticket else None
    mine = known.view.request.chat == visitor.chat or known.view.request.id == about
    return as_json(known.task.model_copy(update={"mine": mine}).model_dump_json())


async def cancel(request: web.Request) -> web.StreamResponse:
    known, site, visitor = await own_task_of(request), site_of(request), visitor_of(request)
    is_other_guests = visitor.ticket is not None and known.view.request.asker != visitor.person
    if is_other_guests or not await may_cancel(site.services, visitor.asker, known.view.request):
        raise refused(403, visitor.language, "web-not-yours")
    await site.services.queue.cancel(known.view.request.id)
    site.services.follower.wake()
    known = await submitting.task_of(site, visitor, known.view.request.id)
    return as_json(known.status.model_dump_json())


async def order(request: web.Request) -> web.StreamResponse:
    known, site, visitor = await song_task_of(request), site_of(request), visitor_of(request)
    ordered = await body_of(request, Ordered)
    await mixing.refuse_separation(site, visitor, known, ordered)
    new = await submitting.order(site, visitor, known, ordered)
    return as_json(new.status.model_dump_json())


# --- files -----------------------------------------------------------------------------------------------------


async def file(request: web.Request) -> web.StreamResponse:
    known, site = await task_of(request), site_of(request)
    check_done(request, known)
    number = int(request.match_info["n"])
    if number >= len(known.pieces):
        raise refused(404, visitor_of(request).language, "web-not-found")
    piece, inline = known.pieces[number], "inline" in request.query
    # A page of ours would have our origin: it is shown by `player` alone.
    inline = inline and type_of(piece.name).startswith(("audio/", "image/"))
    return await StoredFileResponse.of(
        site.services.catalogue, known, piece, visitor_of(request).language, inline=inline
    )


async def picture(request: web.Request) -> web.StreamResponse:
    """Waveforms or a chart."""
    known = await task_of(request)
    return await _image(request, known, known.picture)


async def cover(request: web.Request) -> web.StreamResponse:
    known = await task_of(request)
    manifest = known.view.manifest
    cover = manifest.cover if manifest else None
    if cover is None:
        raise refused(404, visitor_of(request).language, "web-not-found")
    return await _image(request, known, cover)


async def _image(request: web.Request, known: Known, image: Piece | StoredFile | None) -> web.StreamResponse:
    language = visitor_of(request).language
    if image is None:
        raise refused(404, language, "web-not-found")
    file, rendition = (image.stored, image.rendition) if isinstance(image, Piece) else (image, None)
    response = StoredFileResponse(site_of(request).services.catalogue, known, file, rendition)
    await response.check(language)
    response.headers["Content-Type"] = type_of(file.name)
    return response


async def analysis(request: web.Request) -> web.StreamResponse:
    """What was found in the song."""
    known = await task_of(request)
    made = known.view.made
    if made is None or made.analysis is None:
        raise refused(404, visitor_of(request).language, "web-not-found")
    return as_json(made.analysis.model_dump_json())


# --- the player ------------------------------------------------------------------------------------------------


async def player(request: web.Request) -> web.StreamResponse:
    """The page that plays the stems: a file of its own, or out of the zip."""
    known, language = await task_of(request), visitor_of(request).language
    policy = PLAYER_POLICY + frames(request)
    check_done(request, known)
    piece, catalogue = player_of(known.view, known.pieces), site_of(request).services.catalogue
    if piece is None:
        raise refused(404, language, "web-not-found")
    if not (piece.rendition and piece.rendition.package):
        response = await StoredFileResponse.of(catalogue, known, piece, language, inline=True)
        response.headers["Content-Type"] = "text/html; charset=utf-8"
        response.headers["Content-Security-Policy"] = policy
        return response
    try:
        async with catalogue.store.open(piece.track_id, (piece.stored,), piece.rendition) as folder:
            with zipfile.ZipFile(folder / piece.stored.name) as archive:
                page = next(one for one in archive.infolist() if one.filename.endswith(".html"))
                return await _unpacked(request, archive, page, policy)
    except (StopIteration, zipfile.BadZipFile):
        raise refused(404, language, "web-not-found") from None
    except FileNotFoundError:
        raise await lost(catalogue, piece.track_id, language) from None


async def _unpacked(
    request: web.Request, archive: zipfile.ZipFile, page: zipfile.ZipInfo, policy: str
) -> web.StreamResponse:
    """Send a page while it is unpacked."""
    headers = {
        "Content-Type": "text/html; charset=utf-8",
        "Content-Length": str(page.file_size),
        "Content-Security-Policy": policy,
        "Cache-Control": "private, no-cache",
        "ETag": f'"{page.CRC:08x}-{page.file_size}"',
    }
    if headers["ETag"] in request.headers.get("If-None-Match", ""):
        return web.Response(status=304, headers={"ETag": headers["ETag"], "Cache-Control": headers["Cache-Control"]})
    response = web.StreamResponse(headers=headers)
    await response.prepare(request)
    if request.method == "HEAD":
        return response
    with archive.open(page) as file:
        while block := await asyncio.to_thread(file.read, BLOCK):
            await response.write(block)
    await response.write_eof()
    return response

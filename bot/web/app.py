"""The map of the web server: what it is made of, and what answers which address."""

import logging
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Final

from aiohttp import hdrs, web

from bot.conversation.services import services_of
from bot.delivery.timing import USUAL as USUAL_TIMING
from bot.delivery.timing import Timing
from bot.playlists.follow import Playlists
from bot.texts import say
from bot.web import uploads
from bot.web.board import Board
from bot.web.guests import Guests
from bot.web.handlers import chat, mixer, pages, results, seed
from bot.web.pace import USUAL, Pace
from bot.web.platform import Web, WebChats, WebPreferences
from bot.web.refusals import Refusal, as_response
from bot.web.secret import Secret
from bot.web.site import SITE, Site, checked, site_of
from bot.web.streams import Streams
from bot.web.tasks import Tasks
from bot.web.visitors import VISITOR, Door, language_of
from jobs.queue.catalogue import Catalogue
from jobs.queue.connection import QueueAway
from jobs.queue.requests import JobQueue
from jobs.settings import Settings
from jobs.store.store import ResultStore

log = logging.getLogger(__name__)

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

LONGEST_JSON: Final = 1 << 16
#: In a request whose answer has begun.
BEGUN: Final = web.RequestKey("begun", bool)
#: Of every answer.
HEADERS: Final = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}


def site_for(
    settings: Settings, queue: JobQueue, store: ResultStore, secret: Secret, pace: Pace = USUAL,
    timing: Timing = USUAL_TIMING,
) -> Site:  # fmt: skip
    """Everything that lives as long as the server. The door decides who gets in, so that the conversation is open."""
    guests = Guests(settings, queue, secret.marks)
    settings = settings.model_copy(update={"access": "open"})
    board = Board()
    platform, chats = Web(store, board), WebChats(settings.web_url or f"http://localhost:{settings.web_port}", board)
    services = services_of(
        settings, queue, Catalogue(queue.redis, store), chats, platform, board, timing, watch=board.seen
    )
    services = replace(
        services,
        preferences=WebPreferences(queue.redis, settings),
        playlists=Playlists(queue, board, settings, services.follower, timing),  # their cards are messages
    )
    return Site(
        services=services,
        secret=secret,
        door=Door(settings, secret),
        board=board,
        tasks=Tasks(services, secret, pace.fresh),
        streams=Streams(pace.streams, pace.all_streams),
        guests=guests,
        pace=pace,
    )


def application(site: Site) -> web.Application:
    """The application of a site. A task's id in an address is in no log."""
    app = web.Application(middlewares=[_answer], client_max_size=LONGEST_JSON)
    app[SITE] = site
    app.on_response_prepare.append(_add_headers)
    task = r"/api/tasks/{task}"
    app.add_routes(
        [
            web.get("/", pages.root),
            web.get("/app", pages.app),
            web.get(r"/app/{name:.+}", pages.page_file),
            web.get("/api/texts", pages.texts),
            web.get("/api/options", pages.options),
            web.get("/api/openapi.json", pages.description),
            # The first interface
            web.post("/api/submit/{video_id}", seed.submit),
            web.post("/api/submit", seed.upload, expect_handler=_expected),
            web.get("/api/status/{task}", seed.status),
            web.get("/api/events/{task}", seed.events, allow_head=False),
            web.get("/api/download/{task}", seed.download),
            # The page
            web.post("/api/upload", seed.upload_raw, expect_handler=_expected),
            web.post("/api/say", chat.say),
            web.get("/api/events", chat.events, allow_head=False),
            web.post(r"/api/messages/{id:[0-9a-f]{16}}/press", chat.press_message),
            web.get("/api/tasks", results.tasks),
            web.get(task, results.task),
            web.delete(task, results.cancel),
            web.post(f"{task}/orders", results.order),
            web.post(f"{task}/press", chat.press_task),
            web.post(f"{task}/say", chat.say_about),
            web.get(task + r"/files/{n:\d{1,4}}", results.file),
            web.get(f"{task}/picture", results.picture),
            web.get(f"{task}/cover", results.cover),
            web.get(f"{task}/analysis", results.analysis),
            web.get("/player/{task}", results.player),
            # The Mixer, for people who come from a chat
            web.get("/mixer", mixer.page),
            web.get(r"/mixer/{mark:[\w-]{41}}", mixer.page),
            web.post("/api/mixer", mixer.opened),
            web.post(f"{task}/chat", mixer.to_chat),
        ]
    )
    return app


@web.middleware
async def _answer(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Let a request in, and turn what is refused and what fails into JSON with a sentence."""
    try:
        visitor = request[VISITOR] = site_of(request).door.visitor(request)
        if visitor.ticket is not None:
            await checked(site_of(request), visitor.ticket, visitor.language)
        return await handler(request)
    except Refusal as why:
        return as_response(why, close=request.can_read_body)
    except web.HTTPException as error:
        return _http(request, error)
    except Exception as error:
        if BEGUN in request or request.transport is None:  # too late for an answer: the client sees a broken one
            log.info("broken off: %s: %r", _route(request), error)
            raise ConnectionResetError from error
        return _failed(request, error)


def _failed(request: web.Request, error: Exception) -> web.Response:
    """Something of ours is away, or wrong."""
    language = language_of(request)
    if isinstance(error, QueueAway | ConnectionError | TimeoutError):
        log.warning("not answered: %s: %r", _route(request), error)
        message = "queue-away" if isinstance(error, QueueAway) else "went-wrong"
        return as_response(Refusal(503, say(language, message), {"Retry-After": "5"}), close=request.can_read_body)
    log.error("not answered: %s", _route(request), exc_info=error)
    return as_response(Refusal(500, say(language, "went-wrong")), close=request.can_read_body)


def _http(request: web.Request, error: web.HTTPException) -> web.StreamResponse:
    """The library's own refusals: of addresses, methods and sizes."""
    message = {405: "web-wrong-method", 413: "web-bad-body"}.get(error.status, "web-not-found")
    headers = {"Allow": error.headers[hdrs.ALLOW]} if hdrs.ALLOW in error.headers else None
    why = Refusal(error.status, say(language_of(request), message), headers)
    return as_response(why, close=request.can_read_body)


async def _expected(request: web.Request) -> web.StreamResponse | None:
    """Refuse an upload that waits for a word before it begins (`Expect: 100-continue`)."""
    try:
        visitor = site_of(request).door.visitor(request)
        uploads.refuse_too_large(site_of(request), visitor.language, request)
    except Refusal as why:
        return as_response(why, close=True)
    if request.version >= (1, 1):
        await request.writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        request.writer.output_size = 0
    return None


async def _add_headers(request: web.Request, response: web.StreamResponse) -> None:
    request[BEGUN] = True
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    response.headers.setdefault("Content-Security-Policy", pages.POLICY + pages.frames(request))
    response.headers.popall("Server", None)


def _route(request: web.Request) -> str:
    """An address without the ids in it."""
    resource = request.match_info.route.resource
    return f"{request.method} {resource.canonical if resource is not None else 'unknown'}"

"""What every handler gets, and how a handler reads a request."""

import asyncio
import json
from collections import Counter
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final, TypeVar

from aiohttp import web
from pydantic import ValidationError

from bot.conversation.services import Services
from bot.texts import Language
from bot.web.board import Board
from bot.web.guests import Guests
from bot.web.pace import Pace
from bot.web.refusals import refused
from bot.web.secret import Secret
from bot.web.streams import Streams
from bot.web.tasks import Known, Tasks
from bot.web.tickets import Ticket
from bot.web.visitors import VISITOR, Door, Visitor
from jobs.models import Value

PAGE: Final = Path(__file__).parent / "page"

Body = TypeVar("Body", bound=Value)


@dataclass(frozen=True)
class Site:
    """The services of one web server. `stopping`: set when streams have to end."""

    services: Services
    secret: Secret
    door: Door
    board: Board
    tasks: Tasks
    streams: Streams
    guests: Guests
    pace: Pace
    stopping: asyncio.Event = field(default_factory=asyncio.Event)
    uploads: Counter[str] = field(default_factory=Counter)  # under way, by person

    def services_for(self, visitor: Visitor) -> Services:
        """The services, with the list, owner and limits of a guest's own chat platform."""
        if visitor.ticket is None or not visitor.ticket.is_known:
            return self.services
        return replace(self.services, access=self.guests.access(visitor.person.partition(":")[0]))

    @property
    def has_mixer(self) -> bool:
        """Whether bots have links to the Mixer."""
        return self.services.settings.web_url.startswith("https://")


SITE: Final = web.AppKey("site", Site)


def site_of(request: web.Request) -> Site:
    return request.app[SITE]


def visitor_of(request: web.Request) -> Visitor:
    return request[VISITOR]


async def task_of(request: web.Request) -> Known:
    """The task of the address. Raises `Refusal` 404."""
    known = await site_of(request).tasks.of(request.match_info["task"])
    if known is None:
        raise refused(404, visitor_of(request).language, "web-unknown-task")
    return known


async def own_task_of(request: web.Request) -> Known:
    """The same, for acts. Raises `Refusal` 403 for a task of another browser, too."""
    known, visitor = await task_of(request), visitor_of(request)
    if known.view.request.chat != visitor.chat:
        raise refused(403, visitor.language, "web-not-yours")
    return known


async def song_task_of(request: web.Request) -> Known:
    """The same, for orders: guests may order more of the song that their link is for."""
    visitor = visitor_of(request)
    if visitor.ticket is not None:
        known = await task_of(request)
        if known.view.request.id == visitor.ticket.request_id:
            return known
    return await own_task_of(request)


async def tasks_of(site: Site, visitor: Visitor) -> tuple[Known, ...]:
    """The tasks that a visitor's page shows, newest first. Those of a guest end with that of the link.

    Raises `Refusal` 404 and 403 once a guest's link is good no more.
    """
    recent = await site.tasks.recent(visitor.chat)
    return recent if visitor.ticket is None else (*recent, await checked(site, visitor.ticket, visitor.language))


async def checked(site: Site, ticket: Ticket, language: Language) -> Known:
    """The task of a guest's link. Raises `Refusal` 404 for a forgotten song, 403 when access ended."""
    known = await site.tasks.of_request(ticket.request_id)
    if known is None:
        raise refused(404, language, "mixer-unknown")
    await site.guests.check(ticket, known.view.request, language)
    return known


async def body_of(request: web.Request, shape: type[Body]) -> Body:
    """The JSON of a request. Raises `Refusal` 422, 413 and 408."""
    language, pace = visitor_of(request).language, site_of(request).pace
    try:
        async with asyncio.timeout(pace.body):
            raw = await request.read()  # aiohttp refuses what is longer than its limit
        return shape.model_validate_json(raw)
    except TimeoutError:
        raise refused(408, language, "web-slow") from None
    except (ValidationError, UnicodeDecodeError, json.JSONDecodeError):
        raise refused(422, language, "web-bad-body") from None

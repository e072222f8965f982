"""The Mixer: the page for one song, for people who come from a chat."""

from aiohttp import web

from bot.texts import say
from bot.web import mixing
from bot.web.handlers.pages import page_html
from bot.web.handlers.seed import check_done
from bot.web.refusals import as_json, refused
from bot.web.site import body_of, checked, own_task_of, site_of, visitor_of
from bot.web.values import Mixing, Opening, Pressed


async def page(_: web.Request) -> web.StreamResponse:
    """The page itself. It sets no cookie: browsers send none in the frame of a chat's program."""
    return page_html()


async def opened(request: web.Request) -> web.StreamResponse:
    """The ticket for a song's page. Its player is ordered unless it was before."""
    opening, site = await body_of(request, Opening), site_of(request)
    song, ticket, language = await site.guests.enter(opening.song, opening.init_data, visitor_of(request).language)
    task = (await mixing.player_task(site, song, language)).task
    told = Mixing(
        ticket=site.secret.ticket_text(ticket),
        heading=task.heading,
        task=site.secret.task_of(song.id),
        player=task.task_id,
        sends=mixing.own_chat(ticket, song),
        language=language,
    )
    return as_json(told.model_dump_json())


async def to_chat(request: web.Request) -> web.StreamResponse:
    """Send what a task made to the chat of the song."""
    known, site, visitor = await own_task_of(request), site_of(request), visitor_of(request)
    check_done(request, known)
    ticket = visitor.ticket
    song = (await checked(site, ticket, visitor.language)).view.request if ticket is not None else None
    if ticket is None or song is None or not mixing.own_chat(ticket, song):
        raise refused(403, visitor.language, "mixer-elsewhere")
    await mixing.send_to_chat(site, visitor, known.view.request, song)
    return as_json(Pressed(toast=say(visitor.language, "mixer-sent")).model_dump_json())

"""The Mixer: a page that opens the player of one song, for people who come from a chat."""

from html import escape
from pathlib import Path
from typing import Final

from aiohttp import web

from bot.texts import say
from bot.web.handlers import results
from bot.web.mixing import player_task
from bot.web.refusals import as_json
from bot.web.site import body_of, site_of, visitor_of
from bot.web.tasks import type_of
from bot.web.values import Mixing, Opening

FILES: Final = Path(__file__).parent.parent / "mixer"
_POLICY: Final = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; base-uri 'none'; "
#: Telegram's web clients show Mini Apps in a frame.
_FRAMES: Final = "frame-ancestors 'self' https://web.telegram.org"


async def page(request: web.Request) -> web.StreamResponse:
    language = visitor_of(request).language
    texts = {
        "language": language,
        "lost": say(language, "mixer-lost"),
        "again": say(language, "mixer-again"),
        "noscript": say(language, "mixer-noscript"),
    }
    html = (FILES / "index.html").read_text("utf-8")
    for name, text in texts.items():
        html = html.replace(f"{{{name}}}", escape(text))
    return web.Response(text=html, content_type="text/html", headers=_headers(request))


async def file(request: web.Request) -> web.StreamResponse:
    """A file of the page; the route permits its own names alone."""
    name = request.match_info["name"]
    headers = {"Content-Type": f"{type_of(name)}; charset=utf-8", "Cache-Control": "no-cache"}
    return web.FileResponse(FILES / name, headers=headers)


async def opened(request: web.Request) -> web.StreamResponse:
    """The player of a song, once it is there. It is ordered unless it was before."""
    opening, site = await body_of(request, Opening), site_of(request)
    song, language = await site.guests.song(opening.song, opening.init_data, visitor_of(request).language)
    task = (await player_task(site, song, language)).task
    there = f"/mixer/player/{task.task_id}" if task.player is not None else None
    told = Mixing(heading=task.heading, text=task.text, player=there, error=task.error)
    return as_json(told.model_dump_json())


async def player(request: web.Request) -> web.StreamResponse:
    """The player's page of a task."""
    policy, own = results.PLAYER_POLICY, "frame-ancestors 'self'"
    return await results.shown_player(request, policy.replace(own, _frames(request)))


def _headers(request: web.Request) -> dict[str, str]:
    return {"Content-Security-Policy": _POLICY + _frames(request), "Cache-Control": "no-cache"}


def _frames(request: web.Request) -> str:
    """Who may show the page in a frame: Telegram's web clients where the Mixer is on."""
    return _FRAMES if site_of(request).has_mixer else "frame-ancestors 'self'"

"""The page and its files, its texts, and what can be chosen."""

import json
import re
from typing import Final

from aiohttp import web

from bot.cards.better import about_better
from bot.cards.models import model_label, stem_word
from bot.cards.practice import FURTHEST, MOST_BARS
from bot.texts import LANGUAGES, texts_of
from bot.web.address import person_of
from bot.web.openapi import openapi
from bot.web.refusals import as_json, refused
from bot.web.site import PAGE, site_of, visitor_of
from bot.web.tasks import type_of
from bot.web.visitors import VISITOR, language_of
from jobs import VERSION
from jobs.models import Format
from jobs.music.separation_models import chat_models

#: Code and style are our files alone; `frame-ancestors` is added for each page.
POLICY: Final = (
    "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' data: blob:; "
    "media-src 'self' blob:; connect-src 'self'; frame-src 'self'; worker-src 'self'; manifest-src 'self'; "
    "form-action 'self'; base-uri 'none'; "
)
#: Telegram's web clients show Mini Apps in a frame.
_CLIENTS: Final = "https://web.telegram.org"
_NAME: Final = re.compile(r"([a-z0-9_-]+/)*[a-z0-9_-]+(\.[a-z0-9_-]+)*\.[a-z0-9]+")


async def root(_: web.Request) -> web.StreamResponse:
    return web.Response(status=302, headers={"Location": "/app"})


async def app(request: web.Request) -> web.StreamResponse:
    """The page. A token in the address is exchanged for a cookie, and leaves the address. The first browser
    that shows it is the owner's."""
    site, visitor = site_of(request), visitor_of(request)
    if "token" in request.query:
        rest = request.rel_url.without_query_params("token")
        response: web.StreamResponse = web.Response(status=303, headers={"Location": str(rest)})
    else:
        response = page_html()
    browser = visitor.browser or site.door.welcome(response)
    if site.door.has_link(request):
        await site.services.access.claim(person_of(browser))
    return response


async def page_file(request: web.Request) -> web.StreamResponse:
    """A file of the page."""
    name = request.match_info["name"]
    if not _NAME.fullmatch(name) or not (PAGE / name).is_file():
        raise refused(404, visitor_of(request).language, "web-not-found")
    return _file(name)


def frames(request: web.Request) -> str:
    """The part of a policy that tells who may show an answer in a frame: for guests of the Mixer, Telegram's web
    clients too."""
    site, visitor = site_of(request), request.get(VISITOR)
    is_guests = request.path.startswith("/mixer") or (visitor is not None and visitor.ticket is not None)
    return "frame-ancestors 'self'" + (f" {_CLIENTS}" if site.has_mixer and is_guests else "")


def page_html() -> web.StreamResponse:
    return _file("index.html")


def _file(name: str) -> web.StreamResponse:
    """`no-cache`: a browser asks each time, and is told that the file is the same."""
    headers = {"Content-Type": f"{type_of(name)}; charset=utf-8", "Cache-Control": "no-cache"}
    return web.FileResponse(PAGE / name, headers=headers)


async def texts(request: web.Request) -> web.StreamResponse:
    """Every text of the page, in one language."""
    language = language_of(request)
    return as_json(json.dumps({"language": language, "texts": texts_of(language, "web-")}))


async def options(request: web.Request) -> web.StreamResponse:
    """What can be chosen, and the limits."""
    services, visitor = site_of(request).services, visitor_of(request)
    language = visitor.language
    preferences, here = await services.preferences.of(visitor.person), await services.models_here()
    models = [
        {
            "name": name,
            "label": model_label(name, language),
            "stems": list(info.stems),
            "stem_words": [stem_word(stem, language) for stem in info.stems],
            "about": about_better(name, here, language) if info.is_slow else "",
        }
        for name, info in chat_models(here).items()
    ]
    return as_json(
        json.dumps(
            {
                "language": language,
                "languages": LANGUAGES,
                "version": VERSION,
                "max_upload_bytes": services.upload_limit(),
                "max_upload": services.upload_limit_in_words(language),
                "models": models,
                "formats": [{"name": one, "label": one.label} for one in Format],
                "model": preferences.model.name,
                "format": preferences.format,
                "tempo": [50, 120],
                "key": [-FURTHEST, FURTHEST],
                "count_in": MOST_BARS,
            }
        )
    )


async def description(_: web.Request) -> web.StreamResponse:
    return as_json(json.dumps(openapi()))

"""The web server's process: from an address to a running server, and to an end within seconds when told."""

import asyncio
import logging
import socket
import sys

from aiohttp import web
from pydantic import SecretStr

from bot import banner, front_end
from bot.chats.web_secret import web_secret
from bot.conversation.background import Background
from bot.texts import say
from bot.web.app import application, site_for
from bot.web.secret import Secret
from bot.web.site import Site
from bot.web.visitors import is_loopback
from jobs.process.patience import insist
from jobs.queue.connection import QueueAway
from jobs.settings import Settings, SettingsError

log = logging.getLogger(__name__)

PORT = 8000  # where the settings name none

#: The library's log, without clients that leave in the middle of an answer: every closed tab does.
SERVER = logging.getLogger("aiohttp.server")
SERVER.addFilter(lambda record: not (record.exc_info and isinstance(record.exc_info[1], ConnectionError)))


def run(settings: Settings, redis_url: SecretStr) -> None:
    """Serve until SIGTERM or SIGINT. Raises `SettingsError` if the address cannot be had."""
    settings = settings.model_copy(update={"web_port": settings.web_port or PORT})
    front_end.run(settings, redis_url, lambda it: _run(settings, it))


async def _run(settings: Settings, opened: front_end.FrontEnd) -> None:
    made: list[str] = []

    async def read() -> None:
        made.append(await insist(lambda: web_secret(opened.queue.redis), (QueueAway,), "queue unreachable"))

    listening = bound(settings)  # before the queue is there: a port that is taken is told at once
    if await front_end.until_stopped(read(), opened.stop):
        secret = Secret(made[0], settings.web_token)
        await serve(site_for(settings, opened.queue, opened.store, secret), listening, opened.stop)


def bound(settings: Settings) -> socket.socket:
    """A socket that listens where the settings say. Raises `SettingsError`."""
    try:
        family = socket.AF_INET6 if ":" in settings.web_host else socket.AF_INET
        return socket.create_server((settings.web_host, settings.web_port), family=family, backlog=128)
    except OSError as error:
        where = f"{settings.web_host}, port {settings.web_port}"
        raise SettingsError(
            f"The page cannot be served at {where}: {error.strerror or error}. "
            "Set FLBT_WEB_PORT to a free port, and FLBT_WEB_HOST to an address of this machine."
        ) from None


async def serve(site: Site, listening: socket.socket, stop: asyncio.Event) -> None:
    """Answer until `stop` is set, then end in good order."""
    runner = web.AppRunner(
        application(site),
        access_log=None,  # addresses hold task ids
        logger=SERVER,
        handle_signals=False,
        keepalive_timeout=site.pace.idle,
        lingering_time=site.pace.end,
        shutdown_timeout=site.pace.end,
    )
    background = Background(site.services)
    background.start()
    try:
        await runner.setup()
        await web.SockSite(runner, listening).start()
        _show(site, listening)
        await stop.wait()
    finally:
        log.info("stopping")
        site.stopping.set()
        site.streams.end()
        await runner.cleanup()
        await background.end()


def link(site: Site, listening: socket.socket) -> str:
    """Where to open the page, with the token if one is needed."""
    settings = site.services.settings
    host, port = listening.getsockname()[:2]
    host = "localhost" if is_loopback(host) else _own_address() if host in ("0.0.0.0", "::") else host  # noqa: S104
    at = settings.web_url or f"http://{f'[{host}]' if ':' in host else host}:{port}"
    return f"{at}/app" + (f"?token={site.secret.token.get_secret_value()}" if site.door.needs_token else "")


def _own_address() -> str:
    """This machine's address in its network, or its name where it is in none. Nothing is sent."""
    try:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asked:
            asked.connect(("192.0.2.1", 9))  # an address for documentation, outside of every local network
            return str(asked.getsockname()[0])
    except OSError:
        return socket.gethostname()


def _show(site: Site, listening: socket.socket) -> None:
    """Tell the link. With a token that we made, it is printed beside the log: there is no other place to find it.

    A phone cannot open a link of this machine alone, so that it has no code to scan.
    """
    settings, shown = site.services.settings, link(site, listening)
    if site.door.needs_token and banner.is_for_people(settings):
        banner.show("web", shown, [say("en", "banner-web")])
        return
    log.info("the page is at %s", shown.partition("?")[0])
    if site.door.needs_token and settings.web_token is None:
        sys.stderr.write(f"{shown}\n")
        sys.stderr.flush()

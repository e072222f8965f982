"""A webhook instead of polling: Telegram posts each update to a proxy of the owner, which passes it on to this port.

Telegram repeats an update until it is answered with 200, and the answer waits some seconds for the handler: an update
in a crash is delivered again. Requests without the secret that only Telegram was told are refused.

Imported only if FLBT_TELEGRAM_WEBHOOK_URL is set: the HTTP library takes a quarter of a second.
"""

import asyncio
import hashlib
import hmac
import json
import logging
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

from aiohttp import web
from telegram.error import InvalidToken, TelegramError

from bot.delivery.timing import USUAL, Timing
from bot.telegram.updates.polling import ALLOWED
from bot.telegram.updates.turns import AnyApplication, Turns, read_update
from jobs.process.patience import insist
from jobs.settings import SettingsError

log = logging.getLogger(__name__)

HEADER: Final = "X-Telegram-Bot-Api-Secret-Token"
LARGEST: Final = 1 << 20  # bytes of one update
CONNECTIONS: Final = 40  # of Telegram at the same time, its default


@dataclass(frozen=True)
class WebhookAddress:
    """`url`: where Telegram posts. `host`, `port`: where this process listens."""

    url: str
    host: str
    port: int


def secret_of(token: str) -> str:
    """The secret in Telegram's requests, the same at every start. It tells nothing of the token."""
    return hmac.new(token.encode(), b"fl-bt webhook", hashlib.sha256).hexdigest()


class Webhook:
    """Takes updates in, and hands them to the application's handlers."""

    def __init__(self, app: AnyApplication, address: WebhookAddress, timing: Timing = USUAL) -> None:
        self._app = app
        self._address = address
        self._timing = timing
        self._turns = Turns(app)
        self._secret = secret_of(app.bot.token)

    async def run(self) -> None:
        """Listen until cancelled. Raises `InvalidToken`, and `SettingsError` if the port cannot be had."""
        server = web.Application(client_max_size=LARGEST)
        server.router.add_post(urlsplit(self._address.url).path or "/", self._post)
        runner = web.AppRunner(server, access_log=None, shutdown_timeout=self._timing.grace)
        await runner.setup()
        try:
            await self._listen(runner)
            await insist(self._tell, (TelegramError,), "webhook not set", final=(InvalidToken,))
            await asyncio.Event().wait()
        finally:
            await runner.cleanup()

    async def _listen(self, runner: web.AppRunner) -> None:
        try:
            await web.TCPSite(runner, self._address.host, self._address.port).start()
        except OSError as error:
            where = f"{self._address.host}, port {self._address.port}"
            raise SettingsError(
                f"Updates cannot be taken in at {where}: {error.strerror or error}. Set FLBT_TELEGRAM_WEBHOOK_PORT to "
                "a free port, and FLBT_TELEGRAM_WEBHOOK_HOST to an address of this machine."
            ) from None

    async def _tell(self) -> None:
        await self._app.bot.set_webhook(
            self._address.url, secret_token=self._secret, allowed_updates=ALLOWED, max_connections=CONNECTIONS
        )
        log.info("updates come to %s:%d", self._address.host, self._address.port)

    async def _post(self, request: web.Request) -> web.Response:
        given = request.headers.get(HEADER, "")
        if not hmac.compare_digest(given.encode(errors="replace"), self._secret.encode()):
            return web.Response(status=403)
        try:
            came: Any = json.loads(await request.read())
        except ValueError:
            return web.Response(status=400)
        if not isinstance(came, dict) or not isinstance(came.get("update_id"), int):
            return web.Response(status=400)
        handled = self._turns.begin([read_update(came, self._app.bot)])
        await asyncio.wait(handled, timeout=self._timing.updates)
        return web.Response()

    async def finish(self) -> None:
        """After `run` was cancelled: wait for handlers, cancel late ones. The webhook stays, and updates wait there."""
        await self._turns.finish(self._timing.grace)

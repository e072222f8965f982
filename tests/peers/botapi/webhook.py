"""A webhook: updates are posted to its address, and again until it answers with 200.

As documented for setWebhook: https://core.telegram.org/bots/api#setwebhook. Real Telegram wants https; here the proxy
that ends TLS is left out.
"""

import asyncio
import re
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import aiohttp

from tests.peers.botapi.files import Params
from tests.peers.botapi.world import bad

if TYPE_CHECKING:
    from tests.peers.botapi.server import BotApi

AGAIN = 0.1  # seconds before an update is posted again


def set_webhook(server: "BotApi", params: Params) -> Any:
    url, secret = params.text("url"), params.text("secret_token")
    if not re.fullmatch(r"[A-Za-z0-9_-]{1,256}", secret):
        raise bad("secret token contains unallowed characters")
    allowed = params.json("allowed_updates")
    if allowed is not None:
        server.updates.allowed = set(allowed)
    _stop(server)
    server.updates.webhook = url
    server.posting = asyncio.create_task(_post(server, url, secret))
    return True


def delete_webhook(server: "BotApi", params: Params) -> Any:
    _stop(server)
    server.updates.webhook = ""
    return True


def _stop(server: "BotApi") -> None:
    if server.posting is not None:
        server.posting.cancel()


async def _post(server: "BotApi", url: str, secret: str) -> None:
    async with aiohttp.ClientSession(headers={"X-Telegram-Bot-Api-Secret-Token": secret}) as client:
        while True:
            for update_id, update in list(server.updates.waiting.items()):
                with suppress(aiohttp.ClientError):
                    async with client.post(url, json=update) as answer:
                        if answer.status == 200:
                            server.updates.waiting.pop(update_id, None)
            await asyncio.sleep(AGAIN)

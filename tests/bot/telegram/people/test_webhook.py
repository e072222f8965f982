"""Updates by a webhook instead of polling: FLBT_TELEGRAM_WEBHOOK_URL."""

import asyncio
import socket
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import psutil
import pytest

from bot.telegram.app import build
from bot.telegram.main import serve
from bot.telegram.updates.webhook import HEADER, LARGEST, secret_of
from jobs.queue.requests import JobQueue
from jobs.settings import SettingsError
from jobs.store.folder import FolderStore
from tests.bot.telegram.chat_fixture import OTHER, SONG, Rig, Worker, cards, files, settings_for
from tests.bot.telegram.chat_steps import done
from tests.peers.botapi import BotApi
from tests.ports import free_port


@pytest.fixture
def url() -> str:
    return f"http://127.0.0.1:{free_port()}/telegram"


@pytest.fixture
def hooked(server: BotApi, queue: JobQueue, store: FolderStore, tmp_path: Path, url: str) -> Rig:
    settings = settings_for(server, tmp_path, telegram_webhook_url=url, telegram_webhook_port=urlsplit(url).port or 0)
    return Rig(server, queue, store, settings, Worker(queue, store))


async def test_a_song_comes_and_goes_without_polling(hooked: Rig, url: str) -> None:
    ana = hooked.ana()
    async with hooked.bot():
        await ana.say(SONG)
        await hooked.worker.finish(await hooked.worker.take())
        await ana.until(done)
    assert len(files(ana)) == 2
    assert hooked.server.calls("getUpdates") == []
    (told,) = hooked.server.calls("setWebhook")
    assert told.fields["url"] == url
    assert told.fields["secret_token"] == secret_of(hooked.server.token)
    assert hooked.server.token.partition(":")[2] not in told.fields["secret_token"]


async def test_what_came_while_the_bot_was_stopped_comes_at_its_next_start(hooked: Rig) -> None:
    ana = hooked.ana()
    async with hooked.bot():
        await ana.say(SONG)
        await ana.until(lambda message: "Next in line" in message.text)
    await ana.say(OTHER)
    await asyncio.sleep(0.3)
    assert len(cards(ana)) == 1
    async with hooked.bot():
        await ana.until(lambda message: "jNQXAC9IVRw" in message.text)
    assert len(cards(ana)) == 2


async def test_a_bot_that_polls_again_removes_its_webhook(
    hooked: Rig, server: BotApi, queue: JobQueue, store: FolderStore, tmp_path: Path
) -> None:
    ana = hooked.ana()
    async with hooked.bot():
        await server.until(lambda: bool(server.updates.webhook))
    polling = Rig(server, queue, store, settings_for(server, tmp_path), hooked.worker)
    hooked.expected.append("webhook is active")
    async with polling.bot():
        await ana.say(SONG)
        await ana.until(lambda message: "Next in line" in message.text)
    assert len(server.calls("deleteWebhook")) == 1
    assert server.updates.webhook == ""


async def test_posts_of_others_are_refused(hooked: Rig, url: str) -> None:
    ana = hooked.ana()
    update = {"update_id": 1, "message": {"message_id": 1, "date": 1, "text": "/start", "chat": {"id": ana.id}}}
    secret = {HEADER: secret_of(hooked.server.token)}
    async with hooked.bot(), httpx.AsyncClient() as client:
        for headers in ({}, {HEADER: ""}, {HEADER: "x" * 64}, {HEADER: hooked.server.token}):
            assert (await client.post(url, json=update, headers=headers)).status_code == 403
        assert (await client.get(url, headers=secret)).status_code == 405
        assert (await client.post(url.replace("/telegram", "/"), json=update, headers=secret)).status_code == 404
        for broken in (b"", b"{", b"[]", b'{"update_id": "1"}', b"\xff\xfe"):
            assert (await client.post(url, content=broken, headers=secret)).status_code == 400
        assert (await client.post(url, content=bytes(LARGEST + 1), headers=secret)).status_code == 413
        odd = {"update_id": 2, "message": {"chat": 5}}
        assert (await client.post(url, json=odd, headers=secret)).status_code == 200, "not sent for ever"
        assert ana.messages == []
        await ana.say("/start")
        await ana.until(lambda message: "Hi!" in message.text)


async def test_only_loopback_listens_unless_told(hooked: Rig, url: str) -> None:
    port = urlsplit(url).port
    async with hooked.bot():
        mine = [one for each in psutil.net_if_addrs().values() for one in each if one.family is socket.AF_INET]
        for address in (one.address for one in mine if not one.address.startswith("127.")):
            with pytest.raises(OSError, match=r"refused|timed out"):
                socket.create_connection((address, port), timeout=2)


async def test_a_taken_port_is_told(hooked: Rig, url: str) -> None:
    with socket.create_server(("127.0.0.1", urlsplit(url).port or 0)):
        app = build(hooked.settings, hooked.queue, hooked.store, hooked.pace, hooked.timing)
        with pytest.raises(SettingsError, match="FLBT_TELEGRAM_WEBHOOK_PORT"):
            await serve(app, asyncio.Event(), hooked.timing, hooked.settings)


@pytest.mark.parametrize(
    "url", ["http://bot.example.org/x", "https://user:word@bot.example.org", "ftp://x", "https://bot.example.org/?a=b"]
)
def test_addresses_that_are_none_for_a_webhook(server: BotApi, tmp_path: Path, url: str) -> None:
    with pytest.raises(ValueError, match="must be"):
        settings_for(server, tmp_path, telegram_webhook_url=url)

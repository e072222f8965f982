"""A song of a chat, and its page as people open it who come from there."""

import asyncio
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from bot.chats.access import Access
from bot.chats.mixer_links import MixerLinks
from bot.chats.song_links import SongMarks
from bot.chats.web_secret import web_secret
from jobs.models import Request
from jobs.queue.requests import JobQueue
from jobs.store.folder import FolderStore
from tests.bot.telegram.chat_fixture import PATIENCE, Worker
from tests.bot.web.test_init_data import TOKEN, signed
from tests.bot.web.web_fixture import Browser, Rig, settings_for
from tests.jobs.requests import ask

ANA = 279058397  # of `USER`
URL = "https://stems.example.org"


@pytest.fixture
def rig(queue: JobQueue, store: FolderStore, tmp_path: Path) -> Rig:
    """A server behind a reverse proxy, whose page needs a token."""
    settings = settings_for(tmp_path, web_url=URL, access="closed", minutes_per_person=1)
    return Rig(queue, store, settings, Worker(queue, store))


@pytest.fixture
async def guest(rig: Rig) -> AsyncIterator[Browser]:
    """Somebody without a cookie or a token."""
    async with rig.serving(), rig.client() as one:
        yield one


async def song(rig: Rig, chat: str = f"telegram:{ANA}", asker: str = f"telegram:{ANA}") -> Request:
    """A song that was delivered in a chat, by a bot that has started."""
    await MixerLinks(URL, token=TOKEN).load(rig.queue.redis)
    request = ask().model_copy(update={"platform": "telegram", "chat": chat, "asker": asker})
    await rig.queue.submit(request)
    await rig.worker.finish(await rig.worker.take())
    await rig.queue.sending(request.id)
    await rig.queue.done(request.id)
    return request


async def link_to(rig: Rig, request: Request, use: Any = "link") -> str:
    return SongMarks(await web_secret(rig.queue.redis)).mark(request.id, use)


def data(**fields: str) -> str:
    return signed({"auth_date": str(int(time.time()))} | fields)


async def let_in(rig: Rig, *names: str) -> None:
    for name in names:
        await Access(rig.queue.redis, "closed", "telegram").allow(name)


@dataclass
class Opened:
    """The page of a song, opened by a guest, whose calls carry its ticket."""

    guest: Browser
    told: Any

    async def call(self, method: str, path: str, status: int = 200, **more: Any) -> Any:
        headers = {"X-Ticket": self.told["ticket"], **more.pop("headers", {})}
        return await self.guest.call(method, path, status, headers=headers, **more)

    async def order(self, task: str, status: int = 200, **order: Any) -> Any:
        return await self.call("POST", f"/api/tasks/{task}/orders", status, json=order)

    async def done(self, task: str) -> Any:
        async with asyncio.timeout(PATIENCE):
            while (now := await self.call("GET", f"/api/tasks/{task}"))["status"] not in ("SUCCESS", "FAILURE"):
                await asyncio.sleep(0.05)
        return now

    async def made(self, rig: Rig, task: str) -> Any:
        """A task once the worker has done it."""
        await rig.worker.finish(await rig.worker.take())
        return await self.done(task)

    def link(self, path: str) -> str:
        """As an element of the page has it, whose request has no header of ours."""
        return f"{path}?{urlencode({'ticket': self.told['ticket']})}"


async def enter(rig: Rig, guest: Browser, mark: str, init_data: str = "") -> Opened:
    """Opened, and its player made."""
    opened = Opened(guest, await guest.post("/api/mixer", json={"song": mark, "init_data": init_data}))
    if await rig.queue.size():
        await rig.worker.finish(await rig.worker.take())
    assert (await opened.done(opened.told["player"]))["player"]
    return opened


async def at_anas(rig: Rig, guest: Browser) -> tuple[Request, Opened]:
    """A song of Ana's private chat, in its Mini App."""
    request = await song(rig)
    await let_in(rig, f"telegram:{ANA}")
    return request, await enter(rig, guest, await link_to(rig, request, "app"), data())


async def by_link(rig: Rig, guest: Browser) -> tuple[Request, Opened]:
    """A song of a group, by the link that everybody there has."""
    request = await song(rig, chat="telegram:-100123", asker="telegram:1")
    await let_in(rig, request.asker)
    return request, await enter(rig, guest, await link_to(rig, request))

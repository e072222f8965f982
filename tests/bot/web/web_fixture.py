"""A rig for the web server: a real queue and store, the server on a port of its own, and a worker's end of them."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import aiohttp
from pydantic import SecretStr

from bot.chats.web_secret import web_secret
from bot.delivery.timing import Timing
from bot.web.app import site_for
from bot.web.main import serve
from bot.web.pace import USUAL, Pace
from bot.web.secret import Secret
from bot.web.site import Site
from jobs.queue.requests import JobQueue
from jobs.settings import Settings
from jobs.store.folder import FolderStore
from tests.bot.telegram.chat_fixture import PATIENCE, QUICK, Worker

VIDEO = "dQw4w9WgXcQ"
OTHER = "jNQXAC9IVRw"
TOKEN = "a-token-of-the-tests"

#: Streams look more often, and slow clients are given up sooner.
QUICK_PACE = replace(
    USUAL, uploads=3, fresh=0.02, look=0.05, still=0.2, idle=2.0, body=1.0, block=1.0, alive=0.5, end=1.0
)


@dataclass
class Rig:
    """Everything a test needs. `serving()` runs the server; leaving it is a SIGTERM."""

    queue: JobQueue
    store: FolderStore
    settings: Settings
    worker: Worker
    pace: Pace = QUICK_PACE
    timing: Timing = QUICK
    port: int = 0
    sites: list[Site] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def site(self) -> Site:
        return self.sites[-1]

    @asynccontextmanager
    async def serving(self) -> AsyncIterator["Rig"]:
        listening = socket.create_server(("127.0.0.1", self.port))
        self.port = listening.getsockname()[1]
        secret = Secret(await web_secret(self.queue.redis), self.settings.web_token)
        self.sites.append(site_for(self.settings, self.queue, self.store, secret, self.pace, self.timing))
        stop = asyncio.Event()
        task = asyncio.create_task(serve(self.site, listening, stop))
        try:
            yield self
        finally:
            stop.set()
            await asyncio.wait_for(task, PATIENCE)

    @asynccontextmanager
    async def browser(self, **headers: str) -> AsyncIterator["Browser"]:
        """A browser that has opened the page."""
        jar = aiohttp.CookieJar(unsafe=True)
        async with aiohttp.ClientSession(self.url, cookie_jar=jar, headers=headers) as session:
            async with session.get("/app") as page:
                assert page.status == 200, await page.text()
            yield Browser(self, session)

    @asynccontextmanager
    async def client(self) -> AsyncIterator["Browser"]:
        """A client without cookies, as curl."""
        async with aiohttp.ClientSession(self.url, cookie_jar=aiohttp.DummyCookieJar()) as session:
            yield Browser(self, session)


@dataclass
class Browser:
    """Calls of the interface; each returns what is answered."""

    rig: Rig
    session: aiohttp.ClientSession

    async def get(self, path: str, status: int = 200, **more: Any) -> Any:
        return await self.call("GET", path, status, **more)

    async def post(self, path: str, status: int = 200, **more: Any) -> Any:
        return await self.call("POST", path, status, **more)

    async def call(self, method: str, path: str, status: int = 200, **more: Any) -> Any:
        async with self.session.request(method, path, **more) as answer:
            assert answer.status == status, f"{answer.status}: {await answer.text()}"
            return await answer.json() if answer.content_type == "application/json" else await answer.read()

    async def submit(self, video: str = VIDEO) -> str:
        answer = await self.post(f"/api/submit/{video}")
        assert answer["error"] is None
        return str(answer["task_id"])

    async def finished(self, task: str, status: str = "SUCCESS") -> Any:
        """The task once it has ended."""
        async with asyncio.timeout(PATIENCE):
            while (now := await self.get(f"/api/tasks/{task}"))["status"] not in ("SUCCESS", "FAILURE"):
                await asyncio.sleep(0.05)
        assert now["status"] == status, now
        return now

    async def done(self, video: str = VIDEO) -> Any:
        """A finished task of a video."""
        task = await self.submit(video)
        await self.rig.worker.finish(await self.rig.worker.take())
        return await self.finished(task)


def settings_for(tmp_path: Path, **more: object) -> Settings:
    values: dict[str, object] = {"data": tmp_path / "data", **more}
    return Settings(_env_file=None, **values)  # type: ignore[arg-type]  # pydantic validates them


def away(tmp_path: Path) -> Settings:
    """Of a server that can be reached from elsewhere."""
    return settings_for(tmp_path, web_url="https://stems.example.org", web_token=SecretStr(TOKEN))

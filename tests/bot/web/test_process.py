"""The server as a process: `fl-bt web` from its start to its end, and what it says where it cannot start."""

import asyncio
import os
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
from pydantic import SecretStr

from bot.web.app import site_for
from bot.web.main import bound, link
from bot.web.secret import Secret
from jobs.process.supervise import MISCONFIGURED
from tests.bot.web.web_fixture import VIDEO, Rig
from tests.ports import free_port


@asynccontextmanager
async def process(rig: Rig, url: SecretStr, port: int, **more: str) -> AsyncIterator[asyncio.subprocess.Process]:
    """`fl-bt web`, on the rig's queue and store."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("FLBT_")}
    running = await asyncio.create_subprocess_exec(
        sys.executable, "-P", "-m", "bot", "web", cwd=rig.settings.data.parent, stderr=asyncio.subprocess.PIPE,
        env=environment | {
            "FLBT_REDIS_URL": url.get_secret_value(), "FLBT_DATA": str(rig.settings.data),
            "FLBT_STORE": rig.store.root.as_uri(), "FLBT_WEB_PORT": str(port), **more,
        },
    )  # fmt: skip
    try:
        yield running
    finally:
        if running.returncode is None:
            running.kill()
        await running.communicate()


async def listening(port: int) -> None:
    async with asyncio.timeout(60):
        while True:
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", port)
            except OSError:
                await asyncio.sleep(0.05)
            else:
                writer.close()
                return


async def test_a_song_from_curl_to_its_zip_and_an_end_when_told(rig: Rig, valkey_server: SecretStr) -> None:
    port = free_port()
    async with process(rig, valkey_server, port) as server:
        await listening(port)
        async with aiohttp.ClientSession(f"http://localhost:{port}") as curl:
            async with curl.post(f"/api/submit/{VIDEO}") as answer:
                task = (await answer.json())["task_id"]
            await rig.worker.finish(await rig.worker.take())
            async with curl.get(f"/api/events/{task}") as events:
                assert b'"SUCCESS"' in await events.read()
            async with curl.get(f"/api/download/{task}") as zip_:
                assert (zip_.status, await zip_.read() != b"") == (200, True)
            stream = await curl.get(f"/api/events/{task}")  # an open connection does not delay the end
            server.terminate()
            _, said = await asyncio.wait_for(server.communicate(), 30)
            stream.close()
        assert server.returncode == 0
        assert f"the page is at http://localhost:{port}/app" in said.decode()
        assert task not in said.decode()


async def test_from_elsewhere_its_link_has_a_token(rig: Rig, valkey_server: SecretStr) -> None:
    port = free_port()
    more = {"FLBT_WEB_URL": "https://stems.example.org"}
    async with process(rig, valkey_server, port, **more) as server:
        assert server.stderr is not None
        async with asyncio.timeout(60):
            while b"?token=" not in (line := await server.stderr.readline()):
                assert line != b""
        link = line.decode().strip()
        assert link.startswith("https://stems.example.org/app?token=")
        async with aiohttp.ClientSession(f"http://localhost:{port}") as curl:
            async with curl.get("/api/tasks") as answer:
                assert answer.status == 401
            token = link.partition("=")[2]
            async with curl.get("/api/tasks", headers={"Authorization": f"Bearer {token}"}) as answer:
                assert answer.status == 200


async def test_killed_in_the_middle_of_an_upload_it_leaves_nothing_after_its_next_start(
    rig: Rig, valkey_server: SecretStr
) -> None:
    port, work = free_port(), rig.store.workspace.root / "work"
    async with process(rig, valkey_server, port) as server:
        await listening(port)
        _, writer = await asyncio.open_connection("127.0.0.1", port)
        head = f"POST /api/upload?name=a.mp3 HTTP/1.1\r\nHost: localhost:{port}\r\nContent-Length: 900000\r\n\r\n"
        writer.write(head.encode() + bytes(100_000))
        async with asyncio.timeout(60):
            while not list(work.rglob("incoming")):
                await asyncio.sleep(0.02)
        server.kill()
        await server.wait()
        writer.close()
    assert list(work.iterdir()) != []
    async with process(rig, valkey_server, port):
        await listening(port)
        assert list(work.iterdir()) == []
    assert await rig.queue.attended("web") == []


async def test_a_port_that_is_taken_is_a_sentence(rig: Rig, valkey_server: SecretStr) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        async with process(rig, valkey_server, port) as server:
            _, said = await asyncio.wait_for(server.communicate(), 60)
    assert server.returncode == MISCONFIGURED
    assert "Set FLBT_WEB_PORT to a free port" in said.decode()


def test_links_have_an_address_that_others_can_open(rig: Rig) -> None:
    secret = Secret("secret")
    for host, begins in [("127.0.0.1", "http://localhost:8000/app"), ("0.0.0.0", "http://")]:
        settings = rig.settings.model_copy(update={"web_host": host, "web_port": 8000})
        site = site_for(settings, rig.queue, rig.store, secret)
        with bound(settings.model_copy(update={"web_port": 0})) as listening:
            port = listening.getsockname()[1]
            shown = link(site, listening)
        assert shown.startswith(begins.replace("8000", str(port)))
        assert ("?token=" in shown, "0.0.0.0" in shown) == (host == "0.0.0.0", False)

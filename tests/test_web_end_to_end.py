"""The page's server as people run it: `fl-bt up` without a bot, with a real worker, as curl talks to it."""

import asyncio
import io
import zipfile
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from bot.cli.demo import write_demo_song
from tests.peers.videos import Video
from tests.peers.youtube import YouTubeStandIn
from tests.ports import free_port
from tests.running import PATIENCE, environment_of, up
from tests.weights import models_dir

pytestmark = pytest.mark.whole

__all__ = ["models_dir"]

VIDEO = Video("jNQXAC9IVRw", title="Some Band - A <b>Song</b> & more", seconds=5)


async def test_a_link_and_a_file_become_zips_with_a_player(tmp_path: Path, models_dir: Path) -> None:
    write_demo_song(tmp_path / "song.wav", 6)
    port = free_port()
    with YouTubeStandIn() as site:
        site.add(VIDEO)
        settings = environment_of(tmp_path / "data", models_dir, FLBT_WEB_PORT=str(port), **site.environment)
        async with up(settings, tmp_path) as running:
            await running.says("the page is at http://localhost")
            async with aiohttp.ClientSession(f"http://localhost:{port}") as curl:
                async with curl.post("/api/submit/jNQXAC9IVRw") as answer:
                    of_link = (await answer.json())["task_id"]
                form = aiohttp.FormData({"file": (tmp_path / "song.wav").open("rb")})
                async with curl.post("/api/submit", data=form) as answer:
                    of_file = (await answer.json())["task_id"]
                await a_zip_of(curl, of_link, "Some Band - A _b_Song_b_ & more")
                await a_zip_of(curl, of_file, "song")
                await a_mix_of(curl, of_link)
    assert list((tmp_path / "data" / "store" / "work").iterdir()) == []


async def ended(curl: aiohttp.ClientSession, task: str) -> Any:
    """The task, once its events have ended."""
    async with asyncio.timeout(PATIENCE), curl.get(f"/api/events/{task}") as events:
        assert (await events.read()).rstrip().endswith(b'"status":"SUCCESS","error":null}')
    async with curl.get(f"/api/tasks/{task}") as answer:
        return await answer.json()


async def a_zip_of(curl: aiohttp.ClientSession, task: str, name: str) -> None:
    await ended(curl, task)
    async with curl.get(f"/api/download/{task}") as answer:
        assert f'filename="{name} (2 stems).zip"' in answer.headers["Content-Disposition"]
        content = await answer.read()
    async with curl.get(f"/api/download/{task}", headers={"Range": "bytes=-100"}) as answer:
        assert (answer.status, await answer.read()) == (206, content[-100:])
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.testzip() is None
        names = archive.namelist()
        player = archive.read(next(name for name in names if name.endswith("player.html")))
    assert {name.partition(" - ")[0].rpartition("/")[2] for name in names} >= {"vocals", "accompaniment"}
    async with curl.get(f"/player/{task}") as answer:
        assert await answer.read() == player


async def a_mix_of(curl: aiohttp.ClientSession, task: str) -> None:
    """By the client that asked for the song: clients without a cookie are one person."""
    order = {"content": {"kind": "mix", "stems": ["accompaniment"]}, "effect": {"tempo": 80}, "format": "flac"}
    async with curl.post(f"/api/tasks/{task}/orders", json=order) as answer:
        new = (await answer.json())["task_id"]
    mixed = await ended(curl, new)
    (file,) = mixed["files"]
    assert (file["type"], file["name"].startswith("no vocals, 80 %")) == ("audio/flac", True)
    async with curl.get(file["url"]) as answer:
        assert (await answer.read()).startswith(b"fLaC")

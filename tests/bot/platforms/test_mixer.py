"""The Mixer's button under a result: what it opens, on each platform."""

from pathlib import Path

import pytest
from pydantic import SecretStr

from bot.chats.app_key import app_key, kept_app_key
from bot.chats.song_links import SongMarks
from bot.chats.web_secret import web_secret
from jobs.queue.requests import JobQueue
from jobs.store.folder import FolderStore
from tests.bot.discord import discord_fixture
from tests.bot.telegram import chat_fixture
from tests.bot.telegram.chat_fixture import SONG, Worker
from tests.bot.telegram.chat_steps import band_of, done, result, turned
from tests.peers.botapi import BotApi
from tests.peers.discord import Discord

URL = "https://stems.example.org"


async def request_of(queue: JobQueue, chat: str) -> str:
    (view,) = await queue.recent(chat)
    return view.request.id


@pytest.mark.parametrize("app", ["", "mixer"])
async def test_on_telegram(queue: JobQueue, store: FolderStore, tmp_path: Path, app: str) -> None:
    async with BotApi() as api:
        settings = chat_fixture.settings_for(api, tmp_path, web_url=URL, web_app=app)
        rig = chat_fixture.Rig(api, queue, store, settings, Worker(queue, store))
        alone = rig.ana()
        group, ana, _, _ = band_of(rig)
        async with rig.bot():
            card = await result(rig, alone)
            await group.say(f"/stems {SONG}", by=ana)
            there = await group.until(done)
            await rig.settled()
            await (await alone.press(card, "More…")).answer()
            await turned(alone, card, "Back")
            assert "Mixer" not in card.labels
            await (await alone.press(card, "Back")).answer()
            await turned(alone, card, "Mixer")
        assert await kept_app_key(queue.redis) == app_key(SecretStr(api.token)), "for the page's server"
        marks = SongMarks(await web_secret(queue.redis))
        own, theirs = await request_of(queue, f"telegram:{alone.id}"), await request_of(queue, f"telegram:{group.id}")
        assert card.buttons[-1] == [{"text": "Mixer", "web_app": {"url": f"{URL}/mixer/{marks.mark(own, 'app')}"}}]
        link = f"{URL}/mixer/{marks.mark(theirs, 'link')}"
        if app:
            link = f"https://t.me/fl_bt_test_bot/mixer?startapp={marks.mark(theirs, 'app')}"
        assert there.buttons[-1] == [{"text": "Mixer", "url": link}]
        assert api.refused == []


async def test_on_discord(queue: JobQueue, store: FolderStore, tmp_path: Path) -> None:
    async with Discord() as server:
        settings = discord_fixture.settings_for(server, tmp_path, web_url=URL)
        rig = discord_fixture.Rig(server, queue, store, settings, Worker(queue, store))
        async with rig.bot():
            channel, ana, _ = rig.band()
            card = await rig.result(channel, ana)
        assert await kept_app_key(queue.redis) is None
        marks = SongMarks(await web_secret(queue.redis))
        (button,) = [one for row in card.rows for one in row["components"] if one["label"] == "Mixer"]
        assert channel.guild is not None
        song = await request_of(queue, f"discord:{channel.guild.id}")
        assert button["url"] == f"{URL}/mixer/{marks.mark(song, 'link')}"
        assert server.refused == []

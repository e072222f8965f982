"""Telegram and Discord on one queue and one store."""

from pathlib import Path

from jobs.queue import keys
from jobs.queue.requests import JobQueue
from jobs.store.folder import FolderStore
from tests.bot.discord import discord_fixture
from tests.bot.platforms.talks import OnDiscord, OnTelegram
from tests.bot.telegram import chat_fixture
from tests.bot.telegram.chat_fixture import SONG, Worker
from tests.peers.botapi import BotApi
from tests.peers.discord import Discord


async def test_a_song_of_one_platform_is_there_at_once_on_the_other(
    queue: JobQueue, store: FolderStore, tmp_path: Path
) -> None:
    """The song is separated once: the second platform delivers from the stems, in the quick lane of the queue."""
    worker = Worker(queue, store)
    async with BotApi() as api, Discord() as server:
        telegram = chat_fixture.Rig(api, queue, store, chat_fixture.settings_for(api, tmp_path), worker)
        discord = discord_fixture.Rig(server, queue, store, discord_fixture.settings_for(server, tmp_path), worker)
        async with telegram.bot(), discord.bot():
            there, here = OnTelegram(telegram), OnDiscord(discord)
            await there.say(SONG)
            track = await worker.take()
            await worker.finish(track)
            await there.settled()
            made = await store.read(track.id)
            await here.say(SONG)
            await worker.finish(await worker.take())
            await here.until(lambda message: "Done" in message.text)
            await here.settled()
            assert (await store.read(track.id)).manifest == made.manifest
            repertoires = await queue.redis.keys(keys.repertoire("*"))
            assert [key.split(b":")[2] for key in repertoires] == [b"telegram"], "Discord has no use for one"
        assert there.files() == here.files() != []
        assert api.refused == []
        assert server.refused == []

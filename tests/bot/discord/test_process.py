"""The bot as a process: it is killed while it sends, told to stop, and refuses a wrong token in a sentence."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from pydantic import SecretStr

from bot.chats.preferences import ChatPreferences
from bot.tokens import DISCORD_TOKEN
from jobs.models import Package, Preferences
from jobs.settings import SettingsError
from tests.bot.discord.discord_fixture import PAIR, SONG, Rig, cards, done, files
from tests.peers.botapi import BotApi
from tests.peers.discord import Trouble

POST = "POST /channels/{channel}/messages"


@asynccontextmanager
async def process(rig: Rig, url: SecretStr, **more: str) -> AsyncIterator[asyncio.subprocess.Process]:
    """`fl-bt bot` with Discord's token alone."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("FLBT_")}
    running = await asyncio.create_subprocess_exec(
        sys.executable, "-P", "-m", "bot", "bot", cwd=rig.settings.data.parent, stderr=asyncio.subprocess.PIPE,
        env=environment | {
            "FLBT_REDIS_URL": url.get_secret_value(), "FLBT_DATA": str(rig.settings.data), "FLBT_ACCESS": "open",
            "FLBT_STORE": rig.store.root.as_uri(), "FLBT_DISCORD_TOKEN": rig.server.token,
            "FLBT_DISCORD_API_URL": rig.server.api_url, **more,
        },
    )  # fmt: skip
    try:
        yield running
    finally:
        if running.returncode is None:
            running.kill()
        await running.communicate()


async def listening(rig: Rig, before: int = 0) -> None:
    async with asyncio.timeout(60):
        while rig.server.gateway.identified == before or not rig.server.rest.commands:
            await rig.server.world.changed(0.1)


@pytest.mark.faults
async def test_killed_while_it_sends_it_delivers_once(rig: Rig, valkey_server: SecretStr) -> None:
    channel, ana, _ = rig.band()
    async with process(rig, valkey_server) as bot:
        await listening(rig)
        await rig.stems(channel, ana)
        await channel.until(lambda message: "line" in message.text)
        rig.server.fail(POST, Trouble.LOST)
        await rig.worker.finish(await rig.worker.take())
        await channel.until(lambda message: bool(message.files))
        bot.kill()
        await bot.wait()
    async with process(rig, valkey_server) as again:
        await channel.until(done)
        await rig.settled()
        again.terminate()
        assert await asyncio.wait_for(again.wait(), 30) == 0
    assert files(channel) == PAIR
    assert len(cards(channel)) == 1


@pytest.mark.faults
@pytest.mark.parametrize("trouble", [Trouble.ERROR, Trouble.LOST])
async def test_killed_around_its_card_it_posts_one(rig: Rig, valkey_server: SecretStr, trouble: Trouble) -> None:
    """ERROR: killed between the request and its card. LOST: between the card and the note of it."""
    ana = rig.server.person("Ana")
    chat = rig.server.direct(ana)
    async with process(rig, valkey_server) as bot:
        await listening(rig)
        rig.server.fail(POST, trouble, times=1000)
        await rig.server.say(chat, ana, SONG)
        async with asyncio.timeout(30):
            while not await rig.queue.attended("discord") or not rig.server.calls(POST):
                await asyncio.sleep(0.02)
        bot.kill()
        await bot.wait()
    rig.server.faults.clear()
    async with process(rig, valkey_server):
        await rig.worker.finish(await rig.worker.take())
        await chat.until(done)
        await rig.settled()
    assert files(chat) == PAIR
    assert len(cards(chat)) == 1


@pytest.mark.faults
@pytest.mark.parametrize("arrives", [False, True])
async def test_killed_while_a_zip_is_sent_it_sends_one(rig: Rig, valkey_server: SecretStr, *, arrives: bool) -> None:
    """`arrives`: killed when the zip is in the channel, and its answer on the way."""
    channel, ana, _ = rig.band()
    assert channel.guild is not None
    await ChatPreferences(rig.queue.redis, rig.settings).keep(
        f"discord:{channel.guild.id}", Preferences(package=Package.ZIP)
    )
    rig.server.digestion, rig.worker.seconds = 1.0, 60.0
    async with process(rig, valkey_server) as bot:
        await listening(rig)
        await rig.stems(channel, ana)
        await rig.worker.finish(await rig.worker.take())
        async with asyncio.timeout(30):
            while not (files(channel) if arrives else rig.server.taking):
                await asyncio.sleep(0.02)
        bot.kill()
        await bot.wait()
    async with process(rig, valkey_server):
        await channel.until(done)
        await rig.settled()
    assert [name.rpartition(".")[2] for name in files(channel)] == ["zip"]


async def test_a_refused_token_ends_it_with_a_sentence(rig: Rig, valkey_server: SecretStr) -> None:
    rig.expected += ["401"]
    async with process(rig, valkey_server, FLBT_DISCORD_TOKEN="MTIz.wrong") as bot:
        _, said = await asyncio.wait_for(bot.communicate(), 60)
    assert bot.returncode == 2
    assert said.decode().strip().splitlines()[-1].startswith("Discord refuses FLBT_DISCORD_TOKEN")


async def test_with_two_tokens_both_bots_run(rig: Rig, valkey_server: SecretStr) -> None:
    async with BotApi() as telegram:
        tokens = {
            "FLBT_TELEGRAM_TOKEN": telegram.token,
            "FLBT_TELEGRAM_BASE_URL": telegram.base_url,
            "FLBT_TELEGRAM_FILE_URL": telegram.file_url,
        }
        async with process(rig, valkey_server, **tokens) as bots:
            await listening(rig)
            async with asyncio.timeout(60):
                while set(await rig.queue.front_ends()) != {"telegram", "discord"}:
                    await asyncio.sleep(0.1)
            bots.terminate()
            assert await asyncio.wait_for(bots.wait(), 60) == 0


@pytest.mark.parametrize("token", ["hello", "123456789012345678", "two words.of", "MTIz.wrong ", "a/b.c"])
def test_what_is_no_token_is_refused_before_anything_is_asked(token: str, rig: Rig) -> None:
    with pytest.raises(SettingsError, match="FLBT_DISCORD_TOKEN is no bot token") as caught:
        DISCORD_TOKEN.checked(SecretStr(token))
    assert token not in str(caught.value)
    assert DISCORD_TOKEN.checked(rig.settings.discord_token) == rig.server.token

"""A playlist as people have it: `fl-bt up` on Telegram and Discord, and a stand-in for YouTube, on the real network."""

import asyncio
from pathlib import Path

import pytest

from tests.peers.botapi import BotApi, Chat, Message
from tests.peers.discord import Discord, User
from tests.peers.playlists import Entry, Playlist
from tests.peers.videos import Video
from tests.peers.youtube import YouTubeStandIn
from tests.running import PATIENCE, environment, up
from tests.weights import models_dir

pytestmark = pytest.mark.whole

__all__ = ["models_dir"]

LIST = "PL" + "r" * 32
LINK = f"https://www.youtube.com/playlist?list={LIST}"
START = "Start: 3 songs, one after the other"
OFFER = "Setlist\n3 songs · 0:15\nLeft out: one that YouTube doesn’t let me have."
OUTCOME = "Setlist\nDone: 2 songs of 3 are here.\n✗ Some Band - Gone since: This video is no longer on YouTube."
FIRST = Video("jNQXAC9IVRw", title="Some Band - One", seconds=4)
LAST = Video("dQw4w9WgXcQ", title="Some Band - <Three>", seconds=5)
ENTRIES = (
    Entry(FIRST.video_id, "Some Band - One", 4),
    Entry("aaaaaaaaaaA", "Some Band - Gone since", 6),
    Entry("aaaaaaaaabA", gone="Private"),
    Entry(LAST.video_id, "Some Band - <Three>", 5),
)


async def test_a_playlist_is_listed_started_by_its_button_and_delivered_but_for_the_song_that_is_gone(
    tmp_path: Path, models_dir: Path
) -> None:
    """On Telegram; then on Discord, from the stems that are there. At last one of its songs is found by its name."""
    with YouTubeStandIn() as site:
        for video in (FIRST, LAST):
            site.add(video)
        site.add_playlist(Playlist(LIST, ENTRIES, title="Setlist"))
        async with BotApi() as server, Discord() as discord:
            ana, bo = server.private(server.person("Ana")), discord.person("Bo")
            tokens = {"FLBT_DISCORD_TOKEN": discord.token, "FLBT_DISCORD_API_URL": discord.api_url}
            more = {**site.environment, **tokens, "FLBT_ACCESS": "open"}
            async with up(environment(server, tmp_path / "data", models_dir, **more), tmp_path):
                await on_telegram(site, server, ana)
                fetched = streams(site)
                assert fetched > 0
                await on_discord(discord, bo)
                await found_by_its_name(ana)
                assert streams(site) == fetched
            assert server.refused == []
            assert discord.refused == []
            assert discord.unacknowledged == []
    assert list((tmp_path / "data" / "store" / "work").iterdir()) == []


async def on_telegram(site: YouTubeStandIn, server: BotApi, ana: Chat) -> None:
    question = await ana.say(LINK)
    card = await ana.until(lambda message: START in message.labels, PATIENCE)
    assert card.reply_to == question
    assert card.text == OFFER
    assert not any(asked.path == "/youtubei/v1/player" for asked in site.requests), "no person has started it yet"
    await (await ana.press(card, "Start: 3 songs")).answer(PATIENCE)
    await ana.until(lambda message: message == card and "2 songs of 3 are here" in message.text, PATIENCE)
    await server.until(lambda: sum("Done in" in one.text for one in ana.from_bot()) == 2, PATIENCE)
    await server.until(lambda: sum(one.is_card and one.file is not None for one in ana.from_bot()) == 2, PATIENCE)
    assert card.text == OUTCOME
    assert card.labels == []
    assert [_told(message) for message in ana.from_bot() if message != card] == [
        "vocals - One", "accompaniment - One", "Some Band - One (0:04) and a picture",
        "vocals - <Three>", "accompaniment - <Three>", "Some Band - <Three> (0:05) and a picture",
    ]  # fmt: skip
    assert all("No vocals" in one.labels for one in ana.from_bot() if "Done in" in one.text)


async def on_discord(discord: Discord, bo: User) -> None:
    chat = discord.direct(bo)
    question = await discord.say(chat, bo, LINK)
    card = await chat.until(lambda message: START in message.buttons, PATIENCE)
    assert card.reply_to is question
    assert card.text == OFFER
    await discord.press(chat, bo, card, START)
    await chat.until(lambda message: message is card and "2 songs of 3 are here" in message.text, PATIENCE)
    async with asyncio.timeout(PATIENCE):
        while sum("Done in" in one.text and "No vocals" in one.buttons for one in chat.from_bot()) < 2:
            await discord.world.changed(0.2)
    assert card.text == OUTCOME
    assert card.buttons == {}
    named = [file.name for message in chat.from_bot() for file in message.all_files if file.name.endswith(".mp3")]
    assert named == [
        "vocals_-_Some_Band_-_One.mp3", "accompaniment_-_Some_Band_-_One.mp3",
        "vocals_-_Some_Band_-_Three.mp3", "accompaniment_-_Some_Band_-_Three.mp3",
    ]  # fmt: skip


async def found_by_its_name(ana: Chat) -> None:
    question = await ana.say("one some band")
    hits = await ana.until(lambda message: "which one?" in message.text, PATIENCE)
    assert hits.reply_to == question
    assert hits.labels == ["1 · 0:04 · Some Band - One · Some Band", "None of these"]
    await ana.press(hits, hits.labels[0])
    await ana.until(lambda message: message == hits and "Done in" in message.text, PATIENCE)
    assert hits.text.startswith("Some Band - One (0:04)\nDone in")


def streams(site: YouTubeStandIn) -> int:
    """How often a song's sound was asked for."""
    return sum(asked.path.startswith("/videoplayback") for asked in site.requests)


def _told(message: Message) -> str:
    """What a message is about, in few words."""
    if message.file is None:
        return message.text.splitlines()[0]
    return f"{message.text.splitlines()[0]} and a picture" if message.is_card else message.file.title

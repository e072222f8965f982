"""Titles that mean harm, attachments of every kind, and several links at once."""

import asyncio
import re

import pytest

from bot.discord.poster import CONTENT
from bot.texts import say
from tests.bot.discord.discord_fixture import OTHER, PAIR, SONG, Rig, cards, done, files, settings_for
from tests.peers.discord import File

#: Of `bot/links/kinds.py`, which has the whole table.
AUDIO = ["mp3", "wav", "flac", "ogg", "opus", "m4a", "aac", "wma", "aiff", "mp4", "mov", "mkv", "webm", "MP3"]
NOT_MEDIA = say("en", "upload-not-media")
OTHERS = ["txt", "pdf", "png", "zip", "exe"]


@pytest.mark.parametrize(
    ("title", "artist"),
    [
        ("@everyone @here <@&1> <#2> </stems:3>", "<@4>"),
        ("**a** __b__ ~~c~~ ||d|| `e` ```f``` [g](https://example.org)", "# H"),
        ("\u202egnp.exe \u2066\u200f\u061c", "\u202d"),
        ("T" * 6000, "A" * 6000),
        ("*" * 6000, "_" * 6000),
        ("夜に駆ける", "ヨアソビ"),
        ("🎸" * 300, "\x00\x1b[31m"),
    ],
)
async def test_titles_ping_nobody_and_break_nothing(rig: Rig, title: str, artist: str) -> None:
    """The stand-in also refuses messages that mention people or are too long."""
    channel, ana, _ = rig.band()
    rig.worker.tags = rig.worker.tags.model_copy(update={"title": title[:2000], "artist": artist[:2000]})
    async with rig.bot():
        card = await rig.result(channel, ana)
    assert len(card.content) <= CONTENT
    plain = re.sub(r"\\.", "", card.content)  # without what is escaped
    assert not re.search(r"<[@#/]|[*_~|`]|\]\(", plain)
    assert not set("\u202e\u202d\u2066\u200f\u061c\x00\x1b") & set(card.content)
    for name in files(channel):
        assert name.isascii()
        assert len(name) <= 110


async def test_every_kind_of_audio_and_video_is_taken_as_an_attachment(rig: Rig) -> None:
    rig.settings = settings_for(rig.server, rig.settings.data.parent, messages_per_minute=0)
    ana = rig.server.person("Ana")
    chat = rig.server.direct(ana)
    async with rig.bot():
        for number, extension in enumerate([*AUDIO, *OTHERS]):
            content = b"\xff\xfb\x90\x00" + bytes(100 + number)
            await rig.server.say(chat, ana, "", File(f"song {number}.{extension}", content))
            if extension in AUDIO:
                await rig.worker.finish(await rig.worker.take())
        await rig.settled()
        async with asyncio.timeout(30):
            while sum(NOT_MEDIA in one.text for one in cards(chat)) < len(OTHERS):
                await rig.server.world.changed(0.2)
    assert files(chat) == PAIR * len(AUDIO)


async def test_several_links_of_one_mention(rig: Rig) -> None:
    channel, ana, _ = rig.band()
    async with rig.bot():
        await rig.server.say(channel, ana, f"{rig.server.mention} {SONG} and {OTHER}")
        await channel.until(lambda message: "2 songs, one after the other" in message.text)
        for _ in range(2):
            await rig.worker.finish(await rig.worker.take())
        await rig.settled()
    assert files(channel) == PAIR * 2
    assert len([card for card in cards(channel) if done(card)]) == 2

"""Every way to ask for stems on Discord."""

import re

from tests.bot.discord.discord_fixture import OTHER, PAIR, SONG, Rig, cards, done, files
from tests.bot.searches.results import ALL, WORDS, result
from tests.peers.discord import File

MP3 = b"\xff\xfb\x90\x00" + bytes(5000)


async def test_a_link_in_a_channel(rig: Rig) -> None:
    channel, ana, _ = rig.band()
    async with rig.bot():
        asked = await rig.stems(channel, ana)
        assert await rig.server.acknowledged(asked) < 3
        assert "On it" in await rig.server.told(asked)
        card = await channel.until(lambda message: "line" in message.text)
        assert list(card.buttons) == ["Cancel"]
        await rig.worker.finish(await rig.worker.take())
        await channel.until(done)
        await rig.settled()
    assert files(channel) == PAIR
    assert len(cards(channel)) == 1
    assert card.text.startswith("Elis & Tom - Águas de Março (3:33)")


async def test_a_link_and_files_in_direct_messages(rig: Rig) -> None:
    ana = rig.server.person("Ana")
    chat = rig.server.direct(ana)
    async with rig.bot():
        asked = await rig.server.say(chat, ana, SONG)
        await rig.worker.finish(await rig.worker.take())
        card = await chat.until(done)
        assert card.reply_to is asked
        for one in (File("take one.mp3", MP3), File("take two.wav", MP3)):
            await rig.server.say(chat, ana, "", one)
            await rig.worker.finish(await rig.worker.take())
        await rig.settled()
    assert files(chat) == PAIR * 3
    assert [path.read_bytes() for path in (rig.store.root / "inbox").rglob("*") if path.is_file()] == [MP3, MP3]


async def test_a_voice_message_is_named_by_its_person_and_time(rig: Rig) -> None:
    ana = rig.server.person("Ana")
    chat = rig.server.direct(ana)
    async with rig.bot():
        await rig.server.say(chat, ana, "", File("voice-message.ogg", MP3))
        card = await chat.until(lambda message: "line" in message.text)
    assert re.match(r"Voice message by Ana, \d+ [A-Z][a-z]{2} \d\d:\d\d \(0:03\)\n", card.text)


async def test_several_files_in_one_message(rig: Rig) -> None:
    ana = rig.server.person("Ana")
    chat = rig.server.direct(ana)
    async with rig.bot():
        await rig.server.say(chat, ana, "", File("a.mp3", MP3), File("b.mp3", MP3), File("c.txt", b"words"))
        for _ in range(2):
            await rig.worker.finish(await rig.worker.take())
        await chat.until(lambda message: "neither audio nor video" in message.text)
        await rig.settled()
    assert files(chat) == PAIR * 2


async def test_a_file_and_a_link_with_the_command(rig: Rig) -> None:
    channel, ana, _ = rig.band()
    async with rig.bot():
        asked = await rig.server.command(channel, ana, "stems", file=File("song.mp3", MP3))
        await rig.server.told(asked, "On it")
        await rig.worker.finish(await rig.worker.take())
        await rig.settled()
        nothing = await rig.server.command(channel, ana, "stems")
        assert "Send /stems" in await rig.server.told(nothing)
        foreign = await rig.server.command(channel, ana, "stems", link="https://example.org/song")
        assert "I only know links to YouTube" in await rig.server.told(foreign)
    assert files(channel) == PAIR


async def test_a_song_is_found_by_the_command(rig: Rig) -> None:
    channel, ana, bo = rig.band()
    async with rig.bot():
        asked = await rig.server.command(channel, ana, "find", words=WORDS)
        assert await rig.server.told(asked) == "On it. Its card is in this channel."
        await rig.worker.found(result(*ALL))
        hits = await channel.until(lambda message: "which one?" in message.text)
        assert len(hits.buttons) == 4
        await rig.server.press(channel, bo, hits, next(iter(hits.buttons)))
        await rig.worker.finish(await rig.worker.take())
        await channel.until(lambda message: message is hits and done(message))
        await rig.settled()
    assert files(channel) == PAIR
    assert cards(channel) == [hits]


async def test_mentions_with_a_link_a_file_and_as_a_reply(rig: Rig) -> None:
    channel, ana, bo = rig.band()
    us = rig.server.mention
    async with rig.bot():
        await rig.server.say(channel, bo, f"{SONG} is not for you")
        await rig.server.say(channel, ana, f"{us} {OTHER}")
        await rig.worker.finish(await rig.worker.take())
        await rig.server.say(channel, ana, us, File("song.mp3", MP3))
        await rig.worker.finish(await rig.worker.take())
        await rig.settled()
        posted = await rig.server.say(channel, bo, SONG)
        await rig.server.say(channel, ana, us, to=posted)
        hidden = await channel.until(lambda message: "doesn’t show me" in message.text)
        assert "Stems" in hidden.text
    assert files(channel) == PAIR * 2


async def test_the_message_command(rig: Rig) -> None:
    channel, ana, bo = rig.band()
    async with rig.bot():
        posted = await rig.server.say(channel, bo, f"listen: {SONG}")
        asked = await rig.server.use_on(channel, ana, posted)
        await rig.server.told(asked, "On it")
        await rig.worker.finish(await rig.worker.take())
        card = await channel.until(done)
        await rig.settled()
        assert card.reply_to is posted
        chatter = await rig.server.say(channel, bo, "at eight?")
        assert "I found no link" in await rig.server.told(await rig.server.use_on(channel, ana, chatter))
    assert files(channel) == PAIR


async def test_the_same_song_again_is_forwarded_in_its_server_and_uploaded_elsewhere(rig: Rig) -> None:
    channel, ana, bo = rig.band()
    other = rig.server.guild("Another Band").channels[0]
    async with rig.bot():
        card = await rig.result(channel, ana)
        asked = await rig.server.command(channel, bo, "stems", link=SONG)
        assert "You have it here" in await rig.server.told(asked)
        await rig.server.press(channel, bo, card, "More…")
        await channel.until(lambda message: message is card and "Again" in message.buttons)
        await rig.server.told(await rig.server.press(channel, bo, card, "Again"), "Here it comes")
        await rig.settled()
        forwarded = [one for one in channel.from_bot() if one.forwarded is not None]
        assert files(channel) == PAIR * 2
        assert len(forwarded) == 1
        await rig.stems(other, bo)
        await other.until(lambda message: len(message.files) == 2)
        await rig.settled()
    assert [one.forwarded for one in other.from_bot()] == [None, None]


async def test_a_reply_to_a_result_that_reads_as_a_mix_is_one(rig: Rig) -> None:
    channel, ana, bo = rig.band()
    async with rig.bot():
        card = await rig.result(channel, ana)
        await rig.server.say(channel, bo, "no vocals")
        asked = await rig.server.say(channel, bo, "no vocals", to=card)
        await rig.worker.finish(await rig.worker.take())
        await channel.until(lambda message: message.reply_to is asked and done(message))
        await rig.settled()
    assert files(channel) == [*PAIR, "no_vocals_-_Elis_Tom_-_Aguas_de_Marco.mp3"], "other words are not read"

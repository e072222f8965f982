"""What goes wrong between the bot and Discord: delivered once, or failed with a reason."""

import asyncio

import pytest

from jobs.progress import RequestPhase
from tests.bot.discord.discord_fixture import PAIR, SONG, Rig, cards, done, files
from tests.bot.telegram.chat_fixture import PATIENCE
from tests.peers.discord import File, Trouble

POST = "POST /channels/{channel}/messages"
PATCH = "PATCH /channels"


@pytest.mark.parametrize("trouble", [Trouble.DROP, Trouble.LOST, Trouble.ERROR, Trouble.BAD_GATEWAY, Trouble.FLOOD])
async def test_an_upload_that_goes_wrong_arrives_once(rig: Rig, trouble: Trouble) -> None:
    channel, ana, _ = rig.band()
    async with rig.bot():
        await rig.stems(channel, ana)
        await channel.until(lambda message: "line" in message.text)
        rig.server.fail(POST, trouble)
        await rig.worker.finish(await rig.worker.take())
        await rig.settled()
    assert files(channel) == PAIR
    assert done(cards(channel)[-1])


async def test_a_slow_answer_is_waited_for(rig: Rig) -> None:
    channel, ana, _ = rig.band()
    rig.server.digestion = 3.0
    async with rig.bot():
        await rig.stems(channel, ana)
        await rig.worker.finish(await rig.worker.take())
        await rig.settled()
    assert files(channel) == PAIR
    assert len([one for one in rig.server.calls(POST) if one.files]) == 1


async def test_a_card_whose_answer_got_lost_is_posted_once(rig: Rig) -> None:
    channel, ana, _ = rig.band()
    async with rig.bot():
        rig.server.fail(POST, Trouble.LOST)
        await rig.stems(channel, ana)
        await rig.worker.finish(await rig.worker.take())
        await rig.settled()
    assert files(channel) == PAIR
    assert len(cards(channel)) == 1
    assert done(cards(channel)[0])


async def test_a_part_that_arrived_before_a_long_outage_is_found_in_the_channel(rig: Rig) -> None:
    channel, ana, _ = rig.band()
    async with rig.bot():
        await rig.stems(channel, ana)
        await channel.until(lambda message: "line" in message.text)
        rig.server.fail(POST, Trouble.LOST)
        rig.server.fail(POST, Trouble.ERROR, times=1000, skip=0)
        await rig.worker.finish(await rig.worker.take())
        await channel.until(lambda message: bool(message.files))
    rig.server.faults.clear()
    rig.server.world.nonces.clear()  # Discord has forgotten them
    async with rig.bot():
        await rig.settled()
    assert files(channel) == PAIR
    assert await rig.phase(channel.guild) is RequestPhase.DONE  # type: ignore[arg-type]


async def test_too_large_is_planned_smaller_and_said(rig: Rig) -> None:
    channel, ana, _ = rig.band()
    rig.worker.bytes_, rig.worker.seconds = 5_000_000, 200.0
    async with rig.bot():
        await rig.stems(channel, ana)
        await channel.until(lambda message: "line" in message.text)
        rig.server.fail(POST, Trouble.REFUSED, status=413, code=40005)
        await rig.worker.finish(await rig.worker.take())
        await rig.settled()
    card = cards(channel)[-1]
    assert sorted(files(channel)) == sorted(PAIR)
    assert "In several messages" in card.text


async def test_twelve_minutes_come_at_a_lower_bit_rate(rig: Rig) -> None:
    """Of 320 kbit/s ten MiB hold four minutes and a half."""
    channel, ana, _ = rig.band()
    rig.worker.seconds, rig.worker.bytes_ = 720.0, 28_800_000
    async with rig.bot():
        await rig.stems(channel, ana)
        await rig.worker.finish(await rig.worker.take())
        async with asyncio.timeout(PATIENCE):
            while not files(channel):
                if await rig.queue.size() > 0:
                    await rig.worker.finish(await rig.worker.take())
                await asyncio.sleep(0.02)
        await rig.settled()
    assert files(channel) == PAIR
    assert "kbit/s" in cards(channel)[-1].text


async def test_without_the_right_to_send_files_it_fails_and_says_so(rig: Rig) -> None:
    channel, ana, _ = rig.band()
    rig.expected += ["50013"]
    async with rig.bot():
        await rig.stems(channel, ana)
        await channel.until(lambda message: "line" in message.text)
        assert channel.guild is not None
        channel.guild.rights &= ~(1 << 15)
        await rig.worker.finish(await rig.worker.take())
        await channel.until(lambda message: "Attach Files" in message.text)
        await rig.settled()
    assert files(channel) == []


@pytest.mark.parametrize("what", ["channel", "guild"])
async def test_a_channel_or_server_that_is_gone_ends_its_requests(rig: Rig, what: str) -> None:
    channel, ana, _ = rig.band()
    rig.expected += ["10003", "50001"]
    async with rig.bot():
        await rig.stems(channel, ana)
        await channel.until(lambda message: "line" in message.text)
        assert channel.guild is not None
        if what == "channel":
            channel.gone = True
        else:
            channel.guild.gone = True
        await rig.worker.finish(await rig.worker.take())
        await rig.settled()
        assert await rig.phase(channel.guild) in (RequestPhase.FAILED, RequestPhase.CANCELLED)


async def test_a_deleted_card_is_missed_by_nobody(rig: Rig) -> None:
    channel, ana, _ = rig.band()
    rig.expected += ["10008"]
    async with rig.bot():
        await rig.stems(channel, ana)
        rig.server.delete(await channel.until(lambda message: "line" in message.text))
        await rig.worker.finish(await rig.worker.take())
        await rig.settled()
    assert files(channel) == PAIR


async def test_a_gateway_that_is_away_at_the_start_is_waited_for(rig: Rig) -> None:
    rig.server.gateway.refusals = 1
    channel, ana, _ = rig.band()
    async with rig.bot():
        await rig.stems(channel, ana)
        await channel.until(lambda message: "line" in message.text)
    assert not rig.server.gateway.refusals


async def test_the_gateway_drops_and_nothing_is_missed(rig: Rig) -> None:
    ana = rig.server.person("Ana")
    chat = rig.server.direct(ana)
    async with rig.bot():
        await rig.server.gateway.drop()
        await rig.server.say(chat, ana, SONG)
        await rig.worker.finish(await rig.worker.take())
        await chat.until(done)
        await rig.settled()
    assert rig.server.gateway.resumed >= 1
    assert files(chat) == PAIR


async def test_an_attachment_whose_address_expired_is_asked_for_anew(rig: Rig) -> None:
    ana = rig.server.person("Ana")
    chat = rig.server.direct(ana)
    async with rig.bot():
        rig.server.world.signature = "of yesterday"
        song = File("song.mp3", b"\xff\xfb\x90\x00" + bytes(100))
        told = await rig.server.say(chat, ana, "", song)
        rig.server.world.signature = "valid"
        assert told.files == [song]
        await rig.worker.finish(await rig.worker.take())
        await rig.settled()
    assert files(chat) == PAIR


async def test_titles_ping_nobody_and_format_nothing(rig: Rig) -> None:
    channel, ana, _ = rig.band()
    rig.worker.tags = rig.worker.tags.model_copy(update={"title": "*@everyone* <@1> `x`", "artist": "_A_"})
    async with rig.bot():
        card = await rig.result(channel, ana)
    assert r"\*" in card.content
    assert r"\<@" in card.content
    assert "_A_" in card.text

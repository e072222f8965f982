"""Limits of a server's tier, threads, and the age of tokens and messages."""

import pytest

from bot.discord.pace import DISCORD
from jobs.progress import RequestPhase
from tests.bot.discord.discord_fixture import PAIR, SONG, Rig, cards, done, files
from tests.peers.discord import Trouble

POST = "POST /channels/{channel}/messages"
PATCH = "PATCH /channels"
TWELVE_MINUTES, AT_320 = 720.0, 28_800_000


@pytest.mark.parametrize(("tier", "messages"), [(2, 2), (3, 1)])
async def test_a_boosted_server_gets_twelve_minutes_as_they_are(rig: Rig, tier: int, messages: int) -> None:
    """At tier 0 and 1 they come at a lower bit rate, see `test_trouble`."""
    channel, ana, _ = rig.band()
    assert channel.guild is not None
    channel.guild.tier = tier
    rig.worker.seconds, rig.worker.bytes_ = TWELVE_MINUTES, AT_320
    async with rig.bot():
        card = await rig.result(channel, ana)
    assert files(channel) == PAIR
    assert "kbit/s" not in card.text
    assert len([message for message in channel.from_bot() if message.files]) == messages


async def test_a_thread_is_answered_in_the_thread(rig: Rig) -> None:
    channel, ana, _ = rig.band()
    thread = rig.server.thread(channel)
    async with rig.bot():
        await rig.result(thread, ana)
    assert files(thread) == PAIR
    assert channel.from_bot() == []


async def test_a_thread_that_was_closed_ends_its_request(rig: Rig) -> None:
    channel, ana, _ = rig.band()
    thread = rig.server.thread(channel)
    rig.expected += ["50083"]
    async with rig.bot():
        await rig.stems(thread, ana)
        await thread.until(lambda message: "line" in message.text)
        thread.is_locked = True
        await rig.worker.finish(await rig.worker.take())
        await rig.settled()
        assert await rig.phase(channel.guild) is RequestPhase.FAILED  # type: ignore[arg-type]
    assert files(thread) == []


async def test_a_card_outlives_the_token_of_its_interaction(rig: Rig) -> None:
    """Tokens live for 15 minutes; a request over a dead one would be refused, and fail the test."""
    channel, ana, _ = rig.band()
    async with rig.bot():
        asked = await rig.stems(channel, ana)
        await channel.until(lambda message: "line" in message.text)
        asked.born -= 16 * 60
        await rig.worker.finish(await rig.worker.take())
        await rig.settled()
    assert done(cards(channel)[-1])


async def test_too_many_edits_of_an_old_card_delay_it(rig: Rig) -> None:
    channel, ana, _ = rig.band()
    async with rig.bot():
        await rig.stems(channel, ana)
        await channel.until(lambda message: "line" in message.text)
        rig.server.fail(PATCH, Trouble.FLOOD, times=2, code=30046)
        await rig.worker.finish(await rig.worker.take())
        await rig.settled()
    assert files(channel) == PAIR
    assert [done(card) for card in cards(channel)] == [True]


async def test_the_card_is_final_three_seconds_after_the_last_file(rig: Rig) -> None:
    """At the pace of a real channel."""
    rig.pace = DISCORD
    channel, ana, _ = rig.band()
    async with rig.bot():
        await rig.stems(channel, ana)
        await rig.worker.finish(await rig.worker.take())
        await channel.until(done)
        await rig.settled()
    sent = [one.at for one in rig.server.calls(POST) if one.files][-1]
    final = [one.at for one in rig.server.calls(PATCH)][-1]
    assert files(channel) == PAIR
    assert final - sent <= 3.0


@pytest.mark.parametrize("can_resume", [pytest.param(False, marks=pytest.mark.faults), True])  # the first takes 9 s
async def test_an_invalid_session_is_replaced_and_direct_messages_are_caught_up(rig: Rig, *, can_resume: bool) -> None:
    """`can_resume`: what the gateway says of the session that it refuses (opcode 9)."""
    ana = rig.server.person("Ana")
    chat = rig.server.direct(ana)
    async with rig.bot():
        await rig.server.say(chat, ana, "?!")
        await chat.until(lambda message: "no link" in message.text)
        if can_resume:
            await rig.server.gateway.invalidate()
        else:
            await rig.server.gateway.drop(forget=True)
        await rig.server.say(chat, ana, SONG)
        await rig.worker.finish(await rig.worker.take())
        await chat.until(done)
        await rig.settled()
    assert files(chat) == PAIR


async def test_a_language_outlives_the_bot(rig: Rig) -> None:
    ana = rig.server.person("Ana", locale="pt-BR")
    chat = rig.server.direct(ana)
    async with rig.bot():
        await rig.server.told(await rig.server.command(chat, ana, "status"))
    async with rig.bot():
        await rig.server.say(chat, ana, "?!")
        await chat.until(lambda message: "link do YouTube" in message.text)
    assert 0 < await rig.queue.redis.ttl(f"flbt:language:discord:{ana.id}") <= 180 * 24 * 3600

"""Commands and buttons over time: after a restart, after three seconds, and while the bot is invited."""

import asyncio
import logging

import pytest

from bot.discord.rights import invitation
from jobs.progress import TrackStage
from tests.bot.discord.discord_fixture import PAIR, SONG, Rig, cards, done, files, settings_for
from tests.bot.telegram.chat_fixture import PATIENCE
from tests.peers.discord import Trouble

CALLBACK = "POST /interactions"


async def test_a_card_and_its_buttons_outlive_the_bot_in_their_language(rig: Rig) -> None:
    channel, _, _ = rig.band()
    ana = rig.server.person("Ana", locale="pt-BR")
    async with rig.bot():
        await rig.server.told(await rig.server.command(channel, ana, "stems", link=SONG))
        card = await channel.until(lambda message: "Cancelar" in message.buttons)
        track = await rig.worker.take()
    await rig.worker.report(track, TrackStage.SEPARATING, 0.5)
    async with rig.bot():
        await channel.until(lambda message: message is card and "50" in message.text)
        await rig.worker.finish(track)
        await channel.until(lambda message: message is card and message.text.splitlines()[1].startswith("Pronta em"))
        await rig.settled()
    async with rig.bot():
        pressed = await rig.server.press(channel, ana, card, "Sem voz")
        assert "Já vou, com as faixas que tenho" in await rig.server.told(pressed)
        await rig.worker.finish(await rig.worker.take())
        await rig.settled()
    assert len(cards(channel)) == 1
    assert len(files(channel)) == 3


async def test_a_command_that_was_acknowledged_too_late_is_done_and_its_dead_token_not_used(rig: Rig) -> None:
    channel, ana, _ = rig.band()
    async with rig.bot():
        rig.server.fail(CALLBACK, Trouble.REFUSED, status=404, code=10062)
        asked = await rig.server.command(channel, ana, "stems", link=SONG)
        await rig.worker.finish(await rig.worker.take())
        await rig.settled()
    assert files(channel) == PAIR
    assert [done(card) for card in cards(channel)] == [True]
    assert rig.server.calls("PATCH /webhooks") == rig.server.calls("DELETE /webhooks") == []
    assert asked.said == ""
    asked.acknowledged = 3.0  # for the fixture, which asks for all others


async def test_an_acknowledgement_whose_answer_got_lost_is_followed_by_answers(rig: Rig) -> None:
    channel, ana, _ = rig.band()
    async with rig.bot():
        rig.server.fail(CALLBACK, Trouble.LOST)
        assert "Nothing in the works" in await rig.server.told(await rig.server.command(channel, ana, "status"))


async def test_a_server_that_invites_the_running_bot_is_served(rig: Rig) -> None:
    async with rig.bot():
        channel, ana, _ = rig.band()
        assert channel.guild is not None
        await rig.server.join(channel.guild)
        card = await rig.result(channel, ana)
        assert done(card)
        assert rig.server.mention not in card.text
    assert files(channel) == PAIR


async def test_the_log_tells_how_to_invite_the_bot_and_how_to_become_its_owner(
    rig: Rig, caplog: pytest.LogCaptureFixture
) -> None:
    """Once, however often Discord makes the bot begin a new session."""
    rig.settings = settings_for(rig.server, rig.settings.data.parent, access="closed")
    with caplog.at_level(logging.INFO):
        async with rig.bot() as bot:
            code = await bot.services.access.pairing_code()
            for event in ("connect", "ready"):
                bot.dispatch(event)
            async with asyncio.timeout(PATIENCE):
                while "no owner yet" not in caplog.text or caplog.text.count("is listening") < 2:
                    await rig.server.world.changed(0.1)
    assert caplog.text.count(invitation(rig.server.world.bot.id)) == 1
    assert caplog.text.count(f"write /start code:{code} to it") == 1


async def test_a_person_who_takes_no_messages_ends_their_request(rig: Rig) -> None:
    """They closed their direct messages after they asked."""
    ana = rig.server.person("Ana")
    chat = rig.server.direct(ana)
    rig.expected += ["50007"]
    async with rig.bot():
        await rig.server.say(chat, ana, SONG)
        await chat.until(lambda message: "line" in message.text)
        ana.name = "Closed"
        await rig.worker.finish(await rig.worker.take())
        await rig.settled()
    assert files(chat) == []

"""Commands and buttons on Discord, and who may use them."""

import asyncio
import re

from bot.discord.commands import definitions
from bot.texts import LANGUAGES, say
from jobs.progress import RequestPhase
from tests.bot.discord.discord_fixture import OTHER, PAIR, SONG, Rig, cards, done, files, settings_for
from tests.bot.telegram.chat_fixture import PATIENCE


def test_every_command_has_a_name_and_a_description_in_every_language() -> None:
    for command in definitions():
        if command["type"] == 1:
            for one in (command, *command["options"]):
                assert {"en", *one["name_localizations"]} == set(LANGUAGES)
                assert {"en", *one["description_localizations"]} == set(LANGUAGES)


async def test_discord_is_told_the_commands_once(rig: Rig) -> None:
    for _ in range(2):
        async with rig.bot():
            pass
    assert len(rig.server.calls("PUT")) == 1
    assert {one["name"] for one in rig.server.rest.commands} >= {"stems", "mix", "status", "who", "Stems"}


async def test_the_asker_cancels_by_the_button(rig: Rig) -> None:
    channel, _, bo = rig.band()
    cy = rig.server.person("Cy")
    async with rig.bot():
        await rig.stems(channel, bo)
        card = await channel.until(lambda message: "Cancel" in message.buttons)
        refused = await rig.server.press(channel, cy, card, "Cancel")
        assert "Only the one who asked" in await rig.server.told(refused)
        await rig.server.press(channel, bo, card, "Cancel")
        await channel.until(lambda message: message is card and "Cancelled" in message.text)
        await rig.settled()
    assert files(channel) == []


async def test_an_admin_of_the_server_cancels_by_command(rig: Rig) -> None:
    channel, ana, bo = rig.band()
    async with rig.bot():
        await rig.stems(channel, bo)
        await channel.until(lambda message: "Cancel" in message.buttons)
        assert await rig.server.told(await rig.server.command(channel, ana, "cancel")) == "Cancelled."
        await rig.settled()
        assert await rig.phase(channel.guild) is RequestPhase.CANCELLED  # type: ignore[arg-type]


async def test_a_backing_track_by_button_and_by_command(rig: Rig) -> None:
    channel, ana, _ = rig.band()
    async with rig.bot():
        card = await rig.result(channel, ana)
        pressed = await rig.server.press(channel, ana, card, "No vocals")
        assert "On it" in await rig.server.told(pressed)
        await rig.worker.finish(await rig.worker.take())
        await rig.settled()
        assert files(channel) == [*PAIR, "no_vocals_-_Elis_Tom_-_Aguas_de_Marco.mp3"]
        mixed = await rig.server.command(channel, ana, "mix", what="vocals")
        await rig.server.told(mixed, "On it")
        await rig.worker.finish(await rig.worker.take())
        await rig.settled()
        assert files(channel)[-1] == "vocals_-_Elis_Tom_-_Aguas_de_Marco.mp3"


async def test_pages_under_a_result_choose_and_forget(rig: Rig) -> None:
    channel, ana, _ = rig.band()
    async with rig.bot():
        card = await rig.result(channel, ana)
        await rig.server.press(channel, ana, card, "More…")
        await channel.until(lambda message: message is card and "FLAC" in message.buttons)
        await rig.server.press(channel, ana, card, "Forget")
        await channel.until(lambda message: message is card and "Yes, forget it" in message.buttons)
        await rig.server.press(channel, ana, card, "Yes, forget it")
        await channel.until(lambda message: message is card and "Forgotten" in message.text)
        assert card.buttons == {}


async def test_status_is_for_the_one_who_asks_and_its_buttons_work(rig: Rig) -> None:
    channel, ana, _ = rig.band()
    async with rig.bot():
        await rig.result(channel, ana)
        await rig.stems(channel, ana, OTHER)
        await channel.until(lambda message: "Cancel" in message.buttons)
        asked = await rig.server.command(channel, ana, "status")
        assert "One song in the works" in await rig.server.told(asked, "Finished lately")
        shown = asked.original
        assert shown is not None
        (stop,) = [label for label in shown.buttons if label.startswith("Cancel ")]
        await rig.server.press(channel, ana, shown, stop)
        await channel.until(lambda message: "Cancelled" in message.text)
        await rig.settled()
    assert len(cards(channel)) == 2, "nothing of it was said in the channel"


async def test_settings_of_a_server_are_its_admins(rig: Rig) -> None:
    channel, ana, bo = rig.band()
    async with rig.bot():
        asked = await rig.server.command(channel, ana, "settings")
        await rig.server.told(asked, "What you get")
        menu = asked.original
        assert menu is not None
        refused = await rig.server.press(channel, bo, menu, "FLAC")
        assert "Only the group’s admins" in await rig.server.told(refused)
        await rig.server.press(channel, ana, menu, "FLAC")
        while "✓ FLAC" not in menu.buttons:
            await rig.server.world.changed(0.2)


async def test_a_person_is_answered_in_their_language(rig: Rig) -> None:
    ana = rig.server.person("Ana", locale="pt-BR")
    chat = rig.server.direct(ana)
    async with rig.bot():
        assert "Nada" in await rig.server.told(await rig.server.command(chat, ana, "status"))
        await rig.server.say(chat, ana, "?!")
        await chat.until(lambda message: "link do YouTube" in message.text)


async def test_pairing_and_letting_people_and_servers_in(rig: Rig) -> None:
    rig.settings = settings_for(rig.server, rig.settings.data.parent, access="closed")
    channel, ana, bo = rig.band()
    chat = rig.server.direct(ana)
    async with rig.bot() as bot:
        code = await bot.services.access.pairing_code()
        stranger = await rig.server.command(channel, bo, "stems", link=SONG)
        assert "private" in await rig.server.told(stranger)
        wrong = await rig.server.command(chat, ana, "start", code="wrong")
        assert re.search(rf"your number is {ana.id}", await rig.server.told(wrong))
        paired = await rig.server.command(chat, ana, "start", code=code)
        assert "I’m yours now" in await rig.server.told(paired)
        allowed = await rig.server.command(channel, ana, "allow", person=bo)
        assert await rig.server.told(allowed) == "Bo (@\u2060bo) can use me now."
        everyone = await rig.server.command(channel, ana, "allow")
        assert "Everyone in this group" in await rig.server.told(everyone)
        who = await rig.server.command(chat, ana, "who")
        assert "Bo (@\u2060bo)" in await rig.server.told(who)
        stats = await rig.server.command(chat, ana, "stats")
        assert "Queue:" in await rig.server.told(stats)
        denied = await rig.server.command(channel, ana, "deny", person=bo)
        assert "can’t use me any more" in await rig.server.told(denied)
        other = await rig.server.command(channel, bo, "allow")
        assert "Only my owner" in await rig.server.told(other)
        await rig.result(channel, bo)
    assert done(cards(channel)[-1])


async def test_a_missing_right_is_named_at_once(rig: Rig) -> None:
    channel, ana, _ = rig.band()
    assert channel.guild is not None
    channel.guild.rights &= ~(1 << 15)
    async with rig.bot():
        asked = await rig.stems(channel, ana)
        assert "I need Attach Files" in await rig.server.told(asked)
    assert channel.from_bot() == []


async def test_on_a_server_choosing_is_a_page_of_ones_own(rig: Rig) -> None:
    channel, ana, bo = rig.band()
    async with rig.bot():
        card = await rig.result(channel, ana)
        before, opened = dict(card.buttons), await rig.server.press(channel, bo, card, "Choose stems…")
        await rig.server.told(opened, "Tap the stems you want to hear.")
        (page,) = opened.answers
        for label, there in (("Drums", "✓ Drums"), ("Make drums", "✓ Drums")):
            await rig.server.press(channel, bo, page, label)
            async with asyncio.timeout(PATIENCE):
                while there not in page.buttons:
                    await rig.server.world.changed(0.1)
        await rig.worker.finish(await rig.worker.take())
        await rig.settled()
        assert card.buttons == before
        assert channel.from_bot()[-1].reply_to is card
    assert files(channel)[-1] == "drums_-_Elis_Tom_-_Aguas_de_Marco.mp3"


async def test_a_server_that_asks_is_let_in_by_a_tap_and_gets_the_song(rig: Rig) -> None:
    rig.settings = settings_for(rig.server, rig.settings.data.parent, access="closed")
    channel, ana, bo = rig.band()
    chat = rig.server.direct(ana)
    await rig.owned_by(ana)
    async with rig.bot():
        asked = await rig.server.command(channel, bo, "stems", link=SONG)
        assert await rig.server.told(asked) == say("en", "stranger-asked-group")
        question = await chat.until(lambda message: "in the group “The Band”" in message.text)
        answered = await rig.server.press(chat, ana, question, "Let in")
        assert await rig.server.told(answered) == "The Band can use me now."
        await channel.until(lambda message: message.text == say("en", "allow-group"))
        await rig.worker.finish(await rig.worker.take())
        await rig.settled()
    assert files(channel) == PAIR

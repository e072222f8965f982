"""Choosing stems by people who tap faster than messages may be edited."""

import asyncio
from itertools import pairwise

import pytest

from tests.bot.telegram.chat_fixture import Rig, files
from tests.bot.telegram.chat_steps import NAME, answered_soon, band_of, reply_to, result, settle_on, turned
from tests.peers.botapi import Pace

SLOW = 3600  # seconds until the next edit of a message: none but the first is made while the bot runs
QUICK = 0.1


@pytest.mark.parametrize(("group", "seconds"), [(False, 3), (True, 5)])
async def test_every_tap_is_answered_and_the_keyboard_follows_at_its_pace(
    rig: Rig, true_pace: None, group: bool, seconds: float
) -> None:
    rig.server.pace = Pace()
    chat = band_of(rig)[0] if group else rig.ana()
    async with rig.bot():
        card = await result(rig, chat, "/stems https://youtu.be/dQw4w9WgXcQ")
        await rig.settled()
        if group:  # under load, the server counts the song's messages later than they were sent
            await asyncio.sleep(1.5)
        before = len(rig.server.calls("editMessageReplyMarkup"))
        await answered_soon(await chat.press(card, "Choose stems…"))
        if group:  # a message of its own
            card = await chat.until(lambda message: message.reply_to == card and "Drums" in message.labels)
        await turned(chat, card, "Drums")
        for stem, said in (("Vocals", "vocals"), ("Drums", "vocals + drums"), ("Bass", "no other")):
            assert await answered_soon(await chat.press(card, stem)) == said
        await turned(chat, card, "Make no other")
        assert card.labels == ["✓ Vocals", "✓ Drums", "✓ Bass", "Other", "Make no other", "Back"]
    edits = [one.at for one in rig.server.calls("editMessageReplyMarkup")][before:]
    assert len(edits) >= (1 if group else 2)
    assert all(later - earlier > seconds - 0.1 for earlier, later in pairwise(edits))
    assert rig.server.pace.impatient == []


async def test_what_is_made_is_what_was_tapped_though_the_keyboard_does_not_show_it_yet(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    ana = rig.ana()
    async with rig.bot():
        await settle_on(ana, "4 stems")
        card = await result(rig, ana)
        await rig.settled()
        rig.pace.card = SLOW
        await (await ana.press(card, "Choose stems…")).answer()
        await turned(ana, card, "Drums")
        rig.pace.card = QUICK  # for all messages after this one
        (request,) = [view.request for view in await rig.queue.recent(f"telegram:{ana.id}")]
        hasty = f"make:{request.id}:d"  # from a screen that showed the first stem, and not yet the others
        assert await (await ana.press_data(card, f"pick:{request.id}")).answer() == "Tap the stems you want to hear."
        assert await (await ana.press_data(card, hasty)).answer() == "Tap the stems you want to hear."
        for stem in ("Drums", "Drums", "Bass"):
            await (await ana.press(card, stem)).answer()
        assert card.labels == ["Vocals", "Drums", "Bass", "Other", "Back"]
        assert await (await ana.press_data(card, hasty)).answer() == "On it, from the stems I have."
        assert await (await ana.press_data(card, hasty)).answer() == "I’m on it already."
        await rig.worker.finish(await rig.worker.take())
        await reply_to(ana, card)
        await rig.settled()
    assert card.labels == ["Vocals", "✓ Drums", "✓ Bass", "Other", "Make drums + bass", "Back"], "the last state lands"
    assert len(rig.server.calls("editMessageReplyMarkup")) == 2, "and nothing in between"
    async with rig.bot():
        for stem in ("Vocals", "Other"):
            await (await ana.press(card, stem)).answer()
        assert (await (await ana.press_data(card, hasty)).answer()).startswith("That is the whole song.")
        await turned(ana, card, "✓ Other")
    assert card.labels == ["✓ Vocals", "✓ Drums", "✓ Bass", "✓ Other", "Back"]
    assert files(ana)[4:] == [f"drums + bass - {NAME}.mp3"]


async def test_taps_that_end_where_they_began_change_nothing(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    ana = rig.ana()
    async with rig.bot():
        await ana.say("/settings")
        menu = await ana.until(lambda message: "What you get" in message.text)
        await (await ana.press(menu, "WAV")).answer()
        await turned(ana, menu, "✓ WAV")
        rig.pace.card = SLOW
        await (await ana.press(menu, "4 stems")).answer()
        await turned(ana, menu, "✓ 4 stems")
        for label in ("FLAC", "✓ WAV", "✓ 4 stems"):
            assert await (await ana.press(menu, label)).answer() == "Saved."
    assert {"✓ WAV", "✓ 4 stems"} <= set(menu.labels)


async def test_in_a_group_choosing_is_a_message_of_its_own(rig: Rig) -> None:
    band, ana, bo, _ = band_of(rig)
    async with rig.bot():
        card = await result(rig, band, "/stems https://youtu.be/dQw4w9WgXcQ")
        await rig.settled()
        labels = list(card.labels)
        await (await band.press(card, "Choose stems…", by=bo)).answer()
        own = await band.until(lambda message: message.reply_to == card and "Drums" in message.labels)
        assert own.text.startswith("Bo: Tap the stems you want to hear.")
        assert (await (await band.press(own, "Bass", by=ana)).answer()).startswith("Someone else is choosing here.")
        assert await (await band.press(own, "Drums", by=bo)).answer() == "drums"
        await turned(band, own, "✓ Drums")
        await (await band.press(own, "Make drums", by=bo)).answer()
        await rig.worker.finish(await rig.worker.take())
        await reply_to(band, card)
        assert card.labels == labels, "all along"
        await (await band.press(own, "Back", by=bo)).answer()
        await band.until(lambda message: message == own and message.text == "Closed.")
        assert own.labels == []
    assert files(band)[-1] == f"drums - {NAME}.mp3"


async def test_in_a_group_practising_is_a_message_of_its_own(rig: Rig) -> None:
    band, ana, bo, _ = band_of(rig)
    async with rig.bot():
        card = await result(rig, band, "/stems https://youtu.be/dQw4w9WgXcQ")
        await rig.settled()
        await (await band.press(card, "Practise…", by=bo)).answer()
        own = await band.until(lambda message: message.reply_to == card and "80 %" in message.labels)
        await (await band.press(card, "Practise…", by=ana)).answer()
        other = await band.until(lambda message: message.text.startswith("Ana: ") and "80 %" in message.labels)
        await (await band.press(own, "80 %", by=bo)).answer()
        await turned(band, own, "✓ 80 %")
        assert "80 %" in other.labels, "of another person"
        await (await band.press(own, "Make 80 %", by=bo)).answer()
        await rig.worker.finish(await rig.worker.take())
        await reply_to(band, card)

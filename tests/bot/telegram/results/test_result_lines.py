"""Lines of results on another card: when the card is gone, the bot stops, or a delivery is in doubt."""

from jobs.progress import TrackStage
from tests.bot.telegram.chat_fixture import Rig, cards, files
from tests.bot.telegram.chat_steps import NAME, PAIR, done, result, turned
from tests.peers.botapi import Trouble

MIX = f"no vocals - {NAME}.mp3"


async def test_after_a_restart_the_line_carries_on(rig: Rig) -> None:
    ana = rig.ana()
    async with rig.bot():
        card = await result(rig, ana)
        await rig.settled()
        text = card.text
        await (await ana.press(card, "No vocals")).answer()
        await turned(ana, card, "Cancel")
    track = await rig.worker.take()
    await rig.worker.report(track, TrackStage.RENDERING, 0.3)
    async with rig.bot():
        await ana.until(lambda message: message == card and "No vocals: 30 %" in message.text)
        await rig.worker.finish(track)
        await rig.settled()
    assert card.text == text
    assert files(ana) == [*PAIR, MIX]
    assert cards(ana) == [card]


async def test_on_a_deleted_card_the_result_gets_one_of_its_own(rig: Rig) -> None:
    rig.expected.append("message to edit not found")
    ana = rig.ana()
    async with rig.bot():
        card = await result(rig, ana)
        await rig.settled()
        await (await ana.press(card, "No vocals")).answer()
        ana.delete(card)
        own = await ana.until(lambda message: message != card and "Cancel" in message.labels)
        assert own.text.startswith(f"{NAME} · no vocals")
        await rig.worker.finish(await rig.worker.take())
        await ana.until(lambda message: message == own and done(message))
        await rig.settled()
    assert files(ana) == [*PAIR, MIX]


async def test_a_file_in_doubt_is_offered_again_on_the_card(rig: Rig) -> None:
    ana = rig.ana()
    async with rig.bot():
        card = await result(rig, ana)
        await rig.settled()
        text = card.text
        rig.server.fault("sendAudio", Trouble.LOST)
        await (await ana.press(card, "No vocals")).answer()
        await rig.worker.finish(await rig.worker.take())
        await turned(ana, card, "Send again")
        assert "No vocals: I sent this, but" in card.text
        await rig.settled()
        sent = len(files(ana))
        await (await ana.press(card, "Send again")).answer()
        await rig.server.until(lambda: len(files(ana)) == sent + 1)
        await rig.settled()
    assert card.text == text
    assert cards(ana) == [card]


async def test_a_result_that_comes_at_once_edits_no_card(rig: Rig) -> None:
    ana = rig.ana()
    async with rig.bot():
        card = await result(rig, ana)
        await rig.settled()
        edits = len(rig.server.calls("editMessageText"))
        await (await ana.press(card, "More…")).answer()
        await turned(ana, card, "Again")
        await (await ana.press(card, "Again")).answer()
        await rig.server.until(lambda: files(ana) == PAIR * 2)
        await rig.settled()
    assert "Again" in card.labels
    assert len(rig.server.calls("editMessageText")) == edits

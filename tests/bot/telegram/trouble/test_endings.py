"""Failures, cancelling in every state, and `/status` of open and finished requests."""

from jobs.failures import Reason
from jobs.progress import RequestPhase, TrackStage
from tests.bot.telegram.chat_fixture import OTHER, SONG, Rig, cards, files
from tests.bot.telegram.chat_steps import MP3, done
from tests.peers.botapi import Trouble


async def test_a_failure_is_a_sentence_on_the_card(rig: Rig) -> None:
    ana = rig.ana()
    async with rig.bot():
        await ana.say(SONG)
        await rig.worker.fail(await rig.worker.take(), Reason.TOO_LONG, seconds=4000, limit_seconds=1800)
        card = await ana.until(lambda message: "1 h 06 min long" in message.text)
        await rig.settled()
    assert card.labels == []
    assert len(cards(ana)) == 1


async def test_cancel_while_queued(rig: Rig) -> None:
    ana = rig.ana()
    async with rig.bot():
        await ana.say(SONG)
        card = await ana.until(lambda message: "Next in line" in message.text)
        press = await ana.press(card, "Cancel")
        assert await press.answer() == "Cancelled."
        await ana.until(lambda message: message == card and message.text.endswith("\nCancelled"))
        assert await rig.queue.size() == 0
        assert card.labels == []
        again = await ana.press_data(card, "cancel:" + (await rig.queue.recent(f"telegram:{ana.id}"))[0].request.id)
        assert await again.answer() == "Too late: that one is finished already."


async def test_cancel_while_the_worker_is_at_it(rig: Rig) -> None:
    ana = rig.ana()
    async with rig.bot():
        await ana.say(SONG)
        track = await rig.worker.take()
        await rig.worker.report(track, TrackStage.SEPARATING, 0.2)
        card = await ana.until(lambda message: "20 %" in message.text)
        await (await ana.press(card, "Cancel")).answer()
        await ana.until(lambda message: message == card and message.text.endswith("\nCancelled"))
        assert not await rig.worker.report(track, TrackStage.SEPARATING, 0.3), "the worker is told"


async def test_cancel_while_the_file_comes_in(rig: Rig) -> None:
    rig.server.fault("getFile", Trouble.HANG)
    ana = rig.ana()
    async with rig.bot():
        await ana.send_audio(MP3)
        card = await ana.until(lambda message: "Taking in your file" in message.text)
        await (await ana.press(card, "Cancel")).answer()
        await ana.until(lambda message: message == card and message.text.endswith("\nCancelled"))
        await rig.settled()
    assert await rig.queue.size() == 0


async def test_cancel_while_sending(rig: Rig) -> None:
    rig.server.fault("sendMediaGroup", Trouble.HANG)
    ana = rig.ana()
    async with rig.bot():
        await ana.say(SONG)
        await rig.worker.finish(await rig.worker.take())
        card = await ana.until(lambda message: message.text.endswith("\nSending"))
        await (await ana.press(card, "Cancel")).answer()
        await ana.until(lambda message: message == card and message.text.endswith("\nCancelled"))
        await rig.settled()
    assert files(ana) == []


async def test_cancel_by_command_asks_which_when_there_are_several(rig: Rig) -> None:
    ana = rig.ana()
    async with rig.bot():
        await ana.say(SONG)
        await ana.until(lambda message: "dQw4w9WgXcQ" in message.text)
        await ana.say("/cancel")
        await ana.until(lambda message: message.text == "Cancelled.")
        first, second = await ana.say(f"{SONG} again"), await ana.say(OTHER)
        await ana.until(lambda message: message.reply_to == second)
        await ana.say("/cancel", reply_to=second)
        await ana.until(lambda message: message.reply_to == second and message.text.endswith("\nCancelled"))
        third = await ana.say(f"{OTHER} again")
        await ana.until(lambda message: message.reply_to == third)
        await ana.say("/cancel")
        which = await ana.until(lambda message: message.text == "Which one?")
        assert which.labels == [
            "YouTube video youtu.be/dQw4w9WgXcQ",
            "YouTube video youtu.be/jNQXAC9IVRw",
            "Cancel all",
        ]
        assert await (await ana.press(which, "Cancel all")).answer() == "2 songs cancelled."
        await ana.until(lambda message: message == which and message.text == "2 songs cancelled.")
        for asked in (first, third):
            await ana.until(lambda message, asked=asked: message.reply_to == asked and "\nCancelled" in message.text)  # type: ignore[misc]  # a default
    assert await rig.queue.size() == 0


async def test_status_lists_open_and_finished_requests(rig: Rig) -> None:
    ana = rig.ana()
    async with rig.bot():
        await ana.say(SONG)
        await rig.worker.finish(await rig.worker.take())
        await ana.until(done)
        await ana.say(OTHER)
        await ana.until(lambda message: "jNQXAC9IVRw" in message.text)
        await ana.say("/status")
        status = await ana.until(lambda message: "in the works" in message.text)
    assert status.text.startswith(
        "One song in the works\n\nYouTube video youtu.be/jNQXAC9IVRw\nNext in line\n\n"
        "Finished lately\n\nElis & Tom - Águas de Março (3:33)\nDone in "
    )


async def test_old_and_foreign_buttons_are_answered(rig: Rig) -> None:
    ana, bo = rig.ana(), rig.server.private(rig.server.person("Bo"))
    async with rig.bot():
        await ana.say(SONG)
        card = await ana.until(lambda message: "Next in line" in message.text)
        request = (await rig.queue.recent(f"telegram:{ana.id}"))[0].request
        await bo.say("/start")
        hello = await bo.until(lambda message: "Hi!" in message.text)
        for chat, message, data in (
            (bo, hello, f"cancel:{request.id}"),
            (ana, card, "cancel:0123456789abcdef"),
            (ana, card, f"resend:{request.id}:stems-mp3"),
            (ana, card, "what:is:this"),
        ):
            press = await chat.press_data(message, data)
            assert await press.answer() == "There is nothing left to do here. /status shows how things stand."
        assert await rig.phase(ana) is RequestPhase.WAITING

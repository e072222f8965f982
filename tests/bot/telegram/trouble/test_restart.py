"""A request's whole state is stored: the bot may stop at any point, and the next process continues."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from jobs.progress import RequestPhase, TrackStage
from jobs.queue.listings import keep_listing
from tests.bot.telegram.chat_fixture import SONG, Rig, cards, files, seen
from tests.bot.telegram.chat_steps import MP3, done
from tests.bot.telegram.setlists import LINK, THREE
from tests.peers.botapi import BotApi, Chat, Trouble
from tests.peers.botapi.files import Params
from tests.peers.botapi.methods import METHODS


async def choose_both(rig: Rig, chat: Chat) -> None:
    await chat.say("/settings")
    menu = await chat.until(lambda message: "What you get" in message.text)
    await (await chat.press(menu, "Both")).answer()


async def test_the_same_card_carries_on(rig: Rig) -> None:
    ana = rig.ana()
    async with rig.bot():
        await ana.say(SONG)
        card = await ana.until(lambda message: "Next in line" in message.text)
    track = await rig.worker.take()
    await rig.worker.report(track, TrackStage.SEPARATING, 0.3)
    async with rig.bot():
        await ana.until(lambda message: message == card and "30 %" in message.text)
    await rig.worker.finish(track)
    async with rig.bot():
        await ana.until(lambda message: message == card and done(message))
    assert len(files(ana)) == 2
    assert cards(ana) == [card]


async def test_a_card_that_was_never_sent_is_sent(rig: Rig) -> None:
    ana = rig.ana()
    rig.server.fault("sendMessage", Trouble.HANG)
    async with rig.bot():
        await ana.say(SONG)
        await rig.until_phase(ana, RequestPhase.WAITING)
    assert cards(ana) == []
    async with rig.bot():
        await ana.until(lambda message: "Next in line" in message.text)


@pytest.fixture
def slow(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    """Telegram's answers come late, but within the time that the bot has to stop."""
    rig.timing = replace(rig.timing, grace=8.0)

    def slowly(method: Callable[[BotApi, Params], Any]) -> Callable[[BotApi, Params], Any]:
        async def call(server: BotApi, params: Params) -> Any:
            said = method(server, params)
            server.notice()
            await asyncio.sleep(0.2)
            return said

        return call

    for name in ("sendmessage", "editmessagetext"):
        monkeypatch.setitem(METHODS, name, slowly(METHODS[name]))


async def test_told_to_stop_it_notes_what_is_on_its_way_so_that_nothing_is_shown_twice(rig: Rig, slow: None) -> None:
    ana = rig.ana()
    await keep_listing(rig.queue.redis, THREE)
    async with rig.bot():
        await ana.say(SONG)
        card = await ana.until(lambda message: "Next in line" in message.text)
    track = await rig.worker.take()
    async with rig.bot():
        await rig.worker.report(track, TrackStage.SEPARATING, 0.3)
        await ana.until(lambda message: message == card and "30 %" in message.text)
    async with rig.bot():
        await rig.worker.finish(track)
        await ana.until(lambda message: message == card and done(message))
        await ana.say(LINK)
        playlist = await ana.until(lambda message: "3 songs" in message.text)
    async with rig.bot():
        await (await ana.press(playlist, "Start")).answer()
        await ana.until(lambda message: "Song 1 of 3" in message.text)
    async with rig.bot():
        await ana.press(playlist, "Stop")
        await ana.until(lambda message: message == playlist and "Stopped" in message.text)
        await rig.settled()
    assert cards(ana) == [card, playlist]


async def test_what_is_answered_while_it_is_told_to_stop_is_answered_once(rig: Rig, slow: None) -> None:
    ana = rig.ana()
    async with rig.bot():
        await ana.say("/settings")
        await ana.until(lambda message: "What you get" in message.text)
    assert not rig.server.updates.waiting, "confirmed"
    async with rig.bot():
        await ana.say("/status")
        await ana.until(lambda message: "in the works" in message.text)
    assert len([message for message in ana.from_bot() if "What you get" in message.text]) == 1


async def test_a_file_that_was_not_brought_is_brought(rig: Rig) -> None:
    ana = rig.ana()
    rig.server.fault("getFile", Trouble.HANG)
    async with rig.bot():
        await ana.send_audio(MP3)
        await ana.until(lambda message: "Taking in your file" in message.text)
    assert await rig.phase(ana) is RequestPhase.RECEIVING
    async with rig.bot():
        await ana.until(lambda message: "Next in line" in message.text)
        await rig.worker.finish(await rig.worker.take())
        await ana.until(done)


async def test_what_was_confirmed_is_not_sent_again_and_what_was_under_way_is_offered(rig: Rig) -> None:
    ana = rig.ana()
    rig.server.fault("sendDocument", Trouble.HANG)
    async with rig.bot():
        await choose_both(rig, ana)
        await ana.say(SONG)
        await rig.worker.finish(await rig.worker.take())
        await ana.until(lambda message: message.file is not None)
        await rig.until_phase(ana, RequestPhase.SENDING)
        await rig.server.until(lambda: rig.server.faults[0].times == 0)
    assert len(files(ana)) == 2
    async with rig.bot():
        card = await ana.until(lambda message: "Send again" in message.labels)
        assert "Telegram never said that it arrived" in card.text
        assert len(files(ana)) == 2, "the album is not sent again, the zip not blindly"
        press = await ana.press(card, "Send again")
        assert await press.answer() == "Sending it again."
        await ana.until(lambda message: message.file is not None and message.file.name.endswith(".zip"))
        await ana.until(lambda message: message == card and "Send again" not in message.labels)
        await rig.settled()
        late = await ana.press_data(card, f"resend:{(await newest(rig, ana))}:zip-mp3")
        assert await late.answer() == "There is nothing left to do here. /status shows how things stand."
    assert len(files(ana)) == 3


async def newest(rig: Rig, chat: Chat) -> str:
    return (await rig.queue.recent(f"telegram:{chat.id}"))[0].request.id


@pytest.mark.parametrize("trouble", [Trouble.LOST, Trouble.DROP])
async def test_an_upload_whose_answer_was_lost_is_offered_by_a_button(rig: Rig, trouble: Trouble) -> None:
    ana = rig.ana()
    rig.server.fault("sendMediaGroup", trouble)
    async with rig.bot():
        await ana.say(SONG)
        await rig.worker.finish(await rig.worker.take())
        card = await ana.until(lambda message: "Send again" in message.labels)
        await rig.settled()
        assert len(files(ana)) == (2 if trouble is Trouble.LOST else 0)
        assert await rig.phase(ana) is RequestPhase.DONE
    async with rig.bot():
        press = await ana.press(card, "Send again")
        twice = await ana.press(card, "Send again")
        assert await press.answer() == "Sending it again."
        assert await twice.answer()
        await rig.until_phase(ana, RequestPhase.DONE)
        await ana.until(lambda message: message == card and "Send again" not in message.labels)
    assert len(files(ana)) == (4 if trouble is Trouble.LOST else 2)


async def test_a_result_that_left_the_store_is_made_again(rig: Rig) -> None:
    ana = rig.ana()
    async with rig.bot():
        await ana.say(SONG)
        await ana.until(lambda message: "Next in line" in message.text)
        track = await rig.worker.take()
    await rig.worker.finish(track)
    await rig.store.forget(track.id)
    async with rig.bot():
        await rig.worker.finish(await rig.worker.take())
        await ana.until(done)
    assert len(files(ana)) == 2


async def test_a_request_that_ended_while_the_bot_was_away_gets_its_final_card(rig: Rig) -> None:
    ana = rig.ana()
    async with rig.bot():
        await ana.say(SONG)
        card = await ana.until(lambda message: "Next in line" in message.text)
    await rig.queue.cancel(await newest(rig, ana))
    async with rig.bot():
        await ana.until(lambda message: message == card and message.text.endswith("\nCancelled"))
        await rig.settled()
    assert "Next in line" not in seen(ana)

"""Pictures: the waveforms before the stems, and covers on them."""

import pytest

from tests.bot.telegram.chat_fixture import BEGINNINGS, SONG, Rig, cards, files
from tests.bot.telegram.chat_steps import PAIR, bo, done, result
from tests.covers import encoded, picture
from tests.peers.botapi import Chat, Message


def photos(chat: Chat) -> list[Message]:
    return [message for message in chat.from_bot() if message.file is not None and message.file.kind == "photo"]


@pytest.mark.parametrize("zip_", [False, True])
async def test_the_picture_comes_before_the_album_or_zip_and_not_with_mixes(rig: Rig, zip_: bool) -> None:
    rig.worker.picture = True
    ana, other = rig.ana(), bo(rig)
    async with rig.bot():
        if zip_:
            await ana.say("/settings")
            menu = await ana.until(lambda message: "What you get" in message.text)
            await (await ana.press(menu, "Zip")).answer()
        card = await result(rig, ana)
        await rig.settled()
        sent = [message.file.kind for message in ana.from_bot() if message.file]
        assert sent == (["photo", "document"] if zip_ else ["photo", "audio", "audio"])
        await (await ana.press(card, "No vocals")).answer()
        await rig.worker.finish(await rig.worker.take())
        await ana.until(lambda message: message.reply_to == card and done(message))
        await rig.settled()
        assert len(photos(ana)) == 1
        if not zip_:
            await rig.store.forget((await rig.queue.recent(f"telegram:{ana.id}"))[0].request.track_id)
            await other.say(SONG)
            await other.until(done)
            assert len(photos(other)) == 1
            assert rig.server.calls("sendPhoto")[-1].uploads == {}


async def test_a_picture_that_telegram_refuses_is_left_out(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    rig.expected.append("IMAGE_PROCESS_FAILED")
    monkeypatch.setitem(BEGINNINGS, "png", b"not a picture")
    rig.worker.picture = True
    ana = rig.ana()
    async with rig.bot():
        await result(rig, ana)
        await ana.say(f"{SONG} again")
        await rig.server.until(lambda: files(ana) == PAIR * 2)
        await rig.settled()
    assert len(rig.server.calls("sendPhoto")) == 1, "nor is it tried again"
    assert len(cards(ana)) == 2


async def test_audio_messages_carry_the_small_cover(rig: Rig) -> None:
    rig.worker.thumbnail = encoded(picture(side=280), "JPEG")  # as wide as Telegram takes: 320 pixels
    ana = rig.ana()
    async with rig.bot():
        await result(rig, ana)
    covers = [message.file.thumbnail for message in ana.from_bot() if message.file]
    assert covers == [rig.worker.thumbnail] * 2

"""The picture of the stems, on the card of the song; and covers on the stems."""

import pytest
from telegram.ext import ExtBot

from bot.cards.cards import Card
from bot.delivery.cards.pictures import Pictured
from bot.delivery.cards.status_cards import CardNote
from bot.telegram.sending.poster import TelegramPoster
from bot.telegram.sending.rate_limiter import RateLimiter
from jobs.queue import keys
from tests.bot.telegram.chat_fixture import BEGINNINGS, QUICK_PACE, SONG, Rig, files
from tests.bot.telegram.chat_steps import PAIR, again, bo, done, reply_to, result, turned
from tests.covers import encoded, picture
from tests.peers.botapi import Chat, Message


def photos(chat: Chat) -> list[Message]:
    return [message for message in chat.from_bot() if message.file is not None and message.file.kind == "photo"]


@pytest.mark.parametrize("zip_", [False, True])
async def test_the_card_of_a_song_becomes_its_picture_once_in_a_chat(rig: Rig, zip_: bool) -> None:
    rig.worker.picture = True
    ana, other = rig.ana(), bo(rig)
    async with rig.bot():
        if zip_:
            await ana.say("/settings")
            menu = await ana.until(lambda message: "What you get" in message.text)
            await (await ana.press(menu, "Zip")).answer()
        card = await result(rig, ana)
        await rig.settled()
        assert photos(ana) == [card]
        assert "No vocals" in card.labels
        sent = [message for message in ana.from_bot() if message.reply_to == card.reply_to and message != card]
        assert [one.file.kind for one in sent if one.file] == (["document"] if zip_ else ["audio", "audio"])
        await (await ana.press(card, "No vocals")).answer()
        await rig.worker.finish(await rig.worker.take())
        await reply_to(ana, card)
        here, before = await again(ana), len(files(ana))
        await rig.server.until(lambda: len(files(ana)) > before)
        await rig.settled()
        assert here.reply_to == card
        assert photos(ana) == [card], "neither a mix nor a repeat shows it again"
        if not zip_:
            await other.say(SONG)
            await other.until(done)
            await rig.settled()
            assert len(photos(other)) == 1
    assert rig.server.calls("sendPhoto") == []


async def test_pages_of_a_card_with_a_picture_keep_the_picture(rig: Rig) -> None:
    rig.worker.picture = True
    ana = rig.ana()
    async with rig.bot():
        card = await result(rig, ana)
        await rig.settled()
        shown = card.file
        first = card.labels
        for label, there in (("More…", "Forget"), ("Back", first[-1])):
            await (await ana.press(card, label)).answer()
            await turned(ana, card, there)
        assert card.labels == first
        assert card.file == shown
    async with rig.bot():  # it does not know that the card is a photo
        await (await ana.press(card, "More…")).answer()
        await turned(ana, card, "Forget")
        assert card.file == shown
    assert len(rig.server.calls("editMessageMedia")) == 1
    assert rig.server.refused == []


async def test_a_forgotten_song_shows_its_picture_again(rig: Rig) -> None:
    rig.worker.picture = True
    ana = rig.ana()
    async with rig.bot():
        card = await result(rig, ana)
        for label in ("More…", "Forget", "Yes, forget it"):
            await turned(ana, card, label)
            await (await ana.press(card, label)).answer()
        await ana.say(f"{SONG} anew")
        await rig.worker.finish(await rig.worker.take())
        again = await ana.until(lambda message: done(message) and message != card)
        await rig.settled()
    assert photos(ana) == [card, again]


async def test_a_bot_that_was_killed_after_the_picture_edits_the_card_again(rig: Rig) -> None:
    """The picture was added, and the note of the card has its earlier face."""
    rig.worker.picture = True
    ana = rig.ana()
    async with rig.bot():
        card = await result(rig, ana)
        await rig.settled()
    request = (await rig.queue.recent(f"telegram:{ana.id}"))[0].request
    await rig.queue.set_card(request.id, CardNote(reference=str(card.id), face="earlier").model_dump_json())
    await rig.queue.redis.zadd(keys.attended("telegram"), {request.id: request.created_at})
    async with rig.bot():
        await rig.settled()
    assert photos(ana) == [card]
    assert done(card)
    assert len(rig.server.calls("editMessageMedia")) == 2
    assert rig.server.refused == []


async def test_a_photo_of_which_the_bot_does_not_know_gets_a_caption(rig: Rig) -> None:
    rig.expected.append("there is no text in the message to edit")
    rig.worker.picture = True
    ana = rig.ana()
    async with rig.bot():
        card = await result(rig, ana)
        await rig.settled()
    request = (await rig.queue.recent(f"telegram:{ana.id}"))[0].request
    limiter = RateLimiter(QUICK_PACE)
    async with ExtBot(rig.server.token, rig.server.base_url, rate_limiter=limiter) as bot:
        poster = TelegramPoster(bot, rig.store, QUICK_PACE, Pictured())
        for text in ("One", "Two", "Long\n" * 400):
            await poster.edit(request.address, str(card.id), Card(text=text, is_final=True))
            assert text.startswith(card.text)
    assert len([one for one in rig.server.refused if one.code == 400]) == 1
    assert card in photos(ana)


async def test_a_picture_that_the_store_lost_is_left_out(rig: Rig) -> None:
    """Telegram has the files of an earlier delivery, in another chat."""
    rig.worker.picture = True
    ana, other = rig.ana(), bo(rig)
    async with rig.bot():
        await result(rig, ana)
        await rig.settled()
        await rig.store.forget((await rig.queue.recent(f"telegram:{ana.id}"))[0].request.track_id)
        await other.say(SONG)
        await other.until(done)
        await rig.settled()
    assert (photos(other), files(other)) == ([], PAIR)


async def test_a_picture_that_telegram_refuses_is_left_out(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    rig.expected.append("IMAGE_PROCESS_FAILED")
    monkeypatch.setitem(BEGINNINGS, "png", b"not a picture")
    rig.worker.picture = True
    ana = rig.ana()
    async with rig.bot():
        await result(rig, ana)
        await again(ana)
        await rig.server.until(lambda: files(ana) == PAIR * 2)
        await rig.settled()
    assert len(rig.server.calls("editMessageMedia")) == 1, "nor is it tried again"
    assert photos(ana) == []


async def test_audio_messages_carry_the_small_cover(rig: Rig) -> None:
    rig.worker.thumbnail = encoded(picture(side=280), "JPEG")  # as wide as Telegram takes: 320 pixels
    ana = rig.ana()
    async with rig.bot():
        await result(rig, ana)
    covers = [message.file.thumbnail for message in ana.from_bot() if message.file]
    assert covers == [rig.worker.thumbnail] * 2

"""Several files or links at once: one message about those that did not fit, and a button that starts them later."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bot.inert import plain
from bot.telegram.chat_platform import CLOUD_DOWNLOAD
from jobs.queue import keys
from jobs.queue.requests import JobQueue
from jobs.store.folder import FolderStore
from tests.bot.telegram.asking.several import FULL, finish, names, says, songs, told
from tests.bot.telegram.chat_fixture import SONG, Rig, Worker, cards, settings_for
from tests.bot.telegram.chat_steps import MP3, answered_soon, band_of, bo, done, in_line
from tests.peers.botapi import BotApi


async def test_an_album_of_ten_gets_one_sentence_and_the_rest_can_be_started_later(rig: Rig) -> None:
    ana = rig.ana()
    async with rig.bot():
        sent = await ana.send_album(songs(10))
        said = await ana.until(
            lambda message: says(message, f"5 of 10 songs are in line. {FULL} Tap the button when there is room.")
        )
        assert said.labels == ["Start the others"]
        assert said.reply_to == sent[0]
        assert await names(rig, ana) == [f"song {number}.mp3" for number in range(1, 6)]
        # As long as there is no room, the button says so and keeps everything.
        assert (await answered_soon(await ana.press(said, "Start the others"))).startswith(FULL)
        assert said.labels == ["Start the others"]
        await finish(rig, 3)
        assert await answered_soon(await ana.press(said, "Start the others")) == "3 more are in line."
        await ana.until(lambda message: message == said and message.text.startswith("8 of 10 songs are in line."))
        await finish(rig, 5)
        assert await answered_soon(await ana.press(said, "Start the others")) == "2 more are in line."
        await ana.until(lambda message: message == said and says(message, "All 10 songs are in line now."))
        assert said.labels == []
        await finish(rig, 2)
    assert await names(rig, ana) == [f"song {number}.mp3" for number in range(1, 11)]
    assert told(ana) == [said]


async def test_the_button_works_after_a_restart_and_only_once(rig: Rig) -> None:
    ana = rig.ana()
    async with rig.bot():
        await ana.send_album(songs(7))
        said = await ana.until(lambda message: "5 of 7 songs are in line." in message.text)
    async with rig.bot():
        await finish(rig, 5)
        rig.expected.append("message is not modified")  # the second tap may come after the first one's edit
        presses = [await ana.press(said, "Start the others") for _ in range(2)]
        first, second = [await answered_soon(press) for press in presses]
        assert (first, second) == (
            "2 more are in line.",
            "There is nothing left to do here. /status shows how things stand.",
        )
        await ana.until(lambda message: message == said and says(message, "All 7 songs are in line now."))
        await finish(rig, 2)
    assert len(await names(rig, ana)) == 7
    assert told(ana) == [said]


async def test_a_bot_that_stops_before_it_told_tells_when_it_is_back(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    ana, other = rig.ana(), bo(rig)
    rig.timing = replace(rig.timing, batch=600)
    async with rig.bot():
        await ana.send_album(songs(6))
        await other.say("/help")  # which is handled after the album
        await other.until(lambda message: "YouTube" in message.text)
        await ana.until(lambda message: plain(message.text).startswith("song 5.mp3"))
        assert told(ana) == []
    rig.timing = replace(rig.timing, batch=0)
    async with rig.bot():
        await ana.until(lambda message: message.text.startswith("5 of 6 songs are in line."))
    assert len(told(ana)) == 1


async def test_updates_that_come_again_count_once(rig: Rig) -> None:
    ana = rig.ana()
    updates: dict[int, Any] = {}
    async with rig.bot():
        await ana.send_album(songs(7))
        updates |= rig.server.updates.waiting
        said = await ana.until(lambda message: message.text.startswith("5 of 7 songs are in line."))
    async with rig.bot():
        for update_id, update in updates.items():
            rig.server.updates.repeat(update_id, update)
        await ana.say("/help")  # which is handled after them
        helped = await ana.until(lambda message: "/settings" in message.text)
        await finish(rig, 5)
        assert await answered_soon(await ana.press(said, "Start the others")) == "2 more are in line."
    assert told(ana) == [said, helped]
    assert len(await names(rig, ana)) == 7


async def test_files_one_by_one_get_one_sentence_too(rig: Rig) -> None:
    ana = rig.ana()
    async with rig.bot():
        for one in songs(8):
            await ana.send_file("audio", **one)
        said = await ana.until(
            lambda message: says(message, f"3 songs wait. {FULL} Tap the button when there is room.")
        )
        await finish(rig, 5)
        assert await answered_soon(await ana.press(said, "Start now")) == "3 more are in line."
        await finish(rig, 3)
    assert await names(rig, ana) == [f"song {number}.mp3" for number in range(1, 9)]
    assert told(ana) == [said]


async def test_links_that_did_not_fit_wait_for_a_tap(rig: Rig) -> None:
    ana = rig.ana()
    async with rig.bot():
        await ana.say(" ".join(f"https://youtu.be/aaaaaaaaa{letter}A" for letter in "abcdefg"))
        said = await ana.until(lambda message: message.labels == ["Start the others"])
        assert said.text == f"5 of 7 songs are in line. {FULL} Tap the button when there is room."
        await finish(rig, 5)
        assert await answered_soon(await ana.press(said, "Start the others")) == "2 more are in line."
        await finish(rig, 2)
        await ana.until(lambda message: message == said and says(message, "All 7 songs are in line now."))
    views = await rig.queue.recent(f"telegram:{ana.id}", limit=50)
    assert sorted(view.request.source.key for view in views) == [f"youtube:aaaaaaaaa{letter}A" for letter in "abcdefg"]
    assert len({view.request.created_at for view in views}) == 7


async def test_who_may_start_the_others_in_a_group(rig: Rig) -> None:
    """An album counts as a whole, whichever of its files has the words; whose it is may start the rest, and admins."""
    band, ana, bo_, cy = band_of(rig)
    rig.server.privacy = False
    async with rig.bot():
        await band.send_album(songs(8), by=bo_, caption="/stems")
        await band.send_album(songs(3), by=cy)  # not for the bot
        said = await band.until(lambda message: message.text.startswith("5 of 8 songs are in line."))
        await finish(rig, 2)
        refused = await answered_soon(await band.press(said, "Start the others", by=cy))
        assert refused == "Only the one who sent these or an admin can start them."
        assert len(await names(rig, band)) == 5
        assert await answered_soon(await band.press(said, "Start the others", by=ana)) == "2 more are in line."
        views = await rig.queue.recent(f"telegram:{band.id}", limit=50)
        assert {view.request.asker for view in views} == {f"telegram:{bo_.id}"}, "they count for who sent them"
        await finish(rig, 5)
        assert await answered_soon(await band.press(said, "Start the others", by=bo_)) == "One more is in line."
        await finish(rig, 1)
    assert await names(rig, band) == [f"song {number}.mp3" for number in range(1, 9)]


async def test_what_did_not_fit_goes_along_when_the_group_becomes_a_supergroup(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    rig.timing = replace(rig.timing, batch_again=0.2)
    old, _, bo_, _ = band_of(rig, basic=True)
    rig.expected += ["upgraded to a supergroup chat", "message to edit not found"]
    rig.server.privacy = False
    async with rig.bot():
        await old.send_album(songs(7), by=bo_, caption="/stems")
        await old.until(lambda message: message.text.startswith("5 of 7 songs are in line."))
        new = old.upgrade()
        again = await new.until(lambda message: message.text.startswith("5 of 7 songs are in line."))
        await finish(rig, 5)
        assert await answered_soon(await new.press(again, "Start the others", by=bo_)) == "2 more are in line."
        await finish(rig, 2)
    assert await names(rig, new) == [f"song {number}.mp3" for number in range(1, 8)]
    assert len([message for message in new.from_bot() if "Start the others" in message.labels]) <= 1


async def test_who_was_let_out_meanwhile_starts_nothing(rig: Rig) -> None:
    rig.settings = rig.settings.model_copy(update={"access": "closed"})
    band, ana, bo_, _ = band_of(rig)
    await rig.owned_by(ana.id)
    rig.server.privacy = False
    async with rig.bot():
        await band.say("/allow", by=ana)
        await band.until(lambda message: "Everyone in this group can use me now." in message.text)
        await band.send_album(songs(6), by=bo_, caption="/stems@fl_bt_test_bot")
        said = await band.until(lambda message: message.labels == ["Start the others"])
        await finish(rig, 5)
        await band.say("/deny", by=ana)
        await band.until(lambda message: "can’t use me any more" in message.text)
        assert await answered_soon(await band.press(said, "Start the others", by=ana)) == (
            "Only the one who sent these or an admin can start them."
        )
    assert len(await names(rig, band)) == 5


async def test_what_cannot_be_taken_of_an_album_is_said_in_the_same_message(rig: Rig) -> None:
    ana = rig.ana()
    pdf = {"kind": "document", "content": b"%PDF", "name": "score.pdf", "mime": "application/pdf"}
    large = {"content": MP3, "name": "long.mp3", "mime": "audio/mpeg", "size": CLOUD_DOWNLOAD + 1}
    async with rig.bot():
        await ana.send_album([*songs(6), large, large, pdf])
        await ana.until(
            lambda message: says(
                message,
                f"5 of 6 songs are in line. {FULL} Tap the button when there is room.\n"
                "2 files are larger than 20 MB, the most that I can fetch: send me smaller copies.\n"
                "One file is neither audio nor video. I left it out.",
            )
        )
        assert len(told(ana)) == 1


async def test_an_album_of_pictures_is_refused_once(rig: Rig) -> None:
    ana = rig.ana()
    picture = {"kind": "document", "content": b"\xff\xd8\xff", "name": "band.jpg", "mime": "image/jpeg"}
    async with rig.bot():
        await ana.send_album([picture] * 4)
        said = await ana.until(lambda message: message.is_bots)
        assert said.text == "4 files are neither audio nor video. I left them out."
        await ana.say(SONG)
        await ana.until(in_line)
    assert told(ana) == [said]


async def test_a_button_of_yesterday_says_what_to_do(rig: Rig) -> None:
    ana, other = rig.ana(), bo(rig)
    async with rig.bot():
        await ana.send_album(songs(6))
        said = await ana.until(lambda message: message.labels == ["Start the others"])
        gone = "I don’t remember these any more. Please send them again."
        data = said.buttons[0][0]["callback_data"]
        await other.say("/help")
        hello = await other.until(lambda message: "YouTube" in message.text)
        assert await answered_soon(await other.press_data(hello, data)) == gone, "in another chat"
        (key,) = [key async for key in rig.queue.redis.scan_iter(keys.leftover("*"))]
        assert 0 < await rig.queue.redis.ttl(key) <= keys.KEEP_LEFTOVER
        await rig.queue.redis.delete(key)
        assert await answered_soon(await ana.press(said, "Start the others")) == gone


# --- minutes, and pace -------------------------------------------------------------------------------------------


@pytest.fixture
async def rationed(server: BotApi, queue: JobQueue, store: FolderStore, tmp_path: Path) -> AsyncIterator[Rig]:
    """Ten minutes a day for each person, and five messages a minute."""
    settings = settings_for(server, tmp_path, minutes_per_person=10, messages_per_minute=5)
    yield Rig(server, queue, store, settings, Worker(queue, store))
    assert server.refused == []


async def test_minutes_are_counted_anew_and_a_long_song_waits_for_a_day_of_its_own(rationed: Rig) -> None:
    ana = rationed.ana()
    long = {"content": MP3, "name": "long.mp3", "mime": "audio/mpeg", "seconds": 1200}
    async with rationed.bot():
        await ana.send_album([*songs(1, seconds=240), long, *songs(3, seconds=240)[1:]])
        said = await ana.until(lambda message: message.text.startswith("2 of 4 songs are in line. I separate up to"))
        assert "you have used 8:00 of it" in said.text
        refused = await answered_soon(await ana.press(said, "Start the others"))
        assert refused.startswith("I separate up to 10:00 of music for one person within 24 hours")
        first = await rationed.worker.take()
        await rationed.worker.finish(first)
        card = await ana.until(lambda message: "song 2.mp3" in plain(message.text))
        await ana.press(card, "Cancel")  # which gives its minutes back
        await ana.until(lambda message: message == card and "Cancelled" in message.text)
        assert await answered_soon(await ana.press(said, "Start the others")) == "One more is in line."
        await rationed.worker.finish(await rationed.worker.take())
        await rationed.settled()
    assert await names(rationed, ana) == ["song 1.mp3", "song 2.mp3", "song 3.mp3"]


async def test_an_album_is_one_message_as_far_as_pace_goes(rationed: Rig) -> None:
    ana = rationed.ana()
    async with rationed.bot():
        await ana.send_album(songs(8, seconds=30))
        await ana.until(lambda message: message.text.startswith("5 of 8 songs are in line."))
        await ana.say("/help")
        await ana.until(lambda message: "Send me a YouTube link" in message.text)
        await finish(rationed, 5)
    assert sum(done(message) for message in cards(ana)) == 5

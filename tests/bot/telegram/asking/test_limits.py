"""Limits per person and per chat: minutes of music per day, messages per minute."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.chats.access import Access, Hearing
from jobs.progress import RequestPhase
from jobs.queue.connection import answer
from jobs.queue.listings import keep_listing
from jobs.queue.requests import JobQueue
from jobs.store.folder import FolderStore
from tests.bot.telegram.chat_fixture import BEGINNINGS, OTHER, SONG, Rig, Worker, files, settings_for
from tests.bot.telegram.chat_steps import again
from tests.bot.telegram.setlists import LINK, THREE, offered
from tests.peers.botapi import BotApi, Message

MP3 = BEGINNINGS["mp3"] * 50


@pytest.fixture
async def rationed(server: BotApi, queue: JobQueue, store: FolderStore, tmp_path: Path) -> AsyncIterator[Rig]:
    """Ten minutes a day for each person, a quarter of an hour for each chat."""
    settings = settings_for(server, tmp_path, minutes_per_person=10, minutes_per_chat=15)
    yield Rig(server, queue, store, settings, Worker(queue, store))
    assert server.refused == []


def refused(message: Message) -> bool:
    return "within 24 hours" in message.text


async def test_a_days_minutes_are_said_in_numbers_and_outlive_a_restart(rationed: Rig) -> None:
    ana = rationed.ana()
    async with rationed.bot():
        await ana.send_audio(MP3, seconds=480)
        await rationed.worker.finish(await rationed.worker.take())
        await rationed.settled()
        sent = await ana.send_audio(MP3 + b"another", seconds=180)
        said = await ana.until(refused)
        assert said.reply_to == sent
        assert said.text == (
            "I separate up to 10:00 of music for one person within 24 hours, and you have used 8:00 of it. "
            "There is room again in 24 h 00 min. Songs that I have sent before, and other mixes of them, you can have "
            "at any time. Tap the button when there is room."
        )
        assert len(await rationed.queue.recent(f"telegram:{ana.id}")) == 1
    async with rationed.bot():
        await ana.send_audio(MP3 + b"a third", seconds=180)
        await ana.until(lambda message: refused(message) and message != said)
        await ana.send_audio(MP3 + b"short", seconds=60)
        await rationed.worker.finish(await rationed.worker.take())
        await rationed.settled()
    assert len(files(ana)) == 4


async def test_status_shows_the_used_minutes(rationed: Rig) -> None:
    ana, bo = rationed.server.person("Ana"), rationed.server.person("Bo")
    band, alone = rationed.server.group("The Band", [ana, bo]), rationed.server.private(ana)
    async with rationed.bot():
        await alone.say("/status")
        await alone.until(lambda message: "Nothing in the works" in message.text)
        await band.send_audio(MP3, by=bo, seconds=90, caption="/stems")
        await alone.send_audio(MP3 + b"mine", seconds=61)
        await alone.say("/status")
        await alone.until(lambda message: "Music separated within 24 hours: 1:01 of 10:00." in message.text)
        await band.say("/status", by=ana)
        await band.until(lambda message: "Music separated within 24 hours: 1:30 of 15:00." in message.text)
        await rationed.owned_by(ana.id)
        asked = await alone.say("/status")
        said = await alone.until(lambda message: message.reply_to == asked)
    assert "24 hours" not in said.text
    assert "24 hours" not in alone.from_bot()[0].text


async def test_a_song_that_was_sent_before_costs_nothing(rationed: Rig) -> None:
    ana = rationed.ana()
    async with rationed.bot():
        await ana.say(SONG)
        track = await rationed.worker.take()
        assert await rationed.worker.track_queue.charge(track.id, 600) == 0
        await rationed.worker.finish(track)
        await rationed.settled()
        await ana.say(OTHER)
        await ana.until(refused)
        here = await again(ana)
        await rationed.server.until(lambda: len(files(ana)) == 4)
        await rationed.settled()
        assert await rationed.phase(ana) is RequestPhase.DONE
        await (await ana.press(here, "No vocals")).answer()
        await rationed.worker.finish(await rationed.worker.take())
        await rationed.settled()
    assert len(files(ana)) == 5


async def test_a_video_that_turns_out_too_long_for_today_fails_on_its_card(rationed: Rig) -> None:
    ana = rationed.ana("pt")
    async with rationed.bot():
        await ana.send_audio(MP3, seconds=480)
        await rationed.worker.finish(await rationed.worker.take())
        await rationed.settled()
        await ana.say(SONG)
        track = await rationed.worker.take()
        assert await rationed.worker.track_queue.charge(track.id, 200) == 1
        said = await ana.until(lambda message: "Eu separo até 10:00 de música por pessoa em 24 horas" in message.text)
        await rationed.settled()
    assert "você já usou 8:00" in said.text
    assert await rationed.phase(ana) is RequestPhase.FAILED


async def test_a_groups_minutes_are_everybodys_but_the_owners(rationed: Rig) -> None:
    ana, bo, cy = (rationed.server.person(name) for name in ("Ana", "Bo", "Cy"))
    await rationed.owned_by(cy.id)
    band = rationed.server.group("The Band", [ana, bo, cy])
    async with rationed.bot():
        for turn, who in enumerate((ana, bo)):
            await band.send_audio(MP3 + bytes([turn]), by=who, seconds=440, caption="/stems")
            await rationed.worker.finish(await rationed.worker.take())
            await rationed.settled()
        await band.send_audio(MP3 + b"more", by=bo, seconds=30, caption="/stems")
        said = await band.until(refused)
        assert said.text.startswith(
            "I separate up to 15:00 of music for one chat within 24 hours, and 14:40 of it are used here."
        )
        await band.send_audio(MP3 + b"the owner's", by=cy, seconds=1200, caption="/stems")
        await rationed.worker.finish(await rationed.worker.take())
        await rationed.settled()
    assert len(files(band)) == 6


@pytest.mark.parametrize("found_out", ["by the worker", "when asked"])
async def test_a_playlist_ends_where_the_minutes_end(rationed: Rig, found_out: str) -> None:
    ana = rationed.ana()
    async with rationed.bot():
        await ana.say(LINK)
        await keep_listing(rationed.queue.redis, THREE)
        card = await ana.until(offered)
        await ana.press(card, "Start: 3 songs")
        first = await rationed.worker.take()
        await rationed.worker.track_queue.charge(first.id, 500 if found_out == "by the worker" else 600)
        await rationed.worker.finish(first)
        if found_out == "by the worker":
            second = await rationed.worker.take()
            assert await rationed.worker.track_queue.charge(second.id, 200) == 1
        await ana.until(lambda message: message == card and "The playlist ends here for today" in message.text)
        await rationed.settled()
    assert "10:00 of music for one person" in card.text
    assert card.labels == []
    assert await rationed.queue.size() == (1 if found_out == "by the worker" else 0), "the worker ends what it has"


# --- messages ----------------------------------------------------------------------------------------------------


@pytest.fixture
async def paced(server: BotApi, queue: JobQueue, store: FolderStore, tmp_path: Path) -> AsyncIterator[Rig]:
    """Five messages a minute."""
    yield Rig(server, queue, store, settings_for(server, tmp_path, messages_per_minute=5), Worker(queue, store))
    assert server.refused == []


def told(message: Message) -> bool:
    return message.text == "That was more than I can follow. I listen again when you have been quiet for 30 s."


async def answered(rig: Rig) -> None:
    """Wait until all earlier updates are handled: another person's last message has its answer."""
    last = rig.server.private(rig.server.person("Cy"))
    await last.say("/help")
    await last.until(lambda message: "YouTube" in message.text)


@pytest.mark.parametrize("text", ["hello", "/start again"])
async def test_who_writes_too_fast_is_told_once_and_the_next_bot_knows(paced: Rig, text: str) -> None:
    ana = paced.ana()
    async with paced.bot():
        for _ in range(9):
            await ana.say(text)
        await ana.until(told)
        await answered(paced)
    async with paced.bot():
        await ana.say(SONG)
        await answered(paced)
        assert await paced.queue.recent(f"telegram:{ana.id}") == []
        assert [told(message) for message in ana.from_bot()] == [False] * 5 + [True]
        # Half a minute later.
        await answer(paced.queue.redis.hincrbyfloat(f"flbt:rate:telegram:{ana.id}", "at", -31))
        await ana.say(SONG)
        await paced.worker.take()


async def test_taps_count_and_are_told_in_passing(paced: Rig) -> None:
    ana = paced.ana()
    async with paced.bot():
        await ana.say("/settings")
        settings = await ana.until(lambda message: message.labels != [])
        said = [await (await ana.press_data(settings, "of another age")).answer() for _ in range(5)]
        await ana.press_data(settings, "of another age")
        await answered(paced)
    assert said[-1].startswith("That was more than I can follow")
    assert len(paced.server.calls("answerCallbackQuery")) == 5


async def test_the_owner_may_and_zero_is_no_limit(paced: Rig) -> None:
    ana = paced.ana()
    await paced.owned_by(ana.id)
    async with paced.bot():
        for _ in range(8):
            await ana.say("hello")
        await paced.server.until(lambda: len(ana.from_bot()) == 8)
    access = Access(paced.queue.redis, "open")
    assert {await access.hears("bo", 0) for _ in range(50)} == {Hearing.YES}


async def test_in_a_group_what_is_not_for_us_counts_for_nothing(paced: Rig) -> None:
    ana, bo = paced.server.person("Ana"), paced.server.person("Bo")
    band = paced.server.group("The Band", [ana, bo])
    paced.server.privacy = False
    async with paced.bot():
        for _ in range(12):
            await band.say("la la la", by=ana)
        for number in range(6):
            await band.say(f"{SONG}?t={number} @fl_bt_test_bot", by=ana)
        await band.until(told)
        await band.say("/help", by=ana)
        await band.say("/help", by=bo)
        await band.until(lambda message: message.reply_to is not None and message.reply_to.sender == bo)
    assert sum(told(message) for message in band.from_bot()) == 1


async def test_in_a_group_only_replies_that_read_as_a_mix_count(paced: Rig) -> None:
    ana = paced.server.person("Ana")
    band = paced.server.group("The Band", [ana])
    async with paced.bot():
        await band.say(f"/stems {SONG}", by=ana)
        await paced.worker.finish(await paced.worker.take())
        card = await band.until(lambda message: "Done in" in message.text)
        for _ in range(12):
            await band.say("sounds great", by=ana, reply_to=card)
        for _ in range(6):
            await band.say("no vocasl", by=ana, reply_to=card)
        await band.until(told)
        await answered(paced)
    assert sum(message.text.startswith("Did you mean") for message in band.from_bot()) == 4
    assert sum(told(message) for message in band.from_bot()) == 1


async def test_only_quiet_helps(queue: JobQueue) -> None:
    access = Access(queue.redis, "open")

    async def hears(at: float) -> Hearing:
        return await access.hears("ana", 4, now=1000.0 + at)

    assert [await hears(0) for _ in range(6)] == [Hearing.YES] * 4 + [Hearing.NO_MORE, Hearing.NO]
    assert await hears(29) is Hearing.NO
    assert await hears(58) is Hearing.NO, "29 s were not quiet enough"
    assert [await hears(88) for _ in range(3)] == [Hearing.YES] * 2 + [Hearing.NO_MORE]
    assert await hears(1000) is Hearing.YES


async def test_steady_work_is_heard_for_ever(queue: JobQueue) -> None:
    access = Access(queue.redis, "open")
    assert {await access.hears("ana", 30, now=1000.0 + 2 * turn) for turn in range(100)} == {Hearing.YES}

"""What one person, and one chat, may ask of us: minutes of music per day, messages per minute."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from jobs.listings import keep_listing
from jobs.outcomes import Phase
from jobs.queue import JobQueue
from jobs.store import ResultStore
from tests.bot.telegram.rig import BEGINNINGS, OTHER, SONG, Rig, Worker, files, settings_for
from tests.bot.telegram.test_playlists import LINK, THREE, offered
from tests.peers.botapi import BotApi, Message

MP3 = BEGINNINGS["mp3"] * 50


@pytest.fixture
async def rationed(server: BotApi, queue: JobQueue, store: ResultStore, tmp_path: Path) -> AsyncIterator[Rig]:
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
            "Send this again in 24 h 00 min. Songs that I have sent before, and other mixes of them, you can have "
            "at any time."
        )
        assert len(await rationed.queue.recent(f"telegram:{ana.id}")) == 1
    async with rationed.bot():
        await ana.send_audio(MP3 + b"a third", seconds=180)
        await ana.until(lambda message: refused(message) and message != said)
        await ana.send_audio(MP3 + b"short", seconds=60)
        await rationed.worker.finish(await rationed.worker.take())
        await rationed.settled()
    assert len(files(ana)) == 4


async def test_a_song_that_was_sent_before_costs_nothing(rationed: Rig) -> None:
    ana = rationed.ana()
    async with rationed.bot():
        await ana.say(SONG)
        track = await rationed.worker.take()
        assert await rationed.worker.desk.charge(track.id, 600) == 0
        await rationed.worker.finish(track)
        await rationed.settled()
        await ana.say(OTHER)
        await ana.until(refused)
        await ana.say(SONG)
        await rationed.settled()
        assert await rationed.phase(ana) is Phase.DONE
        card = await ana.until(lambda message: "No vocals" in message.labels)
        await ana.press(card, "No vocals")
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
        assert await rationed.worker.desk.charge(track.id, 200) == 1
        said = await ana.until(lambda message: "Eu separo até 10:00 de música por pessoa em 24 horas" in message.text)
        await rationed.settled()
    assert "você já usou 8:00" in said.text
    assert await rationed.phase(ana) is Phase.FAILED


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
        await rationed.worker.desk.charge(first.id, 500 if found_out == "by the worker" else 600)
        await rationed.worker.finish(first)
        if found_out == "by the worker":
            second = await rationed.worker.take()
            assert await rationed.worker.desk.charge(second.id, 200) == 1
        await ana.until(lambda message: message == card and "The playlist ends here for today" in message.text)
        await rationed.settled()
    assert "10:00 of music for one person" in card.text
    assert card.labels == []
    assert await rationed.queue.size() == 0

"""The picture of a song's stems on its card, once in a chat, on every platform."""

import time
from pathlib import Path
from typing import Any

import pytest

from jobs.progress import TrackStage
from jobs.queue.requests import JobQueue
from jobs.store.folder import FolderStore
from tests.bot.platforms.talks import PLATFORMS, Talk, meeting
from tests.bot.telegram.chat_fixture import SONG

PAIR = ["vocals elis tom aguas de marco mp3", "accompaniment elis tom aguas de marco mp3"]


async def ended(talk: Talk, *earlier: Any) -> Any:
    """The final card of what was just asked for."""
    await talk.worker.finish(await talk.worker.take())
    ids = [one.id for one in earlier]
    card = await talk.until(lambda message: message.id not in ids and "Done in" in message.text)
    await talk.settled()
    return card


async def came(talk: Talk) -> None:
    """The file of what was just asked for on a card is there."""
    await talk.worker.finish(await talk.worker.take())
    await talk.settled()


@pytest.mark.parametrize("platform", PLATFORMS)
async def test_a_song_is_a_card_with_its_picture_and_one_album(
    platform: str, queue: JobQueue, store: FolderStore, tmp_path: Path
) -> None:
    async with meeting(platform, queue, store, tmp_path, "Ana") as (ana,):
        ana.worker.picture = True
        await ana.say(SONG)
        card = await ended(ana)
        assert ana.pictures(card) == ["png"]
        assert (ana.files(), ana.messages()) == (PAIR, 2)
        await ana.press(card, "No vocals")
        await came(ana)
        assert ana.messages() == 3, "a mix is its file"
        await ana.turn(card, "More…")
        await ana.shows(card, "Zip")
        await ana.press(card, "Zip")
        await came(ana)
        assert ana.messages() == 4
        assert ana.pictures(card) == ["png"], "another page of buttons keeps it"


@pytest.mark.parametrize("platform", PLATFORMS)
async def test_a_cover_comes_beside_the_picture_where_a_message_holds_several(
    platform: str, queue: JobQueue, store: FolderStore, tmp_path: Path
) -> None:
    async with meeting(platform, queue, store, tmp_path, "Ana") as (ana,):
        ana.worker.picture, ana.worker.cover = True, True
        await ana.say(SONG)
        card = await ended(ana)
        assert ana.pictures(card) == (["png", "jpg"] if platform == "discord" else ["png"])


@pytest.mark.parametrize("platform", PLATFORMS)
async def test_what_is_ready_is_soon_there(platform: str, queue: JobQueue, store: FolderStore, tmp_path: Path) -> None:
    """Album, picture and final card, at the pace of a real private chat. The best of three, for busy machines."""
    took = []
    async with meeting(platform, queue, store, tmp_path, "Ana", "Bo", "Cy", hurried=False) as people:
        for person, letter in zip(people, "abc", strict=True):
            person.worker.picture = True
            await person.say(f"https://youtu.be/aaaaaaaaa{letter}A")
            track = await person.worker.take()
            await person.worker.report(track, TrackStage.SEPARATING, 0.5)
            await person.until(lambda message: "Separating" in message.text)
            await person.worker.finish(track)
            ready = time.monotonic()
            card = await person.until(lambda message: "Done in" in message.text)
            took.append(time.monotonic() - ready)
            assert person.pictures(card) == ["png"]
            assert person.files() == PAIR
    assert min(took) < 2.5, "less than the pace of a card"

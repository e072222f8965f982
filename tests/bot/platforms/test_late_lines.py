"""Key and tempo on a card that was final before its song was analysed, on every platform."""

import asyncio
from pathlib import Path

import pytest

from jobs.models import TrackId
from jobs.music.analysis import Analysis, Confidence, Key
from jobs.queue.catalogue import Catalogue
from jobs.queue.requests import JobQueue
from jobs.store.folder import FolderStore
from tests.bot.platforms.talks import PLATFORMS, Talk, meeting
from tests.bot.telegram.chat_fixture import SONG

FOUND = Analysis(
    made_by="test", bpm=124, steady=True, metre=4, key=Key(tonic=9, minor=True), confidence=Confidence(key=1)
)
LINE = "A minor · 8A · 124 BPM · 4/4"


async def analysed(talk: Talk, queue: JobQueue, track: TrackId) -> None:
    """As a worker does after the delivery."""
    await talk.worker.store.keep_analysis(track, FOUND)
    await Catalogue(queue.redis, talk.worker.store).refresh(track)


@pytest.mark.parametrize("platform", PLATFORMS)
async def test_the_line_is_added_to_the_final_card(
    platform: str, queue: JobQueue, store: FolderStore, tmp_path: Path
) -> None:
    async with meeting(platform, queue, store, tmp_path, "Ana", late_line=60) as (ana,):
        ana.worker.picture = True
        await ana.say(SONG)
        track = await ana.worker.take()
        await ana.worker.finish(track)
        card = await ana.until(lambda message: "Done in" in message.text)
        await ana.settled()
        assert LINE not in card.text
        assert ana.pictures(card) == ["png"]
        await analysed(ana, queue, track.id)
        card = await ana.until(lambda message: LINE in message.text)
        assert "Done in" in card.text
        assert ana.pictures(card) == ["png"]
        await ana.shows(card, "No vocals")
        assert ana.messages() == 2


@pytest.mark.parametrize("platform", PLATFORMS)
async def test_a_page_that_a_person_opened_stays(
    platform: str, queue: JobQueue, store: FolderStore, tmp_path: Path
) -> None:
    async with meeting(platform, queue, store, tmp_path, "Ana", late_line=1) as (ana,):
        await ana.say(SONG)
        track = await ana.worker.take()
        await ana.worker.finish(track)
        card = await ana.until(lambda message: "Done in" in message.text)
        await ana.settled()
        await ana.turn(card, "More…")
        await ana.shows(card, "Forget")
        await analysed(ana, queue, track.id)
        await asyncio.sleep(1.5)  # longer than the bot would wait
        await ana.shows(card, "Forget")
        assert not any(LINE in text for text in ana.texts())

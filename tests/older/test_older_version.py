"""The present version starts on the data folder of version 0.1.0 and carries on with all that is in it."""

import io
import zipfile
from pathlib import Path

import pytest

from tests.older.folder import FIRST, SECOND, THIRD, reopen, unpack
from tests.peers.botapi import BotApi, Chat, Message
from tests.peers.youtube import YouTubeStandIn
from tests.running import PATIENCE, environment, up
from tests.weights import models_dir

pytestmark = pytest.mark.whole

__all__ = ["models_dir"]


async def test_a_folder_of_version_0_1_0_is_carried_on_with(tmp_path: Path, models_dir: Path) -> None:
    data = tmp_path / "data"
    data.mkdir()
    unpack(data)
    with YouTubeStandIn() as site:
        for video in (FIRST, SECOND, THIRD):
            site.add(video)
        async with BotApi() as server:
            ana = reopen(server, data)
            settings = environment(server, data, models_dir, FLBT_MP3_KBPS="128", **site.environment)
            async with up(settings, tmp_path) as running:
                await what_was_ready_is_sent(ana)
                await what_waited_is_separated(ana)
                await old_buttons_work(server, ana)
                log = "".join(running.log)
            # That version noted another digest of a card, so an edit may find the card as it should be.
            assert [one for one in server.refused if "exactly the same" not in one.description] == []
    assert {asked.video_id for asked in site.requests} - {""} == {THIRD.video_id}, "the others are in the store"
    assert "Traceback" not in log


async def what_was_ready_is_sent(ana: Chat) -> None:
    """The zip that the store of 0.1.0 has, under the card that it posted."""
    card = ana.find(13)
    assert card is not None
    await ana.until(lambda message: message == card and "Done in" in message.text, PATIENCE)
    assert names(zip_for(ana, 12)) == [
        "Some Band - Second Song (vocals).mp3",  # as that version named them
        "Some Band - Second Song (accompaniment).mp3",
    ]


async def what_waited_is_separated(ana: Chat) -> None:
    await ana.until(lambda message: message.id == 15 and "Done in" in message.text, PATIENCE)
    assert names(zip_for(ana, 14))[:2] == [
        "vocals - Some Band - Third Song.mp3",
        "accompaniment - Some Band - Third Song.mp3",
    ]


async def old_buttons_work(server: BotApi, ana: Chat) -> None:
    """What was sent before is sent again by its ids; another format is rendered from the stored stems."""
    album, mixed = ana.find(4), ana.find(8)
    assert album is not None
    assert mixed is not None
    before = len(server.requests)
    await (await ana.press(album, "No vocals")).answer(PATIENCE)
    track = await ana.until(lambda message: message.id > 15 and message.reply_to == album and message.file is not None)
    assert track.file is not None
    assert track.file.name == "Some Band - First Song (no vocals).mp3"  # as that version named it
    assert "no vocals" in track.text
    assert not any(call.uploads for call in server.requests[before:])
    await (await ana.press(mixed, "More…")).answer(PATIENCE)
    await ana.until(lambda message: message == mixed and "FLAC" in message.labels, PATIENCE)
    await (await ana.press(mixed, "FLAC")).answer(PATIENCE)
    flac = await ana.until(lambda message: message.reply_to == mixed and message.file is not None, PATIENCE)
    assert flac.file is not None
    assert flac.file.name == "no vocals - Some Band - First Song.flac"


def zip_for(ana: Chat, question: int) -> Message:
    """The one zip that answers a message."""
    replies = [one for one in ana.from_bot() if one.reply_to is not None and one.reply_to.id == question]
    (zipped,) = [one for one in replies if one.file is not None and one.file.kind == "document"]
    return zipped


def names(zipped: Message) -> list[str]:
    assert zipped.file is not None
    with zipfile.ZipFile(io.BytesIO(zipped.file.content)) as archive:
        assert archive.testzip() is None
        return archive.namelist()

"""Audio files that people send, of every kind, and those that cannot be taken."""

import re
from typing import Any

import pytest

from bot.inert import plain
from bot.telegram.chat_platform import CLOUD_DOWNLOAD
from jobs.models import Upload
from jobs.store.folder import FolderStore
from tests.bot.telegram.chat_fixture import Rig, files
from tests.bot.telegram.chat_steps import MP3, done


@pytest.mark.parametrize(
    ("kind", "about", "heading"),
    [
        (
            "audio",
            {"mime": "audio/mpeg", "name": "a.mp3", "title": "T", "performer": "P", "seconds": 61},
            "P - T (1:01)",
        ),
        ("voice", {"mime": "audio/ogg", "seconds": 3}, "Voice message by Ana, WHEN (0:03)"),
        ("video", {"mime": "video/mp4", "name": "gig.mp4", "seconds": 9}, "gig.mp4 (0:09)"),
        ("video_note", {"seconds": 5}, "Video message by Ana, WHEN (0:05)"),
        ("document", {"mime": "audio/flac", "name": "take 3.flac"}, "take 3.flac"),
        ("document", {"mime": "video/x-matroska", "name": "gig.mkv"}, "gig.mkv"),
        ("document", {"mime": "application/octet-stream", "name": "take.wav"}, "take.wav"),
        ("document", {"mime": "application/octet-stream", "name": "take.FLAC"}, "take.FLAC"),
        ("document", {"mime": "application/ogg", "name": "take.ogg"}, "take.ogg"),
        ("document", {"mime": "text/plain", "name": "take.m4a"}, "take.m4a"),
        ("document", {"mime": "application/octet-stream", "name": "take 4"}, "take 4"),
        ("document", {}, "File by Ana, WHEN"),
    ],
)
async def test_files_are_brought_into_the_inbox_and_queued(
    rig: Rig, store: FolderStore, kind: str, about: dict[str, Any], heading: str
) -> None:
    ana = rig.ana()
    async with rig.bot():
        await ana.send_file(kind, MP3, **about)
        card = await ana.until(lambda message: "Next in line" in message.text)
        said = re.sub(r"\d+ [A-Z][a-z]{2} \d\d:\d\d", "WHEN", plain(card.text))
        assert said == f"{heading}\nNext in line"
        track = await rig.worker.take()
        assert isinstance(track.source, Upload)
        assert store.inbox(track.source).read_bytes() == MP3
        await rig.worker.finish(track)
        await ana.until(done)
    assert len(files(ana)) == 2


@pytest.mark.parametrize(
    "about",
    [
        {"name": "score.pdf", "mime": "application/pdf"},
        {"name": "score.pdf", "mime": "application/octet-stream"},
        {"name": "score", "mime": "application/pdf"},
        {"name": "band.jpg", "mime": "image/jpeg"},
    ],
)
async def test_documents_of_other_types_are_refused(rig: Rig, about: dict[str, Any]) -> None:
    ana = rig.ana()
    async with rig.bot():
        await ana.send_document(b"%PDF", **about)
        await ana.until(lambda message: "I can only use audio and video files" in message.text)
    assert await rig.queue.recent(f"telegram:{ana.id}") == []


async def test_a_file_above_telegrams_limit_is_refused_with_the_way_around(rig: Rig) -> None:
    ana = rig.ana()
    async with rig.bot():
        await ana.send_audio(MP3, size=CLOUD_DOWNLOAD + 1)
        answer = await ana.until(lambda message: "lets bots fetch 20 MB at most" in message.text)
        assert "Bot API server of their own" in answer.text
        assert await rig.queue.recent(f"telegram:{ana.id}") == [], "before anything is queued"
        await ana.send_audio(MP3, size=CLOUD_DOWNLOAD)
        await ana.until(lambda message: "Next in line" in message.text)


async def test_a_file_above_the_hosts_own_limit_is_not_blamed_on_telegram(rig: Rig) -> None:
    rig.settings = rig.settings.model_copy(update={"max_upload_mb": 1.0})
    ana = rig.ana()
    async with rig.bot():
        asked = await ana.send_audio(MP3, size=1_500_000)
        answer = await ana.until(lambda message: message.reply_to == asked)
    assert answer.text == (
        "This file is 1.5 MB, and I take up to 1 MB. Send a smaller copy: at a lower bit rate, or a shorter piece."
    )
    assert await rig.queue.recent(f"telegram:{ana.id}") == []


async def test_a_file_that_telegram_no_longer_has_fails_with_a_sentence(rig: Rig) -> None:
    rig.expected.append("invalid file_id")
    ana = rig.ana()
    async with rig.bot():
        message = await ana.send_audio(MP3)
        assert message.file is not None
        del rig.server.shelf.files[message.file.id]
        await ana.until(lambda message: "Your file is no longer here" in message.text)
        await rig.settled()

"""Results over a message's limit are sent in the closest form that fits, without needless renditions."""

import asyncio

import pytest

from bot.delivery.planning.plan import CLOUD
from jobs.progress import RequestPhase, TrackStage
from tests.bot.telegram.chat_fixture import SONG, Rig, files
from tests.bot.telegram.chat_steps import NAME, done, reply_to
from tests.peers.botapi import Chat

SIZES = [
    # format, package, bytes; what comes, what the card says
    ("MP3", "Files", 49_900_000, ["mp3", "mp3"], "In several messages"),
    ("MP3", "Files", 50_000_000, ["mp3", "mp3"], "In several messages"),
    ("MP3", "Files", 50_100_000, ["mp3", "mp3"], "At 256 kbit/s"),
    ("WAV", "Files", 50_100_000, ["mp3", "mp3"], "As MP3 instead of WAV"),
    ("MP3", "Zip", 50_000_000, ["zip"], ""),
    ("MP3", "Zip", 50_100_000, ["zip", "zip"], "As several zips that each open on their own"),
]


@pytest.mark.parametrize(("format_", "package", "size", "names", "note"), SIZES)
async def test_what_does_not_fit_is_sent_the_best_way_that_does_and_the_card_says_which(
    rig: Rig, format_: str, package: str, size: int, names: list[str], note: str
) -> None:
    rig.worker.bytes_ = size
    ana = rig.ana()
    async with rig.bot():
        await ana.say("/settings")
        menu = await ana.until(lambda message: "What you get" in message.text)
        for label in (format_, package):
            await (await ana.press(menu, label)).answer()
            await ana.until(lambda message, label=label: message == menu and f"✓ {label}" in message.labels)  # type: ignore[misc]  # a default
        await ana.say(SONG)
        while not await _finished(rig, ana):
            await rig.worker.finish(await rig.worker.take())
        card = await ana.until(done)
        await rig.settled()
    assert [name.rpartition(".")[2] for name in files(ana)] == names
    lines = card.text.splitlines()
    assert lines[2:] == [] if not note else lines[2].startswith(note)
    for call in rig.server.requests:
        assert sum(bytes_ for _, bytes_ in call.uploads.values()) <= CLOUD.request_bytes, "planned before it is sent"


@pytest.mark.parametrize(
    ("format_", "package", "needed", "note"),
    [
        ("MP3", "Files", ["stems-mp3-192"], "At 192 kbit/s"),
        ("MP3", "Both", ["stems-mp3-192"], "At 192 kbit/s"),
        ("WAV", "Files", ["stems-mp3-192"], "As MP3 instead of WAV"),
    ],
)
async def test_of_a_very_long_song_only_what_fits_is_ever_rendered(
    rig: Rig, format_: str, package: str, needed: list[str], note: str
) -> None:
    """Its length is known when it is fetched; then, before it is separated, what to render is settled."""
    ana = rig.ana()
    rig.worker.seconds = 1790.0
    rig.worker.stored_bytes = 90_000_000
    async with rig.bot():
        await ana.say("/settings")
        menu = await ana.until(lambda message: "What you get" in message.text)
        for label in (format_, package):
            await (await ana.press(menu, label)).answer()
            await ana.until(lambda message, label=label: message == menu and f"✓ {label}" in message.labels)  # type: ignore[misc]  # a default
        await ana.say(SONG)
        track = await rig.worker.take()
        before = await rig.worker.track_queue.wanted(track.id)
        await rig.worker.report(track, TrackStage.SEPARATING, 0.1)
        async with asyncio.timeout(120):
            while await rig.worker.track_queue.wanted(track.id) == before:
                await asyncio.sleep(0.01)
        await rig.worker.finish(track)
        while not await _finished(rig, ana):
            await rig.worker.finish(await rig.worker.take())
        card = await ana.until(lambda message: message.text.startswith(NAME) and done(message))
        assert note in card.text
        await rig.settled()
        (view,) = await rig.queue.recent(f"telegram:{ana.id}")
        folder = rig.store.folder(view.request.track_id)
        made = {path.name for path in folder.iterdir() if path.is_dir()}
        assert made == {*needed, *({"stems-flac"} if format_ == "WAV" else ())}
        await (await ana.press(card, "No vocals")).answer()
        track = await rig.worker.take()
        assert [one.key for one in await rig.worker.track_queue.wanted(track.id)] == ["mix-accompaniment-mp3-192"]
        await rig.worker.finish(track)
        await reply_to(ana, card)
        await rig.settled()


async def _finished(rig: Rig, chat: Chat) -> bool:
    """Whether the request is done; False when it goes back to the worker for something smaller."""
    while True:
        views = await rig.queue.recent(f"telegram:{chat.id}")
        if views and views[0].phase is RequestPhase.DONE:
            return True
        if await rig.queue.size() > 0:
            return False
        await asyncio.sleep(0.02)

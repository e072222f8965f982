"""What Telegram has is sent by its id, anywhere and after anything; one job serves everybody who waits; pictures."""

import asyncio
import struct

import pytest

from bot.delivery import CLOUD
from jobs.outcomes import Phase, Stage, Tags
from jobs.titles import keep_called, nameless
from tests.bot.telegram.rig import BEGINNINGS, OTHER, SONG, Rig, cards, files
from tests.peers.botapi import Chat, Message, Trouble

MP3 = b"\xff\xfb\x90\x00" + bytes(5000)
NAME = "Elis & Tom - Águas de Março"
PAIR = [f"{NAME} (vocals).mp3", f"{NAME} (accompaniment).mp3"]


def done(message: Message) -> bool:
    return "Done in" in message.text


def bo(rig: Rig) -> Chat:
    return rig.server.private(rig.server.person("Bo"))


async def served(rig: Rig, chat: Chat, text: str = SONG) -> Message:
    """The final card of a song for which the worker had to do something."""
    question = await chat.say(text)
    await rig.worker.finish(await rig.worker.take())
    return await chat.until(lambda message: message.reply_to == question and done(message))


async def test_in_another_chat_after_a_restart_and_without_the_store_it_comes_at_once(rig: Rig) -> None:
    ana, other = rig.ana(), bo(rig)
    async with rig.bot():
        await served(rig, ana)
        await rig.settled()
    (view,) = await rig.queue.recent(f"telegram:{ana.id}")
    rig.store.forget(view.request.track_id)
    uploads = len(rig.server.calls("sendMediaGroup"))
    async with rig.bot():
        await other.say(SONG)
        card = await other.until(done)
        await rig.settled()
        assert await rig.queue.size() == 0
        await other.say("/status")
        status = await other.until(lambda message: "Finished lately" in message.text)
    assert "youtu.be" in status.text or NAME in status.text
    assert card.text.startswith(f"{NAME} (3:33)\nDone in ")
    assert "No vocals" in card.labels
    assert files(other) == PAIR
    assert other.from_bot()[0] == card, "the card comes first"
    (again,) = rig.server.calls("sendMediaGroup")[uploads:]
    assert again.uploads == {}


async def test_an_uploaded_song_is_repeated_without_fetching_it(rig: Rig) -> None:
    ana = rig.ana()
    async with rig.bot():
        message = await ana.send_audio(MP3)
        track = await rig.worker.take()
        await rig.worker.finish(track)
        await ana.until(done)
        await rig.settled()
        fetched = len(rig.server.calls("getFile"))
        rig.store.forget(track.id)
        assert message.file is not None
        wire = message.to_json() | {"message_id": ana.take_id()}
        rig.server.updates.repeat(5000, {"update_id": 5000, "message": wire})
        await rig.server.until(lambda: files(ana) == PAIR * 2)
        await rig.settled()
    assert len(rig.server.calls("getFile")) == fetched


async def test_another_wish_is_not_a_repeat(rig: Rig) -> None:
    ana = rig.ana()
    async with rig.bot():
        await served(rig, ana)
        await ana.say("/settings")
        menu = await ana.until(lambda message: "What you get" in message.text)
        await (await ana.press(menu, "M4A")).answer()
        await served(rig, ana, f"{SONG} again")
    assert [name.rpartition(".")[2] for name in files(ana)] == ["mp3", "mp3", "m4a", "m4a"]


@pytest.mark.parametrize("stored", [True, False])
async def test_what_telegram_no_longer_knows_is_uploaded_or_made_again(rig: Rig, stored: bool) -> None:
    rig.expected.append("wrong file identifier")
    ana, other = rig.ana(), bo(rig)
    async with rig.bot():
        await served(rig, ana)
        await rig.settled()
        rig.server.shelf.files.clear()
        if not stored:
            rig.store.forget((await rig.queue.recent(f"telegram:{ana.id}"))[0].request.track_id)
        await other.say(SONG)
        if not stored:
            await rig.worker.finish(await rig.worker.take())
        await other.until(done)
        await rig.settled()
        assert files(other) == PAIR
        await ana.say(f"{SONG} again")
        await rig.server.until(lambda: files(ana) == PAIR * 2)
        await rig.settled()
    assert len(rig.server.refused) == 1, "learnt once"
    assert rig.server.calls("sendMediaGroup")[-1].uploads == {}


async def test_a_delivery_that_was_not_confirmed_is_nothing_to_repeat(rig: Rig) -> None:
    ana, other = rig.ana(), bo(rig)
    rig.server.fault("sendMediaGroup", Trouble.LOST)
    async with rig.bot():
        await ana.say(SONG)
        await rig.worker.finish(await rig.worker.take())
        await ana.until(lambda message: "Send again" in message.labels)
        await rig.settled()
        await served(rig, other)
    assert files(other) == PAIR


async def test_a_repeat_that_is_cancelled_or_whose_limits_are_full_is_like_any_other(rig: Rig) -> None:
    ana = rig.ana()
    async with rig.bot():
        await served(rig, ana)
        await rig.settled()
        rig.server.fault("sendMediaGroup", Trouble.HANG)
        question = await ana.say(f"{SONG} again")
        card = await ana.until(lambda message: message.reply_to == question and "Cancel" in message.labels)
        await rig.until_phase(ana, Phase.SENDING)
        assert await (await ana.press(card, "Cancel")).answer() == "Cancelled."
        await ana.until(lambda message: message == card and message.text.endswith("\nCancelled"))
        await rig.settled()
    assert files(ana) == PAIR


async def test_two_who_ask_at_the_same_time_share_one_job_and_both_get_it(rig: Rig) -> None:
    ana, other = rig.ana(), bo(rig)
    async with rig.bot():
        await ana.say(SONG)
        await ana.until(lambda message: "Next in line" in message.text)
        track = await rig.worker.take()
        await rig.worker.report(track, Stage.SEPARATING, 0.4)
        await other.say(SONG)
        await other.until(lambda message: "40 %" in message.text)
        await rig.worker.finish(track)
        await ana.until(done)
        await other.until(done)
        await rig.settled()
        with pytest.raises(AssertionError, match="nothing was queued"):
            await rig.worker.take(0.3)
    assert files(ana) == files(other) == PAIR


# --- made otherwise -------------------------------------------------------------------------------------------------

MADE_OTHERWISE = [{"engine": "spleeter"}, {"precision": "f32"}, {"kbps": 128}]


@pytest.mark.parametrize("change", MADE_OTHERWISE)
@pytest.mark.parametrize("stored", [True, False])
async def test_what_would_be_made_otherwise_now_is_no_repeat(rig: Rig, change: dict[str, object], stored: bool) -> None:
    ana, other = rig.ana(), bo(rig)
    rig.worker.precise = "bf16"
    await rig.worker.set_to()
    before = rig.worker.maker
    async with rig.bot():
        first = await served(rig, ana)
        await rig.settled()
        if not stored:
            rig.store.forget((await rig.queue.recent(f"telegram:{ana.id}"))[0].request.track_id)
        await rig.worker.set_to(**change)
        rig.worker.precise = "f32"
        await served(rig, other)
        await rig.settled()
        assert files(other) == PAIR
        assert len(rig.server.calls("sendMediaGroup")[-1].uploads) == 2, "not what the other engine made"
        await other.say(f"{SONG} again")
        await rig.server.until(lambda: files(other) == PAIR * 2)
        await rig.settled()
        assert rig.server.calls("sendMediaGroup")[-1].uploads == {}, "but what this one made"
        await rig.worker.set_to(**before.model_dump())
        await (await ana.press_data(first, await again_of(rig, ana))).answer()
        await rig.server.until(lambda: files(ana) == PAIR * 2)
        await rig.settled()
    old, new = (chat.from_bot()[-1].file for chat in (ana, other))
    assert old is not None
    assert new is not None
    assert old.id != new.id


async def test_another_engines_stems_are_not_uploaded_in_place_of_what_telegram_forgot(rig: Rig) -> None:
    rig.expected.append("wrong file identifier")
    ana, other, cleo = rig.ana(), bo(rig), rig.server.private(rig.server.person("Cleo"))
    await rig.worker.set_to()
    async with rig.bot():
        await served(rig, ana)
        await rig.worker.set_to(engine="spleeter")
        await served(rig, other)
        await rig.settled()
        await rig.worker.set_to(engine="openvino")
        rig.server.shelf.files.clear()
        await served(rig, cleo)
        await rig.settled()
        (view,) = await rig.queue.recent(f"telegram:{cleo.id}")
        manifest = rig.store.manifest(view.request.track_id)
        assert manifest is not None
        assert manifest.engine.startswith("openvino")
    assert files(cleo) == PAIR


async def again_of(rig: Rig, chat: Chat) -> str:
    return f"want:{(await rig.queue.recent(f'telegram:{chat.id}'))[-1].request.id}:again"


async def test_a_mix_of_another_engines_stems_is_separated_anew_and_said_so(rig: Rig) -> None:
    ana = rig.ana()
    await rig.worker.set_to()
    async with rig.bot():
        card = await served(rig, ana)
        await rig.worker.set_to(engine="spleeter")
        said = await (await ana.press(card, "No vocals")).answer()
        assert said.startswith("I no longer have its stems")
        assert await rig.queue.redis.zcard("flbt:queue:quick") == 0, "separations have their own lane"
        await rig.worker.finish(await rig.worker.take())
        await ana.until(lambda message: message.reply_to == card and done(message))
        await rig.settled()
    (view, _) = await rig.queue.recent(f"telegram:{ana.id}")
    manifest = rig.store.manifest(view.request.track_id)
    assert manifest is not None
    assert manifest.engine.startswith("spleeter")


# --- waiting ------------------------------------------------------------------------------------------------------


async def test_the_card_says_how_many_are_ahead_and_how_long_that_takes(rig: Rig) -> None:
    ana, other = rig.ana(), bo(rig)
    await rig.queue.redis.rpush("flbt:took", "50")  # type: ignore[misc]  # awaitable in this client
    async with rig.bot():
        for chat, link in ((ana, SONG), (ana, OTHER), (other, "https://youtu.be/aaaaaaaaaaA")):
            await chat.say(link)
        await ana.until(lambda message: message.text.endswith("In line, 2 songs ahead · about 50 s"))


async def test_songs_in_line_are_called_by_their_names_as_soon_as_those_are_known(rig: Rig) -> None:
    ana = rig.ana()
    async with rig.bot():
        await ana.say(f"{SONG} {OTHER}")
        await ana.until(lambda message: message.text.endswith("jNQXAC9IVRw\nIn line, one song ahead"))
        ((track_id, video),) = (await nameless(rig.queue.redis, 20)).items()
        assert video.video_id == "jNQXAC9IVRw"
        assert await nameless(rig.queue.redis, 20) == {}, "asked once"
        await keep_called(rig.queue.redis, track_id, Tags(title="Me at the <zoo>", artist="jawed"))
        card = await ana.until(lambda message: message.text == "jawed - Me at the <zoo>\nIn line, one song ahead")
        await ana.say("/status")
        await ana.until(lambda message: "\n\njawed - Me at the <zoo>\nIn line" in message.text)
        await (await ana.press(card, "Cancel")).answer()
        await ana.until(lambda message: message == card and message.text == "jawed - Me at the <zoo>\nCancelled")
        await keep_called(rig.queue.redis, "f" * 24, Tags(title="Nobody's"))
        assert not await rig.queue.redis.exists(f"flbt:track:{'f' * 24}")


# --- pictures -----------------------------------------------------------------------------------------------------


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
        card = await served(rig, ana)
        await rig.settled()
        sent = [message.file.kind for message in ana.from_bot() if message.file]
        assert sent == (["photo", "document"] if zip_ else ["photo", "audio", "audio"])
        await (await ana.press(card, "No vocals")).answer()
        await rig.worker.finish(await rig.worker.take())
        await ana.until(lambda message: message.reply_to == card and done(message))
        await rig.settled()
        assert len(photos(ana)) == 1
        if not zip_:
            rig.store.forget((await rig.queue.recent(f"telegram:{ana.id}"))[0].request.track_id)
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
        await served(rig, ana)
        await ana.say(f"{SONG} again")
        await rig.server.until(lambda: files(ana) == PAIR * 2)
        await rig.settled()
    assert len(rig.server.calls("sendPhoto")) == 1, "nor is it tried again"
    assert len(cards(ana)) == 2


async def test_audio_messages_carry_the_small_cover(rig: Rig) -> None:
    frame = b"\xff\xc0" + struct.pack(">HBHHB", 17, 8, 320, 320, 3) + bytes(9)
    rig.worker.thumbnail = b"\xff\xd8" + frame + bytes(50)
    ana = rig.ana()
    async with rig.bot():
        await served(rig, ana)
    covers = [message.file.thumbnail for message in ana.from_bot() if message.file]
    assert covers == [rig.worker.thumbnail] * 2


# --- sizes --------------------------------------------------------------------------------------------------------

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
        before = await rig.worker.desk.wanted(track.id)
        await rig.worker.report(track, Stage.SEPARATING, 0.1)
        async with asyncio.timeout(5):
            while await rig.worker.desk.wanted(track.id) == before:
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
        assert [one.key for one in await rig.worker.desk.wanted(track.id)] == ["mix-accompaniment-mp3-192"]
        await rig.worker.finish(track)
        await ana.until(lambda message: message.reply_to == card and done(message))
        await rig.settled()


async def _finished(rig: Rig, chat: Chat) -> bool:
    """Whether the request is done; False when it goes back to the worker for something smaller."""
    while True:
        views = await rig.queue.recent(f"telegram:{chat.id}")
        if views and views[0].phase is Phase.DONE:
            return True
        if await rig.queue.size() > 0:
            return False
        await asyncio.sleep(0.02)

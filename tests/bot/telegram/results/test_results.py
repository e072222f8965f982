"""Under a result: mixes by button, other encodings, other separations, the same again."""

from dataclasses import replace

import pytest

from jobs.models import Upload
from jobs.progress import RequestPhase
from tests.bot.telegram.chat_fixture import OTHER, SONG, Rig, cards, files
from tests.bot.telegram.chat_steps import MP3, NAME, answered_soon, done, reply_to, result, settle_on, turned

# --- mixes by button ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("settings", "label", "name"),
    [
        (["2 stems"], "No vocals", f"no vocals - {NAME}.mp3"),
        (["2 stems"], "Only vocals", f"vocals - {NAME}.mp3"),
        (["4 stems"], "No drums", f"no drums - {NAME}.mp3"),
        (["5 stems", "FLAC"], "No piano", f"no piano - {NAME}.flac"),
    ],
)
async def test_a_minus_one_mix_is_one_tap_away(rig: Rig, settings: list[str], label: str, name: str) -> None:
    ana = rig.ana()
    async with rig.bot():
        await settle_on(ana, *settings)
        card = await result(rig, ana)
        before = len(files(ana))
        assert await answered_soon(await ana.press(card, label)) == "On it, from the stems I have."
        track = await rig.worker.take()
        assert (await rig.store.read(track.id)).manifest is not None, "no second separation"
        await rig.worker.finish(track)
        mixed = await reply_to(ana, card)
        await rig.settled()
    assert files(ana)[before:] == [name]
    form = ", FLAC" if name.endswith(".flac") else ""
    assert mixed.text == f"{NAME} · {name.partition(' - ')[0]}{form} (3:33)"
    assert "All stems" in mixed.labels or "More…" in mixed.labels


async def test_a_mix_does_not_wait_behind_separations(rig: Rig) -> None:
    ana = rig.ana()
    async with rig.bot():
        await settle_on(ana, "4 stems")
        card = await result(rig, ana)
        await ana.say(OTHER)
        await ana.until(lambda message: "jNQXAC9IVRw" in message.text)
        await (await ana.press(card, "No bass")).answer()
        await ana.until(lambda message: message == card and "\nNo bass: Next in line" in message.text)
        (waiting,) = [view for view in await rig.queue.recent(f"telegram:{ana.id}") if view.request.order.mix]
        assert (waiting.phase, waiting.ahead) == (RequestPhase.WAITING, 0), "while the other song waits, too"
        assert await rig.queue.redis.zcard("flbt:queue:studio") == 1


async def test_stems_are_chosen_on_a_keyboard_that_outlives_the_bot(rig: Rig) -> None:
    ana = rig.ana()
    async with rig.bot():
        await settle_on(ana, "4 stems")
        card = await result(rig, ana)
        text = card.text
        press = await ana.press(card, "Choose stems…")
        assert await answered_soon(press) == "Tap the stems you want to hear."
        await turned(ana, card, "Drums")
        assert await answered_soon(await ana.press(card, "Drums")) == "drums"
        await turned(ana, card, "✓ Drums")
    async with rig.bot():
        await (await ana.press(card, "Other")).answer()
        await turned(ana, card, "✓ Other")
        assert card.labels == ["Vocals", "✓ Drums", "Bass", "✓ Other", "Make drums + other", "Back"]
        assert card.text == text
        await (await ana.press(card, "Make drums + other")).answer()
        await rig.worker.finish(await rig.worker.take())
        await reply_to(ana, card)
        await (await ana.press(card, "Back")).answer()
        await turned(ana, card, "No drums")
    assert files(ana)[-1] == f"drums + other - {NAME}.mp3"


async def test_of_two_stems_one_chooses_from_four_which_is_said_beforehand(rig: Rig) -> None:
    ana = rig.ana()
    async with rig.bot():
        card = await result(rig, ana)
        said = await answered_soon(await ana.press(card, "Choose stems…"))
        assert said == "Tap the stems you want to hear. They need a new separation into 4, so that takes a little."
        await turned(ana, card, "Bass")
        for stem, said in (("Vocals", "vocals"), ("Bass", "vocals + bass")):
            assert await answered_soon(await ana.press(card, stem)) == said
            await turned(ana, card, f"✓ {stem}")
        said = await answered_soon(await ana.press(card, "Make vocals + bass"))
        assert said == "4 stems need a new separation, so this takes a little."
        track = await rig.worker.take()
        assert track.model.name == "spleeter-4"
        await rig.worker.finish(track)
        await reply_to(ana, card)
        await (await ana.press(card, "Back")).answer()
        await turned(ana, card, "Choose stems…")
        said = await answered_soon(await ana.press(card, "Choose stems…"))
        assert said == "Tap the stems you want to hear.", "the four are there now"
        await rig.settled()
    assert files(ana)[2:] == [f"vocals + bass - {NAME}.mp3"]


async def test_double_taps_are_one_request_and_later_ones_another(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    ana = rig.ana()
    async with rig.bot():
        card = await result(rig, ana)
        for said in ("On it, from the stems I have.", "I’m on it already.", "I’m on it already."):
            assert await answered_soon(await ana.press(card, "No vocals")) == said
        await rig.worker.finish(await rig.worker.take())
        await reply_to(ana, card)
        await rig.settled()
        assert len(files(ana)) == 3
        assert await answered_soon(await ana.press(card, "No vocals")) == "I’m on it already.", "just a moment ago"
    rig.timing = replace(rig.timing, double_tap=0.0)
    async with rig.bot():
        assert await answered_soon(await ana.press(card, "No vocals")) == "Here it comes."
        await rig.server.until(lambda: len(files(ana)) == 4)
        await rig.settled()
    assert cards(ana) == [card]


async def test_in_a_topic_of_a_forum_everything_stays_there_in_each_persons_language(rig: Rig) -> None:
    ana, bia = rig.server.person("Ana"), rig.server.person("Bia", language="pt")
    band = rig.server.group("Band", [ana, bia], forum=True, topics=["Covers"])
    topic = next(iter(band.topics))
    async with rig.bot():
        question = await band.say(f"/stems {SONG}", topic=topic)
        await rig.worker.finish(await rig.worker.take())
        card = await band.until(lambda message: message.reply_to == question and done(message))
        assert await answered_soon(await band.press(card, "No vocals", by=bia)) == "Já vou, com as faixas que tenho."
        await rig.worker.finish(await rig.worker.take())
        mixed = await reply_to(band, card)
        assert mixed.text == f"{NAME} · sem voz (3:33)"
        asked = await band.say("/mix só a voz", by=bia, topic=topic, reply_to=mixed)
        await rig.worker.finish(await rig.worker.take())
        await band.until(lambda message: message.reply_to == asked and "Pronta em" in message.text)
        await rig.settled()
    assert {message.topic for message in band.from_bot()} == {topic}
    assert files(band)[2:] == [f"no vocals - {NAME}.mp3", f"vocals - {NAME}.mp3"]


# --- what else one wants ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("label", "said", "names"),
    [
        ("Zip", "On it, from the stems I have.", [f"{NAME} (2 stems).zip"]),
        ("FLAC", "On it, from the stems I have.", [f"vocals - {NAME}.flac", f"accompaniment - {NAME}.flac"]),
        ("WAV", "On it, from the stems I have.", [f"vocals - {NAME}.wav", f"accompaniment - {NAME}.wav"]),
        (
            "WAV 32-bit float",
            "On it, from the stems I have.",
            [f"vocals - {NAME}.wav", f"accompaniment - {NAME}.wav"],
        ),
        (
            "4 stems",
            "4 stems need a new separation, so this takes a little.",
            [f"{stem} - {NAME}.mp3" for stem in ("vocals", "drums", "bass", "other")],
        ),
    ],
)
async def test_other_encodings_and_other_separations(rig: Rig, label: str, said: str, names: list[str]) -> None:
    rig.worker.seconds = 120.0  # of a longer song, 32-bit WAV is above 50 MB
    ana = rig.ana()
    async with rig.bot():
        card = await result(rig, ana)
        assert await answered_soon(await ana.press(card, "More…")) == ""
        await turned(ana, card, label)
        assert await answered_soon(await ana.press(card, label)) == said
        await rig.worker.finish(await rig.worker.take())
        await reply_to(ana, card)
    assert files(ana)[2:] == names


async def test_the_same_again_comes_by_its_id_without_worker_or_store(rig: Rig) -> None:
    ana = rig.ana()
    async with rig.bot():
        card = await result(rig, ana)
        await (await ana.press(card, "More…")).answer()
        await turned(ana, card, "Again")
        await rig.store.forget((await rig.queue.recent(f"telegram:{ana.id}"))[0].request.track_id)
    async with rig.bot():
        assert await answered_soon(await ana.press(card, "Again")) == "Here it comes."
        again = await reply_to(ana, card)
        await rig.settled()
    assert again.text == f"{NAME} (3:33)"
    assert files(ana)[:2] == files(ana)[2:]
    assert rig.server.calls("sendMediaGroup")[-1].uploads == {}


async def test_a_mix_of_what_left_the_store_is_separated_again_and_said_so(rig: Rig) -> None:
    ana = rig.ana()
    async with rig.bot():
        message = await ana.send_audio(MP3)
        track = await rig.worker.take()
        await rig.worker.finish(track)
        card = await ana.until(done)
        assert isinstance(track.source, Upload)
        await rig.store.forget(track.id)
        rig.store.inbox(track.source).unlink()
        said = await answered_soon(await ana.press(card, "No vocals"))
        assert said == "I no longer have its stems, so I’m separating it again. That takes a little."
        again = await rig.worker.take()
        assert rig.store.inbox(track.source).read_bytes() == MP3, "the file was brought again"
        assert again.id == track.id
        await rig.worker.finish(again)
        await reply_to(ana, card)
    assert message.file is not None
    assert files(ana)[-1] == f"no vocals - {NAME}.mp3"


async def test_presses_of_unknown_buttons_are_answered(rig: Rig) -> None:
    ana, bo = rig.ana(), rig.server.private(rig.server.person("Bo"))
    async with rig.bot():
        card = await result(rig, ana)
        request = (await rig.queue.recent(f"telegram:{ana.id}"))[0].request
        await bo.say("/start")
        hello = await bo.until(lambda message: "Hi!" in message.text)
        gone = "I don’t remember this one any more. Please send me its link or file again."
        for chat, message, data, said in (
            (ana, card, "mix:0000000000000000:v", gone),
            (bo, hello, f"mix:{request.id}:v", gone),
            (ana, card, f"mix:{request.id}:va", "There is nothing left to do here. /status shows how things stand."),
            (ana, card, f"mix:{request.id}:db", "There is nothing left to do here. /status shows how things stand."),
            (ana, card, f"mix:{request.id}:x", "There is nothing left to do here. /status shows how things stand."),
            (ana, card, f"want:{request.id}:exe", "There is nothing left to do here. /status shows how things stand."),
            (ana, card, f"want:{request.id}:stems", "Here it comes."),
        ):
            assert await answered_soon(await chat.press_data(message, data)) == said
        await rig.settled()
        await rig.queue.redis.delete(f"flbt:request:{request.id}")
        assert await answered_soon(await ana.press(card, "No vocals")) == gone


async def test_who_has_too_much_open_is_told_by_the_button(rig: Rig) -> None:
    ana = rig.ana()
    async with rig.bot():
        card = await result(rig, ana)
        await ana.say(" ".join(f"https://youtu.be/aaaaaaaa{n:02}A" for n in range(rig.settings.max_open_per_person)))
        await ana.until(lambda message: "songs, one after the other" in message.text)
        said = await answered_soon(await ana.press(card, "No vocals"))
    assert said.startswith(f"You have {rig.settings.max_open_per_person} songs in the works")


async def test_a_press_in_a_group_under_its_limit_is_answered_at_once(rig: Rig, true_pace: None) -> None:
    ana = rig.server.person("Ana")
    band = rig.server.group("Band", [ana])
    async with rig.bot():
        await band.say("/settings")
        menu = await band.until(lambda message: "What you get" in message.text)
        said = [await answered_soon(await band.press_data(menu, f"stems::{(2, 4)[turn % 2]}")) for turn in range(25)]
    assert said == ["Saved."] * 25

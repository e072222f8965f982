"""Files that Telegram has are sent by their ids, to every chat; one job serves all waiting requests."""

import time

import pytest

from jobs.progress import RequestPhase, TrackStage
from jobs.queue import keys
from jobs.queue.connection import answer
from tests.bot.telegram.chat_fixture import SONG, Rig, files
from tests.bot.telegram.chat_steps import MP3, NAME, PAIR, again, bo, done, reply_to, result, turned
from tests.peers.botapi import Chat, Trouble


async def test_in_another_chat_after_a_restart_and_without_the_store_it_comes_at_once(rig: Rig) -> None:
    ana, other = rig.ana(), bo(rig)
    async with rig.bot():
        await result(rig, ana)
        await rig.settled()
    (view,) = await rig.queue.recent(f"telegram:{ana.id}")
    await rig.store.forget(view.request.track_id)
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
        await rig.store.forget(track.id)
        assert message.file is not None
        wire = message.to_json() | {"message_id": ana.take_id()}
        rig.server.updates.add("message", wire)
        here = await ana.until(lambda message: "You have it here" in message.text)
        await (await ana.press(here, "Send again")).answer()
        await rig.server.until(lambda: files(ana) == PAIR * 2)
        await rig.settled()
    assert len(rig.server.calls("getFile")) == fetched


@pytest.mark.parametrize("hours", [11, 13])
async def test_files_that_came_lately_are_pointed_at(rig: Rig, hours: int) -> None:
    """And after half a day they come again."""
    ana = rig.ana()
    async with rig.bot():
        card = await result(rig, ana)
        await rig.settled()
        (view,) = await rig.queue.recent(f"telegram:{ana.id}")
        closed_at = str(time.time() - hours * 3600)
        await answer(rig.queue.redis.hset(keys.request(view.request.id), "closed_at", closed_at))
        question = await ana.say(SONG)
        said = await ana.until(lambda message: message.id > question.id and message.is_card)
        if hours < 12:
            assert said.text == f"{NAME} (3:33)\nYou have it here ↑"
            assert said.reply_to == card
            assert said.labels[:2] == ["Send again", "No vocals"]
            assert files(ana) == PAIR
        else:
            await rig.server.until(lambda: files(ana) == PAIR * 2)
            await rig.settled()


async def test_another_wish_is_not_a_repeat(rig: Rig) -> None:
    ana = rig.ana()
    async with rig.bot():
        await result(rig, ana)
        await ana.say("/settings")
        menu = await ana.until(lambda message: "What you get" in message.text)
        await (await ana.press(menu, "M4A")).answer()
        await result(rig, ana, f"{SONG} again")
    assert [name.rpartition(".")[2] for name in files(ana)] == ["mp3", "mp3", "m4a", "m4a"]


@pytest.mark.parametrize("stored", [True, False])
async def test_what_telegram_no_longer_knows_is_uploaded_or_made_again(rig: Rig, stored: bool) -> None:
    rig.expected.append("wrong file identifier")
    ana, other = rig.ana(), bo(rig)
    async with rig.bot():
        await result(rig, ana)
        await rig.settled()
        rig.server.shelf.files.clear()
        if not stored:
            await rig.store.forget((await rig.queue.recent(f"telegram:{ana.id}"))[0].request.track_id)
        await other.say(SONG)
        if not stored:
            await rig.worker.finish(await rig.worker.take())
        await other.until(done)
        await rig.settled()
        assert files(other) == PAIR
        await again(ana)
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
        await result(rig, other)
    assert files(other) == PAIR


async def test_a_repeat_can_be_cancelled_like_any_other(rig: Rig) -> None:
    ana = rig.ana()
    async with rig.bot():
        card = await result(rig, ana)
        await rig.settled()
        rig.server.fault("sendMediaGroup", Trouble.HANG)
        await again(ana)
        await turned(ana, card, "Cancel")
        await rig.until_phase(ana, RequestPhase.SENDING)
        assert await (await ana.press(card, "Cancel")).answer() == "Cancelled."
        await rig.settled()
        assert "Cancel" not in card.labels
    assert files(ana) == PAIR


async def test_two_who_ask_at_the_same_time_share_one_job_and_both_get_it(rig: Rig) -> None:
    ana, other = rig.ana(), bo(rig)
    async with rig.bot():
        await ana.say(SONG)
        await ana.until(lambda message: "Next in line" in message.text)
        track = await rig.worker.take()
        await rig.worker.report(track, TrackStage.SEPARATING, 0.4)
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

MADE_OTHERWISE = [{"engine": "spleeter"}, {"kbps": 128}]


@pytest.mark.parametrize("change", MADE_OTHERWISE)
@pytest.mark.parametrize("stored", [True, False])
async def test_what_would_be_made_otherwise_now_is_no_repeat(rig: Rig, change: dict[str, object], stored: bool) -> None:
    ana, other = rig.ana(), bo(rig)
    await rig.worker.set_to()
    before = rig.worker.recipe
    async with rig.bot():
        first = await result(rig, ana)
        await rig.settled()
        if not stored:
            await rig.store.forget((await rig.queue.recent(f"telegram:{ana.id}"))[0].request.track_id)
        await rig.worker.set_to(**change)
        await result(rig, other)
        await rig.settled()
        assert files(other) == PAIR
        assert len(rig.server.calls("sendMediaGroup")[-1].uploads) == 2, "not what the other engine made"
        await again(other)
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
        await result(rig, ana)
        await rig.worker.set_to(engine="spleeter")
        await result(rig, other)
        await rig.settled()
        await rig.worker.set_to(engine="openvino")
        rig.server.shelf.files.clear()
        await result(rig, cleo)
        await rig.settled()
        (view,) = await rig.queue.recent(f"telegram:{cleo.id}")
        manifest = (await rig.store.read(view.request.track_id)).manifest
        assert manifest is not None
        assert manifest.engine.startswith("openvino")
    assert files(cleo) == PAIR


async def again_of(rig: Rig, chat: Chat) -> str:
    return f"want:{(await rig.queue.recent(f'telegram:{chat.id}'))[-1].request.id}:again"


async def test_a_mix_of_another_engines_stems_is_separated_anew_and_said_so(rig: Rig) -> None:
    ana = rig.ana()
    await rig.worker.set_to()
    async with rig.bot():
        card = await result(rig, ana)
        await rig.worker.set_to(engine="spleeter")
        said = await (await ana.press(card, "No vocals")).answer()
        assert said.startswith("I no longer have its stems")
        assert await rig.queue.redis.zcard("flbt:queue:quick") == 0, "separations have their own lane"
        await rig.worker.finish(await rig.worker.take())
        await reply_to(ana, card)
        await rig.settled()
    (view, _) = await rig.queue.recent(f"telegram:{ana.id}")
    manifest = (await rig.store.read(view.request.track_id)).manifest
    assert manifest is not None
    assert manifest.engine.startswith("spleeter")

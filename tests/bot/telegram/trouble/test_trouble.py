"""Telegram says no, or nothing: retried as told, given up with a reason, and the next request is unharmed."""

import asyncio
from itertools import pairwise
from pathlib import Path

import pytest
from pydantic import SecretStr

from bot.delivery.planning.plan import CLOUD
from bot.telegram.app import build
from bot.telegram.main import serve
from jobs.progress import RequestPhase, TrackStage
from jobs.queue import keys
from jobs.queue.connection import answer
from jobs.queue.requests import JobQueue
from jobs.settings import SettingsError
from jobs.store.folder import FolderStore
from tests.bot.telegram.chat_fixture import OTHER, SONG, Rig, cards, files, settings_for
from tests.bot.telegram.chat_steps import again, done
from tests.peers.botapi import BotApi, Pace, Trouble

MB = 1_000_000


@pytest.mark.parametrize(("group", "seconds"), [(False, 3), (True, 5)])
async def test_edits_keep_the_pace_and_the_last_state_lands(
    rig: Rig, true_pace: None, group: bool, seconds: float
) -> None:
    rig.server.pace = Pace()
    ana = rig.server.group("The Band", [rig.server.person("Ana")]) if group else rig.ana()
    async with rig.bot():
        await ana.say(f"/stems {SONG}")
        await ana.until(lambda message: "Next in line" in message.text)
        track = await rig.worker.take()
        for percent in range(0, 100, 4):
            await rig.worker.report(track, TrackStage.SEPARATING, percent / 100)
            await asyncio.sleep(0.2)
        await rig.worker.finish(track)
        await ana.until(done)
        await rig.settled()
    *edits, _ = [one.at for one in rig.server.calls("editMessageText")]  # the last state waits for no pace
    assert edits
    assert all(later - earlier > seconds - 0.1 for earlier, later in pairwise(edits))
    assert rig.server.pace.impatient == []


async def test_a_refused_edit_waits_as_told_and_other_chats_do_not(rig: Rig) -> None:
    ana, bo = rig.ana(), rig.server.private(rig.server.person("Bo"))
    async with rig.bot():
        await ana.say(SONG)
        await ana.until(lambda message: "Next in line" in message.text)
        rig.server.fault("editMessageText", Trouble.FLOOD, retry_after=3)
        track = await rig.worker.take()
        await rig.worker.report(track, TrackStage.SEPARATING, 0.5)
        await rig.server.until(lambda: any(one.code == 429 for one in rig.server.requests))
        asked = await bo.say(OTHER)
        await bo.until(lambda message: "In line, one song ahead" in message.text and message.reply_to == asked)
        bos = rig.server.calls("sendMessage")[-1]
        await ana.until(lambda message: "50 %" in message.text)
        edits = rig.server.calls("editMessageText")
        refused = next(place for place, one in enumerate(edits) if one.code == 429)
        assert edits[refused + 1].at - edits[refused].at >= 3
        assert bos.at < edits[refused + 1].at, "bo does not wait for ana's penalty"
    assert len(cards(ana)) == 1, "a refused edit is never answered by a new message"


async def test_a_part_refused_for_now_is_sent_when_told(rig: Rig) -> None:
    rig.server.fault("sendMediaGroup", Trouble.FLOOD, retry_after=1)
    rig.server.fault("sendMediaGroup", Trouble.ERROR)
    rig.server.fault("sendMediaGroup", Trouble.GATEWAY)
    ana = rig.ana()
    async with rig.bot():
        await ana.say(SONG)
        await rig.worker.finish(await rig.worker.take())
        await ana.until(done)
    assert len(files(ana)) == 2
    assert len(rig.server.calls("sendMediaGroup")) == 4


async def test_whoever_blocked_the_bot_is_left_alone_and_the_next_is_served(rig: Rig) -> None:
    rig.expected.append("bot was blocked by the user")
    ana, bo = rig.ana(), rig.server.private(rig.server.person("Bo"))
    async with rig.bot():
        await ana.say(SONG)
        await ana.until(lambda message: "Next in line" in message.text)
        await bo.say(OTHER)
        await bo.until(lambda message: "one song ahead" in message.text)
        ana.block()
        await rig.worker.finish(await rig.worker.take())
        await rig.until_phase(ana, RequestPhase.FAILED)
        await rig.worker.finish(await rig.worker.take())
        await bo.until(done)
        await rig.settled()
    assert len(rig.server.refused) <= 3
    assert files(ana) == []


async def test_a_deleted_card_is_not_missed_and_the_result_comes(rig: Rig) -> None:
    rig.expected.append("message to edit not found")
    ana = rig.ana()
    async with rig.bot():
        await ana.say(SONG)
        card = await ana.until(lambda message: "Next in line" in message.text)
        ana.delete(card)
        track = await rig.worker.take()
        await rig.worker.report(track, TrackStage.SEPARATING, 0.5)
        await rig.worker.finish(track)
        await rig.settled()
    assert len(files(ana)) == 2
    assert cards(ana) == []
    assert len(rig.server.refused) == 1


async def test_a_deleted_question_is_answered_all_the_same(rig: Rig) -> None:
    ana = rig.ana()
    async with rig.bot():
        question = await ana.say(SONG)
        await ana.until(lambda message: "Next in line" in message.text)
        ana.delete(question)
        await rig.worker.finish(await rig.worker.take())
        await ana.until(done)
    assert len(files(ana)) == 2


async def test_a_file_telegram_has_is_sent_by_its_id(rig: Rig) -> None:
    ana, bo = rig.ana(), rig.server.private(rig.server.person("Bo"))
    async with rig.bot():
        await ana.say(SONG)
        await rig.worker.finish(await rig.worker.take())
        await ana.until(done)
        await bo.say(SONG)
        await bo.until(done)
        first, second = rig.server.calls("sendMediaGroup")
        assert (len(first.uploads), len(second.uploads)) == (2, 0)
        assert files(bo) == files(ana)
        rig.server.shelf.files.clear()
        rig.expected.append("wrong file identifier")
        await again(ana)
        await rig.server.until(lambda: len(rig.server.calls("sendMediaGroup")) == 4)
        await rig.settled()
    assert len(files(ana)) == 4, "what Telegram forgot is uploaded again"


async def test_what_is_too_large_for_one_message_is_planned_before_it_is_sent(rig: Rig) -> None:
    rig.worker.bytes_ = 30 * MB
    ana = rig.ana()
    async with rig.bot():
        await ana.say(SONG)
        await rig.worker.finish(await rig.worker.take())
        card = await ana.until(done)
        await rig.settled()
    assert "In several messages" in card.text
    assert len(files(ana)) == 2
    assert rig.server.calls("sendMediaGroup") == []


async def test_a_file_above_the_limit_comes_at_a_lower_rate(rig: Rig) -> None:
    rig.worker.bytes_ = 60 * MB
    ana = rig.ana()
    async with rig.bot():
        await ana.say(SONG)
        await rig.worker.finish(await rig.worker.take())
        await rig.worker.finish(await rig.worker.take())  # the smaller rendition the plan asked for
        card = await ana.until(done)
    assert "kbit/s" in card.text
    assert len(files(ana)) == 2
    assert all(message.file.bytes_ <= CLOUD.file_bytes for message in ana.from_bot() if message.file)


async def test_an_unexpected_413_changes_the_plan(rig: Rig) -> None:
    rig.expected.append("Request Entity Too Large")
    rig.server.upload_bytes = 50_000
    rig.worker.bytes_ = 30_000
    ana = rig.ana()
    async with rig.bot():
        await ana.say(SONG)
        await rig.worker.finish(await rig.worker.take())
        await ana.until(done)
        await rig.settled()
    assert len(files(ana)) == 2
    assert len(rig.server.calls("sendMediaGroup")) == 1


async def test_nothing_fits_is_said(rig: Rig) -> None:
    rig.expected.append("Request Entity Too Large")
    rig.server.upload_bytes = 2_000
    ana = rig.ana()
    rig.worker.bytes_ = 30_000
    async with rig.bot():
        await ana.say(SONG)
        await rig.worker.finish(await rig.worker.take())
        async with asyncio.timeout(120):
            while await rig.phase(ana) is not RequestPhase.FAILED:
                if await rig.queue.size() > 0:
                    await rig.worker.finish(await rig.worker.take())
                await asyncio.sleep(0.02)
        await rig.settled()
    assert files(ana) == []
    assert "only 30 kB fit in one message" in cards(ana)[0].text


# --- the server itself ----------------------------------------------------------------------------------------------


async def test_a_wrong_token_is_one_sentence(
    server: BotApi, queue: JobQueue, store: FolderStore, tmp_path: Path
) -> None:
    settings = settings_for(server, tmp_path, telegram_token=SecretStr("1234567:" + "x" * 35))
    with pytest.raises(SettingsError, match="Telegram refuses FLBT_TELEGRAM_TOKEN") as caught:
        await serve(build(settings, queue, store), asyncio.Event())
    assert "1234567" not in str(caught.value)
    with pytest.raises(SettingsError, match="FLBT_TELEGRAM_TOKEN is missing"):
        build(settings_for(server, tmp_path, telegram_token=None), queue, store)


@pytest.mark.parametrize(
    "token", ["hello", "@my_bot", "123456:short", "1234567:" + "x" * 35 + " ", "1:\n" + "x" * 35, "1/2"]
)
def test_what_is_no_token_is_refused_before_anything_is_asked(
    token: str, server: BotApi, queue: JobQueue, store: FolderStore, tmp_path: Path
) -> None:
    with pytest.raises(SettingsError, match="FLBT_TELEGRAM_TOKEN is no bot token") as caught:
        build(settings_for(server, tmp_path, telegram_token=SecretStr(token)), queue, store)
    assert token not in str(caught.value)
    assert server.requests == []


async def test_an_unreachable_server_is_waited_for(queue: JobQueue, store: FolderStore, tmp_path: Path) -> None:
    async with BotApi() as server:
        port = server.port
    stop = asyncio.Event()
    settings = settings_for(server, tmp_path)
    running = asyncio.create_task(serve(build(settings, queue, store), stop))
    await asyncio.sleep(0.5)
    assert not running.done()
    async with BotApi(port=port) as server:
        ana = server.private(server.person("Ana"))
        await ana.say("/help")
        await ana.until(lambda message: "/settings" in message.text)
        stop.set()
        await asyncio.wait_for(running, 120)


async def test_it_stops_at_once_while_it_waits_for_a_server(
    queue: JobQueue, store: FolderStore, tmp_path: Path
) -> None:
    async with BotApi() as server:
        settings = settings_for(server, tmp_path)
    stop = asyncio.Event()
    running = asyncio.create_task(serve(build(settings, queue, store), stop))
    await asyncio.sleep(0.2)
    assert not running.done(), "it waits"
    stop.set()
    await asyncio.wait_for(running, 120)


async def test_polling_survives_conflicts_errors_and_resets(rig: Rig) -> None:
    for trouble in (Trouble.ERROR, Trouble.GATEWAY, Trouble.DROP):
        rig.server.fault("getUpdates", trouble)
    rig.server.fault("getUpdates", Trouble.FLOOD, retry_after=1)
    ana = rig.ana()
    async with rig.bot():
        await ana.say(SONG)
        await ana.until(lambda message: "Next in line" in message.text)
    assert [fault.times for fault in rig.server.faults] == [0] * 4, "met, each of them"


async def test_in_a_group_only_who_spoke_to_the_bot_hears_of_its_troubles(rig: Rig) -> None:
    rig.server.privacy = False
    ana = rig.server.person("Ana")
    band = rig.server.group("The Band", [ana])
    await answer(rig.queue.redis.rpush(keys.group(f"telegram:{band.id}"), "of the wrong kind"))
    async with rig.bot():
        for text in ("lunch?", SONG, "no, dinner"):
            await band.say(text)
        asked = [await band.say(text) for text in ("/help", f"@fl_bt_test_bot {SONG}")]
        await rig.server.until(lambda: len(cards(band)) == 2)
    assert [message.reply_to for message in cards(band)] == asked
    assert {message.text for message in cards(band)} == {
        "I can’t reach my queue right now. Please send this again in a minute."
    }


async def test_a_queue_that_is_away_is_said_and_comes_back(rig: Rig) -> None:
    ana = rig.ana()
    async with rig.bot():
        await rig.queue.redis.config_set("maxmemory", 1)  # it refuses to write anything
        try:
            await ana.say(SONG)
            await ana.until(lambda message: "I can’t reach my queue" in message.text)
        finally:
            await rig.queue.redis.config_set("maxmemory", 0)
        await ana.say(OTHER)
        await ana.until(lambda message: "Next in line" in message.text)
    (request,) = [view.request for view in await rig.queue.attended("telegram")]
    assert request.source.key == "youtube:jNQXAC9IVRw", "what was not accepted is not half there"

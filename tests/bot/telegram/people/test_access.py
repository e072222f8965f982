"""Closed by default: the owner pairs by a link from the log, and lets others in."""

import logging
import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.texts import say
from jobs.queue import keys
from jobs.queue.connection import answer
from jobs.queue.requests import JobQueue
from jobs.store.folder import FolderStore
from tests.bot.telegram.chat_fixture import SONG, Rig, Worker, cards, settings_for
from tests.peers.botapi import BotApi, Chat
from tests.peers.botapi.world import Person


@pytest.fixture
async def closed(server: BotApi, queue: JobQueue, store: FolderStore, tmp_path: Path) -> AsyncIterator[Rig]:
    yield Rig(server, queue, store, settings_for(server, tmp_path, access="closed"), Worker(queue, store))
    assert server.refused == []


def code_in(log: pytest.LogCaptureFixture) -> str:
    found = re.findall(r"https://t\.me/fl_bt_test_bot\?start=([\w-]+)", log.text)
    assert len(set(found)) == 1
    return str(found[0])


async def paired(rig: Rig, log: pytest.LogCaptureFixture) -> Chat:
    ana = rig.ana()
    await ana.say(f"/start {code_in(log)}")
    await ana.until(lambda message: "I’m yours now" in message.text)
    return ana


async def test_nobody_is_served_before_the_pairing_and_a_stranger_costs_one_sentence(
    closed: Rig, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    bo = closed.server.private(closed.server.person("Bo"))
    async with closed.bot():
        await bo.say(SONG)
        told = await bo.until(lambda message: "This bot is private" in message.text)
        assert told.text == say("en", "access-unpaired")
        for text in (SONG, "/start", "/start wrong-code", "/allow", "/settings", "hello"):
            await bo.say(text)
        await bo.press_data(told, "stems::4")
        ana = await paired(closed, caplog)
    async with closed.bot():  # a bot that starts again knows that this was said
        await bo.say(SONG)
        await bo.press_data(told, "stems::4")
        asked = await ana.say("/start")
        await ana.until(lambda message: message.reply_to == asked)
        await ana.until(lambda message: "Bo (@\u2060bo) would like to use me." in message.text)
    assert [message.text for message in bo.from_bot()][1:] == [say("en", "stranger-asked")], "now there is an owner"
    assert closed.server.calls("answerCallbackQuery") == []
    assert await closed.queue.redis.keys("flbt:rate:*") == [f"flbt:rate:telegram:{ana.id}".encode()]
    assert await closed.queue.size() == 0


async def test_a_stranger_who_taps_is_told_in_passing_and_once(closed: Rig, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    async with closed.bot():
        ana = await paired(closed, caplog)
        bo = closed.server.private(closed.server.person("Bo"))
        await ana.say(f"/allow {bo.id}")
        await ana.until(lambda message: "can use me now" in message.text)
        await bo.say("/settings")
        settings = await bo.until(lambda message: message.labels != [])
        await ana.say(f"/deny {bo.id}")
        await ana.until(lambda message: "any more" in message.text)
        first = await bo.press_data(settings, "stems::4")
        assert await first.answer() == "This bot is private. Ask its owner to let you in."
        await bo.press_data(settings, "stems::4")
        await bo.say(SONG)
    assert len(closed.server.calls("answerCallbackQuery")) == 1
    assert len(bo.from_bot()) == 1


async def test_a_failing_queue_keeps_the_gate_shut(closed: Rig) -> None:
    """Without the queue the bot cannot check access, nor note a refusal: the update is stopped."""
    bo = closed.server.private(closed.server.person("Bo"))
    ana = closed.ana()
    await closed.owned_by(ana.id)
    async with closed.bot():
        asked = await ana.say("/start")  # else the bot could not write to her
        await ana.until(lambda message: message.reply_to == asked)
        await closed.queue.redis.config_set("maxmemory", 1)  # it answers, and refuses to write anything
        try:
            for text in ("/help", "/settings", SONG):
                asked = await bo.say(text)
                await bo.until(lambda message, asked=asked: message.reply_to == asked)  # type: ignore[misc]  # a default
        finally:
            await closed.queue.redis.config_set("maxmemory", 0)
        await bo.say("/help")
        await bo.until(lambda message: message.text == say("en", "stranger-asked"))
    said = [message.text for message in bo.from_bot()]
    assert said[:-1] == ["I can’t reach my queue right now. Please send this again in a minute."] * 3
    assert await closed.queue.attended("telegram") == []


async def test_the_link_works_once_and_only_for_one(closed: Rig, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    async with closed.bot():
        ana = await paired(closed, caplog)
        bo = closed.server.private(closed.server.person("Bo"))
        await bo.say(f"/start {code_in(caplog)}")
        await bo.until(lambda message: message.text == say("en", "stranger-asked"))
        await ana.say(SONG)
        await ana.until(lambda message: "Next in line" in message.text)
        assert "allow" in closed.server.commands[f"chat:{ana.id}", ""]
    caplog.clear()
    async with closed.bot():
        await ana.say("/help")
        await ana.until(lambda message: "You are my owner" in message.text)
    assert "start=" not in caplog.text


async def test_the_owner_lets_people_in_and_out(closed: Rig, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    async with closed.bot():
        ana = await paired(closed, caplog)
        bo = closed.server.private(closed.server.person("Bo"))
        await ana.say("/allow")
        await ana.until(lambda message: "Reply to someone’s message with /allow" in message.text)
        await ana.say(f"/allow {bo.id}")
        await ana.until(lambda message: message.text == f"{bo.id} can use me now.")
        await ana.say(f"/allow {bo.id} Bo")
        await ana.until(lambda message: message.text == "Bo could use me already.")
        await bo.say(SONG)
        await bo.until(lambda message: "Next in line" in message.text)
        await ana.say("/who")
        await ana.until(lambda message: message.text == f"Let in by you:\n{bo.id} Bo")
        await ana.say(f"/deny {bo.id}")
        await ana.until(lambda message: message.text == "Bo can’t use me any more.")
        await bo.say(SONG)
        await bo.until(lambda message: "This bot is private" in message.text)
        await ana.say("/deny 12")
        await ana.until(lambda message: "12 was not among those" in message.text)
        await ana.say("/deny")
        await ana.until(lambda message: "Reply to someone’s message with /deny" in message.text)
        await ana.say("/who")
        await ana.until(lambda message: "Nobody but you" in message.text)
    assert [view.request.asker for view in await closed.queue.attended("telegram")] == [f"telegram:{bo.id}"]
    assert await closed.queue.size() == 1, "the song of when bo was let in, and not the other one"


async def test_in_a_topic_the_owner_lets_the_group_in_and_not_who_began_the_topic(
    closed: Rig, caplog: pytest.LogCaptureFixture
) -> None:
    """In a forum, what replies to nothing comes as a reply to its topic's first message."""
    caplog.set_level(logging.INFO)
    async with closed.bot():
        ana = await paired(closed, caplog)
        bo = closed.server.person("Bo")
        band = closed.server.group("The Band", [*ana.members, bo], forum=True, topics=["Songs"])
        topic = next(iter(band.topics))
        first = {"message_id": topic, "date": 1, "chat": band.to_json(), "from": bo.to_json(), "is_topic_message": True}
        began = first | {"forum_topic_created": {"name": "Songs", "icon_color": 7322096}}
        command = {"type": "bot_command", "offset": 0, "length": len("/allow")}
        said = {"message_id": 900, "date": 1, "chat": band.to_json(), "from": ana.members[0].to_json()}
        thread = {"message_thread_id": topic, "is_topic_message": True, "reply_to_message": began}
        allow = said | thread | {"text": "/allow", "entities": [command]}
        closed.server.updates.repeat(5000, {"update_id": 5000, "message": allow})
        await band.until(lambda message: message.text == "Everyone in this group can use me now.")
    assert await answer(closed.queue.redis.smembers(keys.ALLOWED)) == {f"telegram:{band.id}".encode()}


async def band_of(closed: Rig, caplog: pytest.LogCaptureFixture) -> tuple[Chat, Person, Person, Chat]:
    """The owner, alone with the bot; two others; and the group that they share."""
    ana = await paired(closed, caplog)
    bo, cy = closed.server.person("Bo"), closed.server.person("Cy")
    return ana, bo, cy, closed.server.group("The Band", [*ana.members, bo, cy])


async def test_in_a_group_the_owner_lets_in_whoever_writes_as_a_channel(
    closed: Rig, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    async with closed.bot():
        ana, bo, cy, band = await band_of(closed, caplog)
        channel = Chat(-1009999999999, "channel", "Bo’s Channel", [bo])
        asked = await band.say("/help", by=bo, mask=channel)
        await band.say("/allow", by=ana.members[0], reply_to=asked)
        await band.until(lambda message: message.text == "Bo’s Channel can use me now.")
        await band.say("/help", by=cy)
        again = await band.say("/help", by=bo, mask=channel)
        await band.until(lambda message: message.reply_to == again)
    assert sum("Mentioning me does the same" in message.text for message in cards(band)) == 1, "cy is not let in"


async def test_in_a_group_the_owner_lets_in_whom_they_reply_to_or_the_whole_group(
    closed: Rig, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    async with closed.bot():
        ana, bo, cy, band = await band_of(closed, caplog)
        asked = await band.say("/help", by=bo)
        await band.until(lambda message: message.text == say("en", "stranger-asked-group"))
        await band.say("/status", by=bo)
        await band.say("/allow", by=ana.members[0], reply_to=asked)
        await band.until(lambda message: message.text == "Bo (@\u2060bo) can use me now.")
        await band.say("/help", by=bo)
        await band.until(lambda message: "Mentioning me does the same" in message.text)
        await band.say("/allow", by=bo)
        await band.until(lambda message: message.text == "Only my owner can let people in.")
        before = len(cards(band))
        await band.say("/help", by=cy)
        await band.say("/allow@fl_bt_test_bot", by=ana.members[0])
        await band.until(lambda message: message.text == "Everyone in this group can use me now.")
        assert len(cards(band)) == before + 1, "cy got no answer"
        await band.say("/help", by=cy)
        await band.until(lambda message: message.reply_to is not None and message.reply_to.sender == cy)


async def test_a_group_that_asks_is_let_in_by_a_tap_and_gets_the_song(
    closed: Rig, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    async with closed.bot():
        ana, bo, cy, band = await band_of(closed, caplog)
        asked = await band.say(f"/stems {SONG}", by=bo)
        await band.until(lambda message: message.text == say("en", "stranger-asked-group"))
        await band.say(SONG, by=cy)
        question = await ana.until(lambda message: "in the group “The Band”" in message.text)
        assert question.text.startswith("Bo (@\u2060bo) would like to use me")
        await ana.press(question, "Let in")
        await band.until(lambda message: message.text == say("en", "allow-group") and message.reply_to == asked)
        await closed.worker.finish(await closed.worker.take())
        card = await band.until(lambda message: "Done in" in message.text)
        assert card.reply_to == asked
        await ana.until(lambda message: message == question and message.text == "The Band can use me now.")
        await closed.settled()
    assert question.labels == []
    assert await closed.queue.size() == 0, "nothing but what was said to the bot"

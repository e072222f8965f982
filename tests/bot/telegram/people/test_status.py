"""/status, /stats, and what the owner is told unasked."""

import asyncio
import re
import time
from dataclasses import replace
from pathlib import Path

import pytest

from jobs.failures import Reason
from jobs.progress import TrackStage
from jobs.queue.connection import answer
from jobs.queue.providers import keep_standing, untold
from jobs.queue.recipe import About
from jobs.queue.requests import JobQueue
from jobs.queue.titles import keep_called, nameless
from jobs.queue.tracks import TrackQueue
from jobs.results import Called, Tags
from jobs.store.folder import FolderStore
from jobs.youtube import Provider, Standing
from tests.bot.telegram.chat_fixture import OTHER, SONG, Rig, Worker, cards, settings_for
from tests.bot.telegram.chat_steps import band_of, done, result
from tests.peers.botapi import BotApi

THIRD = "https://youtu.be/aaaaaaaaaaA"


async def test_status_shows_open_and_finished_requests_with_buttons(rig: Rig) -> None:
    ana = rig.ana()
    async with rig.bot():
        await ana.say(SONG)
        await rig.worker.finish(await rig.worker.take())
        finished = await ana.until(done)
        await ana.say(f"{OTHER} {THIRD}")
        track = await rig.worker.take()
        await ana.until(lambda message: "aaaaaaaaaaA" in message.text)
        await rig.worker.report(track, TrackStage.SEPARATING, 0.5)
        await ana.say("/status")
        listed = await ana.until(lambda message: "2 songs in the works" in message.text)
        assert re.sub(r"(?<=Done in )\d+ s|(?<=about ).*", "N s", listed.text) == (
            "2 songs in the works\n\n"
            "Elis & Tom - Águas de Março (3:33)\nSeparating voice and band\n\n"
            "YouTube video youtu.be/aaaaaaaaaaA\nIn line, one song ahead · about N s\n\n"
            "Finished lately\n\nElis & Tom - Águas de Março (3:33)\nDone in N s"
        ), listed.text
        assert len(listed.labels) == 3
        await ana.press(listed, "Cancel YouTube video youtu.be/aaaaaaaaaaA")
        await ana.until(lambda message: message.text.endswith("youtu.be/aaaaaaaaaaA\nCancelled"))
        press = await ana.press(listed, "↩ Elis & Tom")
        assert await press.answer() == ""
        again = await ana.until(lambda message: done(message) and message != finished)
        assert again.labels == finished.labels != []
        gone = await ana.press_data(listed, f"show:{'0' * 16}")
        assert await gone.answer() == "There is nothing left to do here. /status shows how things stand."
        await rig.worker.finish(track)
        await rig.settled()


async def test_status_tells_several_results_of_one_song_apart(rig: Rig) -> None:
    ana = rig.ana()
    async with rig.bot():
        card = await result(rig, ana)
        await (await ana.press(card, "No vocals")).answer()
        await rig.worker.finish(await rig.worker.take())
        await rig.settled()
        await (await ana.press(card, "No vocals")).answer()  # the same again is listed once
        await rig.settled()
        await (await ana.press(card, "4 stems")).answer()
        await rig.worker.finish(await rig.worker.take())
        await rig.settled()
        await ana.say("/status")
        listed = await ana.until(lambda message: "Finished lately" in message.text)
    song = "↩ Elis & Tom - Águas de Março"
    assert listed.labels == [f"{song} · 4 stems", f"{song} · no vocals", f"{song} · 2 stems"]
    assert "\n\nElis & Tom - Águas de Março · 4 stems (3:33)\nDone" in listed.text


async def test_lists_of_long_titles_fit_into_one_message_and_say_what_is_left_out(
    server: BotApi, queue: JobQueue, store: FolderStore, tmp_path: Path
) -> None:
    settings = settings_for(server, tmp_path, max_open_per_person=50, max_open_per_chat=50, messages_per_minute=0)
    long = Tags(title="🎸" * 200, artist="🥁" * 200)
    rig = Rig(server, queue, store, settings, Worker(queue, store, tags=long))
    ana = rig.ana()
    await rig.owned_by(ana.id)
    for person in range(60):
        await answer(queue.redis.hset("flbt:people", f"name:telegram:{person}", "🎹" * 60))
        await answer(queue.redis.sadd("flbt:allowed", f"telegram:{person}"))
    async with rig.bot():
        await ana.say(" ".join(f"https://youtu.be/aaaaaaaa{n:02}A" for n in range(10)))
        await ana.until(lambda message: "10 songs, one after the other" in message.text)
        for _ in range(2):
            await rig.worker.finish(await rig.worker.take())
        await rig.server.until(lambda: sum(done(message) for message in ana.from_bot()) == 2)
        for video in (await nameless(queue.redis, 50)).values():
            await keep_called(queue.redis, video, Called(title=long.title, artist=long.artist))
        for command in ("/status", "/status all", "/who"):
            asked = await ana.say(command)
            said = await ana.until(lambda message, asked=asked: message.reply_to == asked)  # type: ignore[misc]  # a default
            found = re.search(r"… and (\d+) more", said.text)
            assert found, said.text
            assert int(found[1]) > 1
            assert len(said.text) > 1000
        asked = await ana.say("/cancel")
        which = await ana.until(lambda message: message.reply_to == asked)
        assert all(len(label) <= 50 for label in which.labels)
        await (await ana.press(which, "Cancel all")).answer()
        await rig.settled()
    assert server.refused == []


async def test_as_a_reply_it_speaks_of_that_one(rig: Rig) -> None:
    ana = rig.ana()
    async with rig.bot():
        await ana.say(SONG)
        await rig.worker.finish(await rig.worker.take())
        first = await ana.until(done)
        sent = await ana.until(lambda message: message.file is not None)
        question = await ana.say(OTHER)
        second = await ana.until(lambda message: "Next in line" in message.text)
        for about, what in ((first, first), (sent, first), (question, second), (second, second)):
            asked = await ana.say("/status", reply_to=about)
            said = await ana.until(lambda message: message.reply_to == asked)  # noqa: B023 - awaited right here
            assert (said.text, said.labels) == (what.text, what.labels)
        await ana.say("/status", reply_to=await ana.say("hello"))
        await ana.until(lambda message: "I don’t know anything about that message" in message.text)


async def test_the_owner_sees_all_and_how_things_stand(rig: Rig) -> None:
    ana, bo = rig.ana(), rig.server.private(rig.server.person("Bo"))
    await rig.owned_by(ana.id)
    async with rig.bot():
        for reason in (Reason.PRIVATE, Reason.LIVE, Reason.PRIVATE):
            await bo.say(SONG)
            await rig.worker.fail(await rig.worker.take(), reason)
            await rig.settled()
        await bo.say(SONG)
        await rig.worker.finish(await rig.worker.take())
        await rig.settled()
        await bo.say(OTHER)
        await bo.until(lambda message: "Next in line" in message.text)
        await bo.say("/stats")
        await bo.until(lambda message: message.text == "Only my owner can see this.")
        await bo.say("/status all")
        own = await bo.until(lambda message: "One song in the works" in message.text)
        assert "Queue:" not in own.text
        for name, versions in (
            ("a", {"FL-BT": "0.1.0", "openvino": "1.0"}),
            ("b", {"FL-BT": "0.1.0", "openvino": "1.0"}),
            ("c", {"FL-BT": "0.2.0"}),
        ):
            await TrackQueue(rig.queue.redis, name, about=About(versions=versions)).beat()
        await ana.say("/stats")
        stats = await ana.until(lambda message: "Queue: one track, 3 workers alive" in message.text)
        assert re.search(r"Disk: [\d.]+ GB free; results take [\d.]+ kB of 20 GB", stats.text)
        assert "\n2 workers: FL-BT 0.1.0, openvino 1.0\nWorker: FL-BT 0.2.0\n" in stats.text
        assert re.search(r"Bot: FL-BT \d+\.\d+\.\d+, Python 3\.\d+\.\d+, python-telegram-bot 22\.", stats.text)
        assert "In 7 days: 1 done, 0 cancelled\nFailed, private: 2\nFailed, live: 1\n" in stats.text
        assert "YouTube by pytubefix: works\nYouTube by yt-dlp: works" in stats.text
        assert rig.settings.telegram_token is not None
        assert rig.settings.telegram_token.get_secret_value() not in stats.text
        await ana.say("/status all")
        every = await ana.until(lambda message: "One song in the works" in message.text)
        assert "jNQXAC9IVRw\nStarting…" in every.text
        assert "Queue: one track" in every.text
        assert "\nWorker: FL-BT 0.2.0\n" in every.text


async def test_the_owner_is_told_once_when_youtube_refuses_and_when_it_is_over(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    rig.timing = replace(rig.timing, look_for_news=0.05)
    ana = rig.ana("pt-br")
    await rig.owned_by(ana.id)
    down = Standing(provider=Provider.PYTUBEFIX, up=False, since=time.time(), failures=3)
    async with rig.bot():
        await ana.say("/start")
        await ana.until(lambda message: message.text.startswith("Oi!"))
        await keep_standing(rig.queue.redis, down)
        await ana.until(lambda message: "O YouTube me recusa pelo pytubefix" in message.text)
        await keep_standing(rig.queue.redis, down.model_copy(update={"failures": 4}))
    async with rig.bot():
        await keep_standing(rig.queue.redis, down.model_copy(update={"up": True}))
        await ana.until(lambda message: "voltou a funcionar pelo pytubefix" in message.text)
    assert len(cards(ana)) == 3


async def test_the_owner_is_told_once_of_a_cause_not_for_each_song(rig: Rig) -> None:
    rig.timing = replace(rig.timing, look_for_news=0.05)
    ana = rig.ana()
    await rig.owned_by(ana.id)
    async with rig.bot():
        for link, reason in (
            (SONG, Reason.MODEL_UNAVAILABLE),
            (SONG, Reason.MODEL_UNAVAILABLE),
            (OTHER, Reason.NO_DISK),
        ):
            await ana.say(link)
            await rig.worker.fail(await rig.worker.take(), reason)
            await rig.settled()
        await ana.until(lambda message: "I can’t fetch the weights of a model" in message.text)
        await ana.until(lambda message: message.text.startswith("The disk is full, so songs fail."))
    told = [card.text for card in cards(ana) if "I tell you this once" in card.text]
    assert len(told) == 2


async def test_an_owner_who_has_blocked_the_bot_is_left_in_peace(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    rig.timing = replace(rig.timing, look_for_news=0.05)
    rig.expected.append("bot was blocked by the user")
    ana = rig.ana()
    await rig.owned_by(ana.id)
    ana.opened = True
    async with rig.bot():
        ana.block()
        await keep_standing(rig.queue.redis, Standing(provider=Provider.YTDLP, up=False))
        async with asyncio.timeout(120):
            while await untold(rig.queue.redis):
                await asyncio.sleep(0.02)
    assert [one.description for one in rig.server.refused] == ["Forbidden: bot was blocked by the user"]


async def test_owner_answers_from_a_group_go_to_the_private_chat(rig: Rig) -> None:
    band, ana, bo, _ = band_of(rig)
    alone, his = rig.server.private(ana), rig.server.private(bo)
    await rig.owned_by(ana.id)
    await rig.queue.redis.sadd("flbt:allowed", f"telegram:{bo.id}")  # type: ignore[misc]  # it is awaitable
    await rig.queue.redis.hset("flbt:people", f"name:telegram:{bo.id}", "Bo Secret")  # type: ignore[misc]  # as above
    rig.expected.append("bot can't initiate conversation")
    async with rig.bot():
        await his.say(OTHER)
        await his.until(lambda message: "Next in line" in message.text)
        asked = await band.say("/who", by=ana)
        said = await band.until(lambda message: message.reply_to == asked)
        assert said.text == (
            "This is for you alone, and I can’t write to you. "
            "Open t.me/fl_bt_test_bot, tap Start there, and ask me again."
        )
        await alone.say("/start")
        await alone.until(lambda message: message.text.startswith("Hi!"))
        for command, secret in (("/status all", "jNQXAC9IVRw"), ("/stats", "Disk:"), ("/who", "Bo Secret")):
            asked = await band.say(command, by=ana)
            said = await band.until(lambda message: message.reply_to == asked)  # noqa: B023 - awaited right here
            assert said.text == "I sent it to you in our private chat."
            await alone.until(lambda message: secret in message.text)  # noqa: B023 - awaited right here
        asked = await band.say("/status", by=ana)
        await band.until(lambda message: message.reply_to == asked and "Nothing in the works" in message.text)
        assert not any(
            secret in message.text for message in band.from_bot() for secret in ("jNQXAC9IVRw", "Disk:", "Secret")
        )

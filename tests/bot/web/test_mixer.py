"""The Mixer: a song of a chat opens by its link; in Telegram's own program, for people with access alone."""

import asyncio
import time
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from bot.chats.access import Access
from bot.chats.song_links import mixer_chat
from bot.chats.web_secret import web_secret
from bot.texts import say
from bot.web.secret import Secret
from jobs.models import Player
from jobs.queue import keys
from jobs.queue.connection import answer
from jobs.queue.requests import JobQueue
from jobs.store.folder import FolderStore
from tests.bot.telegram.chat_fixture import PATIENCE, SONG
from tests.bot.telegram.chat_fixture import Rig as TelegramRig
from tests.bot.telegram.chat_fixture import settings_for as telegram_settings
from tests.bot.telegram.chat_steps import result, turned
from tests.bot.web.mixer_fixture import (
    ANA,
    URL,
    at_anas,
    by_link,
    data,
    enter,
    guest,
    let_in,
    link_to,
    rig,
    song,
)
from tests.bot.web.test_init_data import USER, signed
from tests.bot.web.web_fixture import Browser, Rig
from tests.jobs.requests import ask
from tests.peers.botapi import BotApi

__all__ = ["guest", "rig"]


async def test_the_link_of_a_song_opens_its_page_with_the_player(rig: Rig, guest: Browser) -> None:
    request, opened = await by_link(rig, guest)
    assert opened.told["heading"].startswith("Elis & Tom - Águas de Março")
    assert opened.told["sends"] is False
    tasks = (await opened.call("GET", "/api/tasks"))["tasks"]
    assert [one["task_id"] for one in tasks] == [opened.told["player"], opened.told["task"]]
    assert {one["song"] for one in tasks} == {tasks[0]["song"]}, "one song"
    page = await guest.get(opened.link(tasks[0]["player"]))
    assert page.startswith(b"<!doctype html>")
    again = await enter(rig, guest, await link_to(rig, request))
    assert again.told["player"] == opened.told["player"], "it is made once"
    assert await rig.queue.size() == 0


async def test_a_ticket_is_for_one_song_and_opens_nothing_else(rig: Rig, guest: Browser) -> None:
    _, opened = await at_anas(rig, guest)
    elsewhere = say("en", "mixer-elsewhere")
    for method, path in [
        ("POST", "/api/submit/dQw4w9WgXcQ"),
        ("POST", "/api/submit"),
        ("POST", "/api/upload?name=a.mp3"),
        ("POST", "/api/say"),
        ("POST", f"/api/tasks/{opened.told['task']}/say"),
        ("POST", f"/api/tasks/{opened.told['player']}/press"),
        ("POST", "/api/messages/0123456789abcdef/press"),
        ("GET", "/app"),
        ("GET", "/api/openapi.json"),
    ]:
        assert (await opened.call(method, path, 403))["error"] == elsewhere
    async with guest.session.get(opened.link("/app")) as answer:
        assert (answer.status, "Set-Cookie" in answer.headers) == (403, False)
    other = ask("bo")
    await rig.queue.submit(other)
    await opened.order(Secret(await web_secret(rig.queue.redis)).task_of(other.id), 403)
    assert len((await opened.call("GET", "/api/tasks"))["tasks"]) == 2


async def test_made_up_and_old_tickets_are_refused(rig: Rig, guest: Browser) -> None:
    _, opened = await at_anas(rig, guest)
    secret = Secret(await web_secret(rig.queue.redis))
    body, _, signature = str(opened.told["ticket"]).partition(".")
    ticket = secret.ticket_of(opened.told["ticket"])
    assert ticket is not None
    old = secret.ticket_text(ticket.model_copy(update={"until": time.time() - 1}))
    other = secret.ticket_text(ticket.model_copy(update={"person": "telegram:5"})).partition(".")[0]
    for made_up in ("", ".", body, f"{body}.", f".{signature}", f"{other}.{signature}", old, "é.x", "x" * 5000):
        refused = await guest.get("/api/tasks", 401, params={"ticket": made_up})
        assert refused["error"] == say("en", "mixer-who")


async def test_a_page_that_is_open_ends_with_the_access_and_with_the_song(rig: Rig, guest: Browser) -> None:
    request, opened = await at_anas(rig, guest)
    async with guest.session.get(opened.link("/api/events")) as stream:
        assert stream.status == 200
        await Access(rig.queue.redis, "closed", "telegram").deny(f"telegram:{ANA}")
        refused = await opened.order(opened.told["task"], 403, format="wav")
        assert refused["error"] == say("en", "mixer-closed")
        await opened.call("GET", f"/api/tasks/{opened.told['player']}", 403)
        async with asyncio.timeout(PATIENCE):
            await stream.read()  # it ends
    await let_in(rig, f"telegram:{ANA}")
    await rig.queue.erase(request)
    rig.site.tasks.changed(request.id, request.chat)
    assert (await opened.call("GET", "/api/tasks", 404))["error"] == say("en", "mixer-unknown")


async def test_the_pages_may_stand_in_telegrams_frame_and_no_other(rig: Rig, guest: Browser) -> None:
    request, opened = await by_link(rig, guest)
    mark = await link_to(rig, request)
    player = (await opened.call("GET", f"/api/tasks/{opened.told['player']}"))["player"]
    for path in ("/mixer", f"/mixer/{mark}", opened.link(player)):
        async with guest.session.get(path) as answer:
            assert answer.status == 200
            policy = answer.headers["Content-Security-Policy"]
            assert policy.endswith("frame-ancestors 'self' https://web.telegram.org")
            assert not {"X-Frame-Options", "Set-Cookie"} & set(answer.headers)
    for path in ("/app/main.js", "/api/texts"):
        assert await guest.get(path), "what the page is made of"
    for path in ("/app", "/api/options", player):
        async with guest.session.get(path) as answer:
            assert answer.status == 401
            assert answer.headers["Content-Security-Policy"].endswith("frame-ancestors 'self'")


async def test_in_telegram_access_is_that_of_the_bots_list(rig: Rig, guest: Browser) -> None:
    request = await song(rig, chat="telegram:-100123", asker="telegram:1")
    mark = await link_to(rig, request, "app")
    call: dict[str, Any] = {"json": {"song": mark, "init_data": data()}}
    refused = await guest.post("/api/mixer", 403, **call)
    assert refused["error"] == say("pt-BR", "mixer-closed"), "in the language of the person's app"
    await let_in(rig, f"telegram:{ANA}")
    assert (await guest.post("/api/mixer", **call))["heading"]
    await Access(rig.queue.redis, "closed", "telegram").deny(f"telegram:{ANA}")
    await guest.post("/api/mixer", 403, **call)
    await let_in(rig, "telegram:-100123")
    assert (await guest.post("/api/mixer", **call))["heading"], "the group is let in"


@pytest.mark.parametrize(
    "init_data",
    ["", "junk", signed({"auth_date": "1"}), data() + "0", signed({"user": USER}, SecretStr("7:another"))],
)
async def test_a_link_for_the_app_needs_what_telegram_says(rig: Rig, guest: Browser, init_data: str) -> None:
    request = await song(rig)
    await let_in(rig, request.asker)
    call = {"song": await link_to(rig, request, "app"), "init_data": init_data}
    assert (await guest.post("/api/mixer", 401, json=call))["error"] == say("en", "mixer-who")


async def test_without_a_bot_that_left_its_key_nobody_is_known(rig: Rig, guest: Browser) -> None:
    request = await song(rig)
    await let_in(rig, request.asker, f"telegram:{ANA}")
    call = {"song": await link_to(rig, request, "app"), "init_data": data()}
    assert (await guest.post("/api/mixer", json=call))["heading"]
    for left in ("junk", ""):
        await answer(rig.queue.redis.hset(keys.PEOPLE, "app-key", left))
        await guest.post("/api/mixer", 401, json=call)
    await answer(rig.queue.redis.hdel(keys.PEOPLE, "app-key"))
    await guest.post("/api/mixer", 401, json=call)


async def test_made_up_links_and_bodies(rig: Rig, guest: Browser) -> None:
    request = await song(rig)
    mark = await link_to(rig, request)
    await guest.post("/api/mixer", 403, json={"song": mark})  # its asker has no access any more
    await let_in(rig, request.asker)
    for made_up in ("", "l" + "0" * 40, mark.replace("l", "a", 1), mark[:-1], "x" * 100):
        await guest.post("/api/mixer", 404, json={"song": made_up})
    await guest.post("/api/mixer", 422, json={"song": "x" * 101})
    await guest.post("/api/mixer", 422, json={"song": mark, "init_data": "x" * 9000})
    await guest.post("/api/mixer", 422, data=b"{")
    await guest.post("/api/mixer", 403, json={"song": mark}, headers={"Origin": "https://elsewhere.example"})
    await rig.queue.erase(request)
    await guest.post("/api/mixer", 404, json={"song": mark})


async def test_a_song_whose_stems_are_gone_is_not_separated_by_a_link(rig: Rig, guest: Browser) -> None:
    request = await song(rig)
    await let_in(rig, request.asker)
    await rig.store.forget(request.track_id)
    answer = await guest.post("/api/mixer", 410, json={"song": await link_to(rig, request)})
    assert answer["error"] == say("en", "mixer-gone")
    assert await rig.queue.size() == 0


async def test_a_chat_that_forgets_a_song_forgets_its_mixer(
    rig: Rig, guest: Browser, queue: JobQueue, store: FolderStore, tmp_path: Path
) -> None:
    async with BotApi() as api:
        settings = telegram_settings(api, tmp_path, web_url=URL)
        telegram = TelegramRig(api, queue, store, settings, rig.worker)
        ana = telegram.ana()
        await let_in(rig, f"telegram:{ana.id}")
        async with telegram.bot():
            card = await result(telegram, ana, SONG)
            await telegram.settled()
            (view,) = await queue.recent(f"telegram:{ana.id}")
            mark = await link_to(rig, view.request)
            opened = await enter(rig, guest, mark)
            made = (await store.read(view.request.track_id)).renditions
            assert Player(language="en") in [one.rendition.content for one in made]
            for label, then in (("More…", "Forget"), ("Forget", "Yes, forget it")):
                await (await ana.press(card, label)).answer()
                await turned(ana, card, then)
            assert await (await ana.press(card, "Yes, forget it")).answer() == "Forgotten."
    assert (await store.read(view.request.track_id)).manifest is None
    assert await queue.recent(mixer_chat(f"telegram:{ana.id}", view.request.source.key)) == []
    await guest.post("/api/mixer", 404, json={"song": mark})
    await opened.call("GET", f"/api/tasks/{opened.told['player']}", 404)

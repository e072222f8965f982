"""The Mixer: a song of a chat opens by its link; in Telegram's own program, for people with access alone."""

import asyncio
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from bot.chats.access import Access
from bot.chats.mixer_links import MixerLinks
from bot.chats.song_links import SongMarks, mixer_chat
from bot.chats.web_secret import web_secret
from bot.texts import say
from jobs.models import Player, Request
from jobs.queue import keys
from jobs.queue.connection import answer
from jobs.queue.requests import JobQueue
from jobs.store.folder import FolderStore
from tests.bot.telegram.chat_fixture import PATIENCE, SONG, Worker
from tests.bot.telegram.chat_fixture import Rig as TelegramRig
from tests.bot.telegram.chat_fixture import settings_for as telegram_settings
from tests.bot.telegram.chat_steps import result, turned
from tests.bot.web.test_init_data import TOKEN, USER, signed
from tests.bot.web.web_fixture import Browser, Rig, settings_for
from tests.jobs.requests import ask
from tests.peers.botapi import BotApi

ANA = 279058397  # of `USER`
URL = "https://stems.example.org"


@pytest.fixture
def rig(queue: JobQueue, store: FolderStore, tmp_path: Path) -> Rig:
    """A server behind a reverse proxy, whose page needs a token."""
    settings = settings_for(tmp_path, web_url=URL, access="closed")
    return Rig(queue, store, settings, Worker(queue, store))


@pytest.fixture
async def guest(rig: Rig) -> AsyncIterator[Browser]:
    """Somebody without a cookie or a token."""
    async with rig.serving(), rig.client() as one:
        yield one


async def song(rig: Rig, chat: str = f"telegram:{ANA}", asker: str = f"telegram:{ANA}") -> Request:
    """A song that was delivered in a chat, by a bot that has started."""
    await MixerLinks(URL, token=TOKEN).load(rig.queue.redis)
    request = ask().model_copy(update={"platform": "telegram", "chat": chat, "asker": asker})
    await rig.queue.submit(request)
    await rig.worker.finish(await rig.worker.take())
    await rig.queue.sending(request.id)
    await rig.queue.done(request.id)
    return request


async def link_to(rig: Rig, request: Request, use: Any = "link") -> str:
    return SongMarks(await web_secret(rig.queue.redis)).mark(request.id, use)


def data(**fields: str) -> str:
    return signed({"auth_date": str(int(time.time()))} | fields)


async def let_in(rig: Rig, *names: str) -> None:
    for name in names:
        await Access(rig.queue.redis, "closed", "telegram").allow(name)


async def opened(guest: Browser, mark: str, init_data: str = "") -> Any:
    """What the page is told in the end."""
    async with asyncio.timeout(PATIENCE):
        while True:
            told = await guest.post("/api/mixer", json={"song": mark, "init_data": init_data})
            if told["player"] or told["error"]:
                return told
            await asyncio.sleep(0.05)


async def test_the_link_of_a_song_plays_it(rig: Rig, guest: Browser) -> None:
    request = await song(rig)
    await let_in(rig, request.asker)
    mark = await link_to(rig, request)
    first = await guest.post("/api/mixer", json={"song": mark})
    assert (first["player"], first["error"]) == (None, None)
    assert first["heading"].startswith("Elis & Tom - Águas de Março")
    await rig.worker.finish(await rig.worker.take())
    told = await opened(guest, mark)
    page = await guest.get(told["player"])
    assert page.startswith(b"<!doctype html>")
    assert await opened(guest, mark) == told, "it is made once"
    assert await rig.queue.size() == 0


async def test_the_pages_may_stand_in_telegrams_frame_and_no_other(rig: Rig, guest: Browser) -> None:
    request = await song(rig)
    await let_in(rig, request.asker)
    mark = await link_to(rig, request)
    await guest.post("/api/mixer", json={"song": mark})
    await rig.worker.finish(await rig.worker.take())
    for path in ("/mixer", f"/mixer/{mark}", (await opened(guest, mark))["player"]):
        async with guest.session.get(path, headers={"Accept-Language": "pt-BR"}) as answer:
            assert answer.status == 200
            policy = answer.headers["Content-Security-Policy"]
            assert policy.endswith("frame-ancestors 'self' https://web.telegram.org")
            assert "X-Frame-Options" not in answer.headers
            if path == "/mixer":
                text = await answer.text()
                assert '<html lang="pt-BR">' in text
                assert say("pt-BR", "mixer-again") in text
                assert "{" not in text
    for name in ("mixer.js", "mixer.css"):
        assert await guest.get(f"/mixer/{name}")
    await guest.get("/mixer/index.html", 404)
    await guest.get("/app", 401)


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
    await guest.get("/mixer/player/" + "0" * 40, 404)
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
            await guest.post("/api/mixer", json={"song": mark})
            await rig.worker.finish(await rig.worker.take())
            told = await opened(guest, mark)
            made = (await store.read(view.request.track_id)).renditions
            assert Player(language="en") in [one.rendition.content for one in made]
            for label, then in (("More…", "Forget"), ("Forget", "Yes, forget it")):
                await (await ana.press(card, label)).answer()
                await turned(ana, card, then)
            assert await (await ana.press(card, "Yes, forget it")).answer() == "Forgotten."
    assert (await store.read(view.request.track_id)).manifest is None
    assert await queue.recent(mixer_chat(f"telegram:{ana.id}", view.request.source.key)) == []
    await guest.post("/api/mixer", 404, json={"song": mark})
    await guest.get(told["player"], 404)

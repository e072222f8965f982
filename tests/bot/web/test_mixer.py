"""The Mixer: a song of a chat opens by its link; in Telegram's own program, for people with access alone."""

import asyncio
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from pydantic import SecretStr

from bot.chats.access import Access
from bot.chats.mixer_links import MixerLinks
from bot.chats.song_links import SongMarks, mixer_chat
from bot.chats.web_secret import web_secret
from bot.texts import say
from bot.web.secret import Secret
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
    settings = settings_for(tmp_path, web_url=URL, access="closed", minutes_per_person=1)
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


@dataclass
class Opened:
    """The page of a song, opened by a guest, whose calls carry its ticket."""

    guest: Browser
    told: Any

    async def call(self, method: str, path: str, status: int = 200, **more: Any) -> Any:
        headers = {"X-Ticket": self.told["ticket"], **more.pop("headers", {})}
        return await self.guest.call(method, path, status, headers=headers, **more)

    async def order(self, task: str, status: int = 200, **order: Any) -> Any:
        return await self.call("POST", f"/api/tasks/{task}/orders", status, json=order)

    async def done(self, task: str) -> Any:
        async with asyncio.timeout(PATIENCE):
            while (now := await self.call("GET", f"/api/tasks/{task}"))["status"] not in ("SUCCESS", "FAILURE"):
                await asyncio.sleep(0.05)
        return now

    async def made(self, rig: Rig, task: str) -> Any:
        """A task once the worker has done it."""
        await rig.worker.finish(await rig.worker.take())
        return await self.done(task)

    def link(self, path: str) -> str:
        """As an element of the page has it, whose request has no header of ours."""
        return f"{path}?{urlencode({'ticket': self.told['ticket']})}"


async def enter(rig: Rig, guest: Browser, mark: str, init_data: str = "") -> Opened:
    """Opened, and its player made."""
    opened = Opened(guest, await guest.post("/api/mixer", json={"song": mark, "init_data": init_data}))
    if await rig.queue.size():
        await rig.worker.finish(await rig.worker.take())
    assert (await opened.done(opened.told["player"]))["player"]
    return opened


async def at_anas(rig: Rig, guest: Browser) -> tuple[Request, Opened]:
    """A song of Ana's private chat, in its Mini App."""
    request = await song(rig)
    await let_in(rig, f"telegram:{ANA}")
    return request, await enter(rig, guest, await link_to(rig, request, "app"), data())


async def by_link(rig: Rig, guest: Browser) -> tuple[Request, Opened]:
    """A song of a group, by the link that everybody there has."""
    request = await song(rig, chat="telegram:-100123", asker="telegram:1")
    await let_in(rig, request.asker)
    return request, await enter(rig, guest, await link_to(rig, request))


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


async def test_orders_carry_the_ticket_and_count_for_the_person(rig: Rig, guest: Browser) -> None:
    _, opened = await at_anas(rig, guest)
    mix = {"kind": "mix", "stems": ["accompaniment"]}
    task = (await opened.order(opened.told["task"], content=mix, format="flac"))["task_id"]
    made = await opened.made(rig, task)
    (file,) = made["files"]
    assert file["name"].endswith(".flac")
    assert len(await guest.get(opened.link(file["url"]))) == file["bytes"]
    assert len(await guest.get(opened.link(made["download"]))) == file["bytes"]
    request_id = task[:16]
    view = await rig.queue.view(request_id)
    assert view is not None
    assert (view.request.asker, view.request.platform) == (f"telegram:{ANA}", "web")
    again = (await opened.order(task))["task_id"]
    assert again[:16] == (await rig.queue.recent(view.request.chat, 1))[0].request.id


async def test_better_and_other_stems_cost_the_minutes_of_the_person(rig: Rig, guest: Browser) -> None:
    """`guest` has a server with the limit of the fixture: one minute a day."""
    _, opened = await at_anas(rig, guest)
    task = (await opened.order(opened.told["task"], model="spleeter-4"))["task_id"]
    track = await rig.worker.take()
    await rig.worker.track_queue.charge(track.id, 61, whole=True)
    await rig.worker.finish(track)
    assert {one["stem"] for one in (await opened.done(task))["files"]} >= {"drums", "bass"}
    assert await Access(rig.queue.redis, "closed", "telegram").used("person", f"telegram:{ANA}") == 61
    refused = await opened.order(opened.told["task"], 429, model="spleeter-5")
    assert "1:00 of music for one person" in refused["error"]


async def test_a_link_makes_everything_from_the_stems_that_are_there_and_nothing_else(rig: Rig, guest: Browser) -> None:
    _, opened = await by_link(rig, guest)
    task = opened.told["task"]
    mix, slower = {"kind": "mix", "stems": ["vocals"]}, {"tempo": 80, "key": -2}
    ordered = await opened.order(task, content=mix, effect=slower)
    assert (await opened.made(rig, ordered["task_id"]))["status"] == "SUCCESS"
    refused = await opened.order(task, 403, model="spleeter-4")
    assert refused["error"] == say("en", "mixer-no-stems")
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


async def test_orders_of_other_pages_and_in_addresses_are_refused(rig: Rig, guest: Browser) -> None:
    _, opened = await at_anas(rig, guest)
    orders = f"/api/tasks/{opened.told['task']}/orders"
    await guest.post(orders, 401, json={})
    await guest.post(opened.link(orders), 401, json={})
    foreign = {"Origin": "https://elsewhere.example"}
    await opened.call("POST", orders, 403, json={}, headers=foreign)
    await opened.call("POST", orders, 403, json={}, headers={"Sec-Fetch-Site": "cross-site"})
    assert await rig.queue.size() == 0


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


async def test_seven_pages_of_one_link_do_not_end_each_others_streams(rig: Rig, guest: Browser) -> None:
    request, opened = await by_link(rig, guest)
    mark = await link_to(rig, request)
    pages = [opened, *[await enter(rig, guest, mark) for _ in range(6)]]
    streams = [await guest.session.get(one.link("/api/events")) for one in pages]
    await opened.order(opened.told["task"], content={"kind": "mix", "stems": ["vocals"]})
    async with asyncio.timeout(PATIENCE):
        for stream in streams:
            lines = stream.content
            while b"event: task" not in await lines.readline():
                assert not lines.at_eof()
            stream.close()


async def test_somebody_elses_order_of_the_same_song_is_not_cancelled(rig: Rig, guest: Browser) -> None:
    request = await song(rig, chat="telegram:-100123", asker="telegram:1")
    await let_in(rig, "telegram:-100123")
    opened = await enter(rig, guest, await link_to(rig, request, "app"), data())
    other = await enter(rig, guest, await link_to(rig, request, "app"), data(user='{"id": 5, "first_name": "Bo"}'))
    task = (await opened.order(opened.told["task"], content={"kind": "mix", "stems": ["vocals"]}))["task_id"]
    assert task in [one["task_id"] for one in (await other.call("GET", "/api/tasks"))["tasks"]]
    await other.call("DELETE", f"/api/tasks/{task}", 403)
    assert (await opened.call("DELETE", f"/api/tasks/{task}"))["error"] == "Cancelled"


async def test_a_file_is_sent_to_the_private_chat_as_often_as_it_is_asked_for(rig: Rig, guest: Browser) -> None:
    request, opened = await at_anas(rig, guest)
    assert opened.told["sends"] is True
    task = (await opened.order(opened.told["task"], content={"kind": "mix", "stems": ["vocals"]}))["task_id"]
    await opened.call("POST", f"/api/tasks/{task}/chat", 409)
    await opened.made(rig, task)
    for _ in range(2):  # two taps are one
        said = await opened.call("POST", f"/api/tasks/{task}/chat")
        assert said["toast"] == say("en", "mixer-sent")
    sent, before = await rig.queue.recent(request.chat, 5)
    assert before.request.id == request.id
    assert (sent.phase, sent.request.platform, sent.request.asker) == ("ready", "telegram", f"telegram:{ANA}")
    assert (sent.request.address, sent.request.order.content.kind) == (request.address, "mix")


async def test_nothing_is_sent_to_a_group(rig: Rig, guest: Browser) -> None:
    _, opened = await by_link(rig, guest)
    refused = await opened.call("POST", f"/api/tasks/{opened.told['player']}/chat", 403)
    assert refused["error"] == say("en", "mixer-elsewhere")


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

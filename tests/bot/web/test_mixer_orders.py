"""Orders of the Mixer: they carry a ticket, and count as those of the chat."""

import asyncio

from bot.chats.access import Access
from bot.texts import say
from tests.bot.telegram.chat_fixture import PATIENCE
from tests.bot.web.mixer_fixture import (
    ANA,
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
from tests.bot.web.web_fixture import Browser, Rig

__all__ = ["guest", "rig"]


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


async def test_orders_of_other_pages_and_in_addresses_are_refused(rig: Rig, guest: Browser) -> None:
    _, opened = await at_anas(rig, guest)
    orders = f"/api/tasks/{opened.told['task']}/orders"
    await guest.post(orders, 401, json={})
    await guest.post(opened.link(orders), 401, json={})
    foreign = {"Origin": "https://elsewhere.example"}
    await opened.call("POST", orders, 403, json={}, headers=foreign)
    await opened.call("POST", orders, 403, json={}, headers={"Sec-Fetch-Site": "cross-site"})
    assert await rig.queue.size() == 0


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

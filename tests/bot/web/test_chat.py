"""The page's chat: words, presses, orders, history, and the stream that tells everything."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from jobs.failures import Reason
from jobs.progress import TrackStage
from jobs.results import Called
from jobs.youtube import Hit, Hits, search_id
from tests.bot.telegram.chat_fixture import PATIENCE
from tests.bot.web.web_fixture import OTHER, VIDEO, Browser, Rig

LINK = f"https://youtu.be/{VIDEO}"


class Stream:
    """The events of a page, applied as the page does."""

    def __init__(self, lines: Any) -> None:
        self._lines = lines
        self.tasks: dict[str, Any] = {}
        self.messages: dict[str, Any] = {}
        self.seen: list[str] = []

    async def next(self) -> None:
        """Take one event, or a comment."""
        event, data = "", ""
        async for raw in self._lines:
            line = raw.decode().rstrip("\n")
            if line == "":
                break
            name, _, value = line.partition(": ")
            event, data = (value, data) if name == "event" else (event, value) if name == "data" else (event, data)
        self.seen.append(event)
        if event:
            self._apply(event, json.loads(data))

    def _apply(self, event: str, said: Any) -> None:
        match event:
            case "all":
                self.tasks = {one["task_id"]: one for one in said["tasks"]}
                self.messages = {one["id"]: one for one in said["messages"]}
            case "task":
                self.tasks[said["task_id"]] = said
            case "task-gone":
                del self.tasks[said["task_id"]]
            case "message":
                self.messages[said["id"]] = said
            case "message-gone":
                del self.messages[said["id"]]

    async def until(self, condition: Any) -> None:
        async with asyncio.timeout(60):
            while not condition(self):
                await self.next()


@asynccontextmanager
async def listening(browser: Browser) -> AsyncIterator[Stream]:
    async with browser.session.get("/api/events") as answer:
        assert answer.headers["Content-Type"] == "text/event-stream"
        stream = Stream(answer.content)
        await stream.until(lambda one: "all" in one.seen)
        yield stream


async def test_a_link_in_words_is_a_task_of_the_answer_and_of_every_tab(browser: Browser) -> None:
    async with listening(browser) as one, listening(browser) as two:
        said = await browser.post("/api/say", json={"text": f"this one: {LINK}"})
        (task,) = said["tasks"]
        assert (task["status"], task["video_id"], task["mine"]) == ("PENDING", VIDEO, True)
        for tab in (one, two):
            await tab.until(lambda it: task["task_id"] in it.tasks)
        track = await browser.rig.worker.take()
        await browser.rig.worker.report(track, TrackStage.SEPARATING, 0.4)
        await one.until(lambda it: it.tasks[task["task_id"]]["progress"] is not None)
        await two.until(lambda it: (it.tasks[task["task_id"]]["progress"] or {}).get("fraction") == 0.4)
        assert two.tasks[task["task_id"]]["status"] == "STARTED"
        assert two.tasks[task["task_id"]]["artist"] == "Elis & Tom"
        await browser.rig.worker.finish(track)
        for tab in (one, two):
            await tab.until(lambda it: it.tasks[task["task_id"]]["status"] == "SUCCESS")


async def test_the_result_has_all_that_a_page_shows(browser: Browser) -> None:
    browser.rig.worker.picture = browser.rig.worker.cover = True
    task = await browser.done()
    assert (task["heading"], task["title"], task["seconds"]) == (
        "Elis & Tom - Águas de Março (3:33)", "Águas de Março", 213.0,
    )  # fmt: skip
    assert "Done in" in task["text"]
    assert [(file["stem"], file["type"], file["archive"]) for file in task["files"]] == [
        ("vocals", "audio/mpeg", False), ("accompaniment", "audio/mpeg", False), (None, "application/zip", True),
    ]  # fmt: skip
    for number, file in enumerate(task["files"]):
        assert (file["n"], len(await browser.get(file["url"]))) == (number, file["bytes"])
    for picture in ("picture", "cover"):
        assert len(await browser.get(task[picture])) > 100
    async with browser.session.get(task["files"][0]["url"], params={"inline": "1"}) as answer:
        assert ("Content-Disposition" in answer.headers, answer.headers["Accept-Ranges"]) == (False, "bytes")
    await browser.get(f"/api/tasks/{task['task_id']}/files/9", 404)
    labels = [button["label"] for row in task["buttons"] for button in row]
    assert "No vocals" in labels


@pytest.mark.parametrize(
    ("order", "names"),
    [
        ({"content": {"kind": "mix", "stems": ["accompaniment"]}}, ["no vocals"]),
        ({"content": {"kind": "mix", "stems": ["vocals"]}, "effect": {"tempo": 80, "key": -2}}, ["vocals, 80 %, −2"]),
        ({"format": "flac"}, ["vocals", "accompaniment", "Elis"]),
        ({"content": {"kind": "deck"}}, ["Elis", "Elis"]),
    ],
)
async def test_orders_are_new_tasks_of_the_same_song(browser: Browser, order: dict[str, Any], names: list[str]) -> None:
    task = await browser.done()
    new = await browser.post(f"/api/tasks/{task['task_id']}/orders", json=order)
    assert new["task_id"] != task["task_id"]
    again = await browser.post(f"/api/tasks/{task['task_id']}/orders", json=order)
    assert again["task_id"] == new["task_id"]  # a double tap
    await browser.rig.worker.finish(await browser.rig.worker.take())
    made = await browser.finished(new["task_id"])
    assert [file["name"].startswith(name) for file, name in zip(made["files"], names, strict=True)] == [True] * len(
        names
    )
    assert (made["song"], made["order_words"] == "") == (task["song"], "format" in order)
    assert len(await browser.get(made["download"])) > 100


@pytest.mark.parametrize(
    "bad",
    [
        {"content": {"kind": "unknown"}},
        {"content": {"kind": "mix", "stems": []}},
        {"effect": {"tempo": 20}},
        {"format": "exe"},
        {"model": "nothing"},
        {"formats": "mp3"},
        [],
    ],
)
async def test_what_is_no_order_is_refused(browser: Browser, bad: Any) -> None:
    task = await browser.submit()
    assert "could not read" in (await browser.post(f"/api/tasks/{task}/orders", 422, json=bad))["error"]


async def test_buttons_of_the_chat_work(browser: Browser) -> None:
    task = await browser.done()
    at = f"/api/tasks/{task['task_id']}/press"
    button = {button["label"]: button["action"] for row in task["buttons"] for button in row}
    more = await browser.post(at, json={"action": button["More…"]})
    labels = [one["label"] for row in more["card"]["buttons"] for one in row]
    assert (more["card"]["text"], "FLAC" in labels) == ("", True)
    pressed = await browser.post(at, json={"action": button["No vocals"]})
    assert pressed["toast"] != ""
    assert len((await browser.get("/api/tasks"))["tasks"]) == 2
    nonsense = await browser.post(at, json={"action": "made:up"})
    assert "nothing left to do" in nonsense["toast"]


async def test_words_about_a_song_make_a_mix_of_it(browser: Browser) -> None:
    first = await browser.done()
    await browser.done(OTHER)
    said = await browser.post(f"/api/tasks/{first['task_id']}/say", json={"text": "no vocals"})
    (task,) = said["tasks"]
    assert (task["video_id"], task["order"]["content"]["stems"]) == (VIDEO, ["accompaniment"])


async def test_commands_are_those_of_the_chat(browser: Browser) -> None:
    (reply,) = (await browser.post("/api/say", json={"text": "/settings"}))["replies"]
    action = next(one["action"] for row in reply["buttons"] for one in row if one["label"] == "FLAC")
    pressed = await browser.post(f"/api/messages/{reply['id']}/press", json={"action": action})
    assert "FLAC" in pressed["card"]["text"]
    assert (await browser.get("/api/options"))["format"] == "flac"
    (unknown,) = (await browser.post("/api/say", json={"text": "/nothing"}))["replies"]
    assert "/help" in unknown["text"]


async def test_a_song_is_forgotten(browser: Browser) -> None:
    task = await browser.done()
    async with listening(browser) as tab:
        at = f"/api/tasks/{task['task_id']}/press"
        request = task["buttons"][0][0]["action"].split(":")[1]
        await browser.post(at, json={"action": f"forget:{request}"})
        assert (await browser.post(at, json={"action": f"forget:{request}:yes"}))["toast"] != ""
        await tab.until(lambda it: not it.tasks)
    await browser.get(f"/api/status/{task['task_id']}", 404)
    await browser.get(task["download"], 404)


async def test_stems_that_are_gone_are_told_and_made_again(browser: Browser) -> None:
    task = await browser.done()
    await browser.rig.store.age(0, 0)
    refused = await browser.get(task["download"], 410)
    assert "not kept any more" in refused["error"]
    async with asyncio.timeout(PATIENCE):
        while not (later := await browser.get(f"/api/tasks/{task['task_id']}"))["gone"]:
            await asyncio.sleep(0.05)
    assert (later["files"], later["download"], later["player"]) == ([], None, None)
    new = await browser.post(f"/api/tasks/{task['task_id']}/orders", json={})
    await browser.rig.worker.finish(await browser.rig.worker.take())
    made = await browser.finished(new["task_id"])
    assert len(await browser.get(made["download"])) > 100


async def test_a_chart_is_shown_as_its_picture(browser: Browser) -> None:
    task = await browser.done()
    new = await browser.post(f"/api/tasks/{task['task_id']}/orders", json={"content": {"kind": "chart"}})
    await browser.rig.worker.finish(await browser.rig.worker.take())
    made = await browser.finished(new["task_id"])
    chart = next(file for file in made["files"] if file["type"] == "image/png")
    assert await browser.get(made["picture"]) == await browser.get(chart["url"])


async def test_words_are_searched_for_and_a_hit_becomes_a_task(browser: Browser) -> None:
    async with listening(browser) as tab:
        said = await browser.post("/api/say", json={"text": "elis águas de março"})
        assert said == {"tasks": [], "replies": []}
        called = Called(title="Águas de Março", artist="Elis Regina", seconds=213)
        hit = Hit(video_id=OTHER, title="Elis - Águas de Março", called=called)
        await browser.rig.worker.found(Hits(id=search_id("elis águas de março"), hits=(hit,)))
        await tab.until(
            lambda it: any(
                "found" in str(one["buttons"]) and OTHER in str(one["buttons"]) for one in it.messages.values()
            )
        )
        (message,) = tab.messages.values()
        action = next(one["action"] for row in message["buttons"] for one in row if OTHER in one["action"])
        await browser.post(f"/api/messages/{message['id']}/press", json={"action": action})
        await tab.until(lambda it: [one["video_id"] for one in it.tasks.values()] == [OTHER])
        await tab.until(lambda it: not it.messages)
    async with browser.rig.browser() as other:
        await other.post(f"/api/messages/{message['id']}/press", 404, json={"action": action})


async def test_what_cannot_be_taken_is_answered(browser: Browser) -> None:
    said = await browser.post("/api/say", json={"text": "https://example.com/song"})
    (reply,) = said["replies"]
    assert "YouTube" in reply["text"]
    async with listening(browser) as tab:
        assert list(tab.messages) == [reply["id"]]


async def test_a_failure_is_a_sentence_and_can_be_tried_again(browser: Browser) -> None:
    task = await browser.submit()
    await browser.rig.worker.fail(await browser.rig.worker.take(), Reason.NETWORK)
    failed = await browser.finished(task, "FAILURE")
    assert (failed["retry"], failed["error"] in failed["text"]) == (True, True)
    assert (await browser.get(f"/api/download/{task}", 410))["error"].endswith(failed["error"])
    again = await browser.post(f"/api/tasks/{task}/orders", json={})
    assert again["status"] == "PENDING"


async def test_limits_are_those_of_the_chat(browser: Browser) -> None:
    videos = [f"aaaaaaaaaa{end}" for end in "AEIMQU"]
    for video in videos[:5]:
        await browser.submit(video)
    async with browser.session.post(f"/api/submit/{videos[5]}") as refused:
        assert (refused.status, refused.headers["Retry-After"]) == (429, "30")
        assert "5" in (await refused.json())["error"]
    assert len((await browser.get("/api/tasks"))["tasks"]) == 5


async def test_a_stream_begins_anew_after_a_restart_with_all_that_was(rig: Rig) -> None:
    async with rig.serving(), rig.browser() as browser:
        task = await browser.submit()
        async with listening(browser) as tab:
            stopping = tab
        assert list(stopping.tasks) == [task]
        (value,) = [one.value for one in browser.session.cookie_jar]
    async with rig.serving(), rig.client() as later:
        later.session.headers["Cookie"] = f"flbt_browser={value}"
        async with listening(later) as tab:
            assert list(tab.tasks) == [task]


async def test_few_streams_a_person_and_the_oldest_ends(browser: Browser) -> None:
    async with listening(browser) as oldest:
        others = [await browser.session.get("/api/events") for _ in range(6)]
        async with asyncio.timeout(60):
            while (await oldest._lines.readline()).decode() != "":
                pass
        for one in others:
            one.close()

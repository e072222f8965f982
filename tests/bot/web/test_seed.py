"""The first interface: submit, status, events, download."""

import asyncio
import json
from dataclasses import replace

import aiohttp
import pytest

from jobs.progress import TrackStage
from tests.bot.telegram.chat_fixture import PATIENCE
from tests.bot.web.web_fixture import QUICK_PACE, VIDEO, Browser, Rig


async def test_a_song_from_its_id_to_its_zip(rig: Rig) -> None:
    async with rig.serving(), rig.client() as curl:
        submitted = await curl.post(f"/api/submit/{VIDEO}")
        assert submitted == {"task_id": submitted["task_id"], "status": "PENDING", "error": None}
        task = submitted["task_id"]
        early = await curl.get(f"/api/download/{task}", 409)
        assert "not ready yet" in early["error"]
        track = await rig.worker.take()
        await rig.worker.report(track, TrackStage.SEPARATING, 0.4)
        assert (await curl.get(f"/api/tasks/{task}"))["task_id"] == task
        await rig.worker.finish(track)
        await curl.finished(task)
        assert await curl.get(f"/api/status/{task}") == {"task_id": task, "status": "SUCCESS", "error": None}
        async with curl.session.get(f"/api/download/{task}") as zip_:
            content = await zip_.read()
            disposition = zip_.headers["Content-Disposition"]
            assert zip_.content_type == "application/zip"
        assert disposition.startswith('attachment; filename="Elis & Tom - _guas de Mar_o (2 stems).zip"; filename*=')
        async with curl.session.get(f"/api/download/{task}", headers={"Range": "bytes=10-19"}) as part:
            assert (part.status, await part.read()) == (206, content[10:20])
            assert part.headers["Content-Range"] == f"bytes 10-19/{len(content)}"
        async with curl.session.head(f"/api/download/{task}") as head:
            assert (head.status, int(head.headers["Content-Length"])) == (200, len(content))


@pytest.mark.parametrize("bad", ["short", "dQw4w9WgXcQx", "dQw4w9WgXc!", "dQw4w9WgXc*", "dQw4w9WgXc1"])
async def test_what_is_no_id_of_a_video_is_refused(browser: Browser, bad: str) -> None:
    refused = await browser.post(f"/api/submit/{bad}", 422)
    assert (refused["task_id"], refused["status"]) == (None, "FAILURE")
    assert "no id of a YouTube video" in refused["error"]


@pytest.mark.parametrize("path", ["status/abc", "events/abc", "download/abc", "status/" + "0" * 40, "nothing"])
async def test_what_is_unknown_is_not_found(browser: Browser, path: str) -> None:
    assert (await browser.get(f"/api/{path}", 404))["status"] == "FAILURE"


async def test_submit_is_no_get(browser: Browser) -> None:
    async with browser.session.get(f"/api/submit/{VIDEO}") as answer:
        assert (answer.status, answer.headers["Allow"]) == (405, "POST")
        assert (await answer.json())["status"] == "FAILURE"


async def test_events_tell_each_status_and_end_with_the_task(browser: Browser) -> None:
    task, told = await browser.submit(), []
    async with browser.session.get(f"/api/events/{task}") as stream:
        assert stream.content_type == "text/event-stream"
        async for line in stream.content:
            if not line.startswith(b"data: "):
                continue
            told.append(json.loads(line[6:]))
            if len(told) == 1:
                await browser.rig.worker.finish(await browser.rig.worker.take())
    assert [one["task_id"] for one in told] == [task] * len(told)
    assert (told[0]["status"], told[-1]["status"]) == ("PENDING", "SUCCESS")


async def test_events_are_told_by_changes_and_not_by_looks(rig: Rig) -> None:
    rig.pace = replace(QUICK_PACE, look=3600, still=3600, alive=3600)
    async with rig.serving(), rig.browser() as browser, asyncio.timeout(PATIENCE):
        task = await browser.submit()
        async with browser.session.get(f"/api/events/{task}") as status, browser.session.get("/api/events") as page:
            assert await told(status, "PENDING")
            assert await told(page, '"PENDING"')
            await rig.worker.report(track := await rig.worker.take(), TrackStage.SEPARATING, 0.4)
            assert await told(page, "0.4")
            await rig.worker.finish(track)
            assert await told(page, '"SUCCESS"')
            assert await told(status, "SUCCESS")


async def told(stream: aiohttp.ClientResponse, word: str) -> bool:
    """Whether a stream tells something before it ends."""
    async for line in stream.content:
        if word in line.decode():
            return True
    return False


async def test_clients_without_a_cookie_do_not_end_each_others_events(rig: Rig) -> None:
    async with rig.serving(), rig.client() as curl:
        tasks = [await curl.submit(video) for video in ("aaaaaaaaaaA", "aaaaaaaaaaE")]
        first = await curl.session.get(f"/api/events/{tasks[0]}")
        others = [await curl.session.get(f"/api/events/{tasks[1]}") for _ in range(6)]
        await curl.call("DELETE", f"/api/tasks/{tasks[0]}")
        assert b"FAILURE" in await first.read()
        for one in others:
            one.close()


async def test_a_cancelled_song_has_failed(browser: Browser) -> None:
    task = await browser.submit()
    cancelled = await browser.call("DELETE", f"/api/tasks/{task}")
    assert (cancelled["status"], cancelled["error"]) == ("FAILURE", "Cancelled")
    assert "Cancelled" in (await browser.get(f"/api/download/{task}", 410))["error"]

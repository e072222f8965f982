"""What is away or gone: each is a sentence, and nothing is lost."""

import asyncio
import io

from tests.bot.web.test_uploads import form
from tests.bot.web.web_fixture import VIDEO, Browser, Rig


async def test_a_queue_that_is_away_is_said_and_comes_back(browser: Browser) -> None:
    await browser.rig.queue.redis.config_set("maxmemory", 1)  # it refuses to write anything
    try:
        async with browser.session.post(f"/api/submit/{VIDEO}") as answer:
            assert (answer.status, answer.headers["Retry-After"]) == (503, "5")
            assert "can’t reach my queue" in (await answer.json())["error"]
        refused = await browser.post("/api/submit", 503, data=form())
        assert refused["status"] == "FAILURE"
    finally:
        await browser.rig.queue.redis.config_set("maxmemory", 0)
    assert (await browser.get("/api/tasks"))["tasks"] == []
    await browser.submit()


async def test_a_song_goes_on_while_the_server_is_down(rig: Rig) -> None:
    async with rig.serving(), rig.client() as curl:
        task = await curl.submit()
    await rig.worker.finish(await rig.worker.take())
    async with rig.serving(), rig.client() as curl:
        done = await curl.finished(task)
        assert len(await curl.get(done["download"])) > 100


async def test_a_download_goes_on_where_it_broke_off(browser: Browser) -> None:
    browser.rig.worker.bytes_ = 3 << 20
    download = (await browser.done())["download"]
    async with browser.session.get(download) as answer:
        first = await answer.content.readexactly(1 << 20)
        tag = answer.headers["ETag"]
        answer.close()  # the connection is lost
    rest = {"Range": f"bytes={len(first)}-", "If-Match": tag}
    async with browser.session.get(download, headers=rest) as answer:
        assert answer.status == 206
        whole = first + await answer.read()
    assert whole == await browser.get(download)
    await browser.get(download, 416, headers={"Range": f"bytes={len(whole)}-"})


async def test_a_file_that_is_gone_while_it_is_asked_for(browser: Browser) -> None:
    task = await browser.done()
    known = await browser.rig.site.tasks.of(task["task_id"])
    assert known is not None
    await browser.rig.store.forget(known.view.request.track_id)
    for path in (task["files"][0]["url"], task["download"]):
        assert "not kept any more" in (await browser.get(path, 410))["error"]


async def test_many_at_once_are_answered_each(browser: Browser) -> None:
    """Sixteen uploads of one file, few at a time: one song, and the others wait or are told that it is on its way."""
    sent = [
        browser.session.post("/api/upload", params={"name": "song.mp3"}, data=io.BytesIO(b"s" * 99)) for _ in range(16)
    ]
    answers = await asyncio.gather(*sent)
    assert {answer.status for answer in answers} <= {200, 429}
    ids = {(await answer.json())["task_id"] for answer in answers if answer.status == 200}
    assert len(ids) == 1

"""The player's page of a task: out of its zip, or a file of its own; the page and its files."""

import zipfile
from pathlib import Path

from bot.web.handlers.results import PLAYER_POLICY
from bot.web.site import PAGE
from jobs.models import Rendition
from jobs.queue.tracks import Track
from jobs.results import Rendered, StoredFile
from tests.bot.web.web_fixture import Browser

PLAYER = b"<!doctype html><title>Player</title>" + b"stems " * 200_000


async def keep_zip(browser: Browser, track: Track, rendition: Rendition, at: Path) -> None:
    """A zip with a player's page, as the worker makes it."""
    at.mkdir()
    with zipfile.ZipFile(at / "stems.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("vocals.mp3", b"sound")
        archive.writestr("player.html", PLAYER)
    file = StoredFile(name="stems.zip", bytes_=(at / "stems.zip").stat().st_size)
    await browser.rig.store.keep_rendition(at, track.id, Rendered(rendition=rendition, files=(file,), kbps=320))


async def test_the_player_comes_out_of_the_zip(browser: Browser, tmp_path: Path) -> None:
    task = await browser.submit()
    track = await browser.rig.worker.take()
    await browser.rig.worker.separate(track)
    wanted = await browser.rig.worker.track_queue.wanted(track.id)
    zipped = next(one for one in wanted if one.package)
    await keep_zip(browser, track, zipped, tmp_path / "made")
    await browser.rig.worker.finish(track)
    player = (await browser.finished(task))["player"]
    assert player == f"/player/{task}"
    async with browser.session.get(player) as page:
        assert (page.content_type, await page.read() == PLAYER) == ("text/html", True)
        assert page.headers["Content-Security-Policy"] == PLAYER_POLICY + "frame-ancestors 'self'"
        assert "sandbox allow-scripts;" in PLAYER_POLICY
        tag = page.headers["ETag"]
    async with browser.session.get(player, headers={"If-None-Match": tag}) as again:
        assert again.status == 304
    async with browser.session.head(player) as head:
        assert (head.status, int(head.headers["Content-Length"])) == (200, len(PLAYER))


async def test_a_player_that_was_ordered_is_shown_and_downloaded(browser: Browser) -> None:
    task = await browser.done()
    order = {"content": {"kind": "player", "language": "pt-BR"}}
    new = await browser.post(f"/api/tasks/{task['task_id']}/orders", json=order)
    await browser.rig.worker.finish(await browser.rig.worker.take())
    made = await browser.finished(new["task_id"])
    async with browser.session.get(made["player"]) as page:
        assert (page.content_type, page.headers["Content-Security-Policy"]) == (
            "text/html",
            PLAYER_POLICY + "frame-ancestors 'self'",
        )
    async with browser.session.get(made["files"][0]["url"], params={"inline": "1"}) as file:
        assert file.headers["Content-Disposition"].startswith("attachment")  # a page of its own never has our origin


async def test_a_zip_without_a_player_has_none(browser: Browser) -> None:
    """As those that earlier versions made."""
    task = await browser.done()
    await browser.get(f"/player/{task['task_id']}", 404)


async def test_the_page_and_its_files(browser: Browser) -> None:
    async with browser.session.get("/app") as page:
        assert (page.content_type, page.headers["Cache-Control"]) == ("text/html", "no-cache")
        tag = page.headers["ETag"]
    async with browser.session.get("/app", headers={"If-None-Match": tag}) as again:
        assert again.status == 304
    for path in PAGE.rglob("*.*"):
        assert await browser.get(f"/app/{path.relative_to(PAGE)}") == path.read_bytes()
    for outside in ("../main.py", "%2e%2e/main.py", "..%2fmain.py", "/etc/passwd", "nothing.js", "a\\b.js", ".hidden"):
        await browser.get(f"/app/{outside}", 404)


async def test_the_texts_of_the_page_in_each_language(browser: Browser) -> None:
    english = await browser.get("/api/texts")
    portuguese = await browser.get("/api/texts", params={"language": "pt-BR"})
    assert (english["language"], portuguese["language"]) == ("en", "pt-BR")
    assert english["texts"].keys() == portuguese["texts"].keys()
    assert english["texts"]["web-failed"] == "There is nothing to download: {why}"


async def test_what_can_be_chosen(browser: Browser) -> None:
    options = await browser.get("/api/options")
    assert [model["name"] for model in options["models"]] == ["spleeter-2", "spleeter-4", "spleeter-5"]
    assert options["models"][0]["stem_words"] == ["vocals", "accompaniment"]
    assert (options["format"], options["max_upload"]) == ("mp3", "2 GB")

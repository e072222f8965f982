"""Uploads over real HTTP: whole, too large, broken off, slow. What is refused leaves nothing."""

import asyncio
import io
import json
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest

from jobs.queue.requests import JobQueue
from jobs.store.folder import FolderStore
from tests.bot.telegram.chat_fixture import Worker
from tests.bot.web.web_fixture import Browser, Rig, settings_for

#: More than the server takes in one block, and more than the sockets hold.
SONG = os.urandom(3 << 20)
LIMIT_MB = 4.0


@pytest.fixture
def rig(queue: JobQueue, store: FolderStore, tmp_path: Path) -> Rig:
    return Rig(queue, store, settings_for(tmp_path, max_upload_mb=LIMIT_MB), Worker(queue, store))


def form(
    content: bytes = SONG, name: str = "Água.mp3", field: str = "file", kind: str = "audio/mpeg"
) -> aiohttp.FormData:
    made = aiohttp.FormData(quote_fields=False)  # as curl and browsers
    made.add_field("note", "not read")
    made.add_field(field, io.BytesIO(content), filename=name, content_type=kind)
    return made


def nothing_left(store: FolderStore) -> bool:
    work = store.workspace.root / "work"
    return not list(store.workspace.root.rglob("incoming")) and not any(work.iterdir())


async def settled(store: FolderStore) -> None:
    """Nothing of an upload is left."""
    async with asyncio.timeout(30):
        while not nothing_left(store):
            await asyncio.sleep(0.02)


@pytest.mark.parametrize("raw", [False, True])
async def test_a_file_becomes_a_task_and_is_in_the_store_as_it_was(browser: Browser, raw: bool) -> None:
    if raw:
        answer = await browser.post("/api/upload", params={"name": "Água.mp3"}, data=io.BytesIO(SONG))
    else:
        answer = await browser.post("/api/submit", data=form())
    task = await browser.get(f"/api/tasks/{answer['task_id']}")
    assert (task["title"], task["video_id"]) == ("Água.mp3", None)
    track = await browser.rig.worker.take()
    async with browser.rig.store.open_upload(track.source) as path:  # type: ignore[arg-type]
        assert path.read_bytes() == SONG
    await browser.rig.worker.finish(track)
    await browser.finished(answer["task_id"])
    await settled(browser.rig.store)


async def test_the_same_file_again_is_the_same_song(browser: Browser) -> None:
    first = await browser.post("/api/submit", data=form())
    again = await browser.post("/api/submit", data=form())
    assert again["task_id"] == first["task_id"]  # it is in the works
    other = await browser.post("/api/submit", data=form(name="Another.mp3"))
    assert other["task_id"] != first["task_id"]


@pytest.mark.parametrize(
    ("made", "says"),
    [
        (form(b""), "no audio"),
        (form(field="song"), "field “file”"),
        (form(name="notes.txt", kind="text/plain"), ""),
    ],
)
async def test_what_is_no_song_is_refused(browser: Browser, made: aiohttp.FormData, says: str) -> None:
    refused = await browser.post("/api/submit", 422, data=made)
    assert (refused["status"], says in refused["error"]) == ("FAILURE", True)
    await settled(browser.rig.store)


async def test_no_form_is_refused(browser: Browser) -> None:
    await browser.post("/api/submit", 422, data=b"abc", headers={"Content-Type": "audio/mpeg"})
    await browser.post("/api/submit", 422, data=b"abc", headers={"Content-Type": "multipart/form-data"})
    await browser.post("/api/submit", 422, data=b"abc", headers={"Content-Type": "multipart/form-data; boundary=x"})


# --- raw sockets -------------------------------------------------------------------------------------------------


@asynccontextmanager
async def sent(
    rig: Rig, *lines: str, body: bytes = b""
) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    """A request's head and the beginning of its body."""
    reader, writer = await asyncio.open_connection("127.0.0.1", rig.port)
    head = "\r\n".join([*lines, f"Host: localhost:{rig.port}", "", ""])
    writer.write(head.encode() + body)
    try:
        yield reader, writer
    finally:
        writer.close()


async def answer_of(reader: asyncio.StreamReader) -> tuple[int, dict[str, object]]:
    async with asyncio.timeout(30):
        head = await reader.readuntil(b"\r\n\r\n")
        status = int(head.split()[1])
        length = next(
            int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length")
        )
        return status, json.loads(await reader.readexactly(length))


POST = "POST /api/upload?name=song.mp3 HTTP/1.1"


async def test_a_file_over_the_limit_is_refused_before_it_is_sent(browser: Browser) -> None:
    async with sent(browser.rig, POST, "Content-Length: 99000000", body=b"only the beginning") as (reader, _):
        status, answer = await answer_of(reader)
    assert status == 413
    assert "99 MB" in str(answer["error"])


async def test_a_client_that_waits_for_a_word_is_refused_without_it(browser: Browser) -> None:
    head = [POST, "Content-Length: 99000000", "Expect: 100-continue"]
    async with sent(browser.rig, *head) as (reader, _):
        status, _ = await answer_of(reader)
    assert status == 413


async def test_a_client_that_waits_for_a_word_gets_it(browser: Browser) -> None:
    async with sent(browser.rig, POST, "Content-Length: 4", "Expect: 100-continue") as (reader, writer):
        async with asyncio.timeout(30):
            assert await reader.readuntil(b"\r\n\r\n") == b"HTTP/1.1 100 Continue\r\n\r\n"
        writer.write(b"song")
        status, answer = await answer_of(reader)
    assert (status, answer["error"]) == (200, None)


async def test_a_file_that_grows_over_the_limit_is_refused_meanwhile(browser: Browser) -> None:
    """No length is told: only counting helps."""
    async with sent(browser.rig, POST, "Transfer-Encoding: chunked") as (reader, writer):
        block = b"10000\r\n" + bytes(1 << 16) + b"\r\n"
        asked = asyncio.ensure_future(answer_of(reader))
        while not asked.done():
            writer.write(block)
            try:
                await writer.drain()
            except ConnectionError:
                break
            await asyncio.sleep(0)
        status, _ = await asked
    assert status == 413
    await settled(browser.rig.store)


@pytest.mark.parametrize("length", ["Content-Length: 3000000", "Transfer-Encoding: chunked"])
async def test_an_upload_that_breaks_off_leaves_nothing(browser: Browser, length: str) -> None:
    async with sent(browser.rig, POST, length, body=b"10000\r\n" + bytes(50_000)) as (_, writer):
        await writer.drain()
        async with asyncio.timeout(30):
            while nothing_left(browser.rig.store):
                await asyncio.sleep(0.01)
        writer.transport.abort()
    await settled(browser.rig.store)
    assert await browser.rig.queue.size() == 0


async def test_a_slow_upload_is_given_up(browser: Browser) -> None:
    async with sent(browser.rig, POST, "Content-Length: 3000000", body=b"s") as (reader, _):
        status, answer = await answer_of(reader)
    assert status == 408
    assert "too slow" in str(answer["error"])
    await settled(browser.rig.store)


async def test_a_head_that_never_ends_is_given_up(browser: Browser) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", browser.rig.port)
    writer.write(b"GET /app HTTP/1.1\r\nHost: loc")
    async with asyncio.timeout(30):
        assert await reader.read() == b""
    writer.close()


async def test_a_body_of_json_that_never_ends_is_given_up(browser: Browser) -> None:
    head = ["POST /api/say HTTP/1.1", "Content-Length: 100", "Content-Type: application/json"]
    async with sent(browser.rig, *head, body=b'{"text": ') as (reader, _):
        assert (await answer_of(reader))[0] == 408


async def test_a_body_of_json_has_a_limit(browser: Browser) -> None:
    await browser.post("/api/say", 413, data=json.dumps({"text": "x" * 100_000}))


async def test_few_uploads_of_a_person_at_a_time(browser: Browser) -> None:
    (value,) = [one.value for one in browser.session.cookie_jar]
    answers = []
    begun = [
        sent(browser.rig, POST, f"Cookie: flbt_browser={value}", "Content-Length: 3000", body=b"s") for _ in range(4)
    ]
    async with begun[0] as one, begun[1] as two, begun[2] as three, begun[3] as four:
        for reader, _ in (one, two, three, four):
            answers.append((await answer_of(reader))[0])
    assert sorted(answers) == [408, 408, 408, 429]

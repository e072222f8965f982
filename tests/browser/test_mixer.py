"""The Mixer in a browser: from a link, and in a frame of Telegram's web client."""

import asyncio
import json
import math
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Browser, FrameLocator, Locator, Page, Route, expect
from pydantic import SecretStr

from bot.chats.mixer_links import MixerLinks
from bot.chats.song_links import SongMarks
from bot.chats.web_secret import web_secret
from bot.texts import say
from jobs.models import Player as PlayerPage
from jobs.models import Rendition
from jobs.process.tasks import cancel_and_wait
from jobs.queue.requests import JobQueue
from jobs.queue.tracks import Track
from jobs.results import Rendered, StoredFile
from jobs.store.folder import FolderStore
from tests.bot.telegram.chat_fixture import Worker
from tests.bot.web.test_init_data import TOKEN, signed
from tests.bot.web.web_fixture import Rig, settings_for
from tests.browser.listening import RECORD, Player, level
from tests.jobs.requests import ask

MILLISECONDS = 60_000
CLIENT = "https://web.telegram.org"
OURS = "https://stems.example.org"
ANA = "telegram:279058397"


@dataclass
class PageWorker(Worker):
    """Makes real players: always the same page."""

    page: Path = Path()

    async def render(self, track: Track, rendition: Rendition) -> None:
        if not isinstance(rendition.content, PlayerPage):
            await super().render(track, rendition)
            return
        (name,) = (rendition.name_of(one) for one in rendition.files(track.model.stems))
        with self.store.workspace.folder() as folder:
            made = folder / "made"
            made.mkdir()
            bytes_ = (made / name).write_bytes(self.page.read_bytes())
            files = (StoredFile(name=name, bytes_=bytes_),)
            rendered = Rendered(rendition=rendition, files=files, kbps=self.recipe.rate(rendition))
            await self.store.keep_rendition(made, track.id, rendered)


@dataclass(frozen=True)
class Mixer:
    """A running server. `link` and `app`: marks of a song that a chat got."""

    url: str
    link: str
    app: str


async def work(worker: Worker) -> None:
    """Makes what the page orders."""
    while True:
        await worker.finish(await worker.take(seconds=math.inf))


@contextmanager
def serving(redis_url: SecretStr, folder: Path, page: Path) -> Iterator[Mixer]:
    """In a thread of its own: the browser's library has the other one."""
    ready, stop, made = threading.Event(), threading.Event(), list[Mixer]()

    async def serve() -> None:
        queue, store = JobQueue.at(redis_url), FolderStore(folder / "store")
        await queue.redis.flushall()
        settings = settings_for(folder, web_url=OURS, access="open")
        worker = PageWorker(queue, store, page=page)
        request = ask().model_copy(update={"platform": "telegram", "chat": ANA, "asker": ANA})
        await queue.submit(request)
        await worker.finish(await worker.take())
        await queue.sending(request.id)
        await queue.done(request.id)
        await MixerLinks(OURS, token=TOKEN).load(queue.redis)
        marks = SongMarks(await web_secret(queue.redis))
        async with Rig(queue, store, settings, worker).serving() as rig:
            made.append(Mixer(rig.url, marks.mark(request.id, "link"), marks.mark(request.id, "app")))
            ready.set()
            waiting = asyncio.create_task(work(worker))
            await asyncio.to_thread(stop.wait)
            await cancel_and_wait(waiting)
        await queue.close()

    thread = threading.Thread(target=lambda: asyncio.run(serve()))
    thread.start()
    try:
        assert ready.wait(60)
        yield made[0]
    finally:
        stop.set()
        thread.join()


@pytest.fixture(scope="module")
def mixer(valkey_server: SecretStr, tmp_path_factory: pytest.TempPathFactory, tones: Path) -> Iterator[Mixer]:
    with serving(valkey_server, tmp_path_factory.mktemp("mixer"), tones) as one:
        yield one


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """At the end, it has had no error."""
    context = browser.new_context(locale="en-US", viewport={"width": 320, "height": 600})
    page, errors = context.new_page(), list[str]()
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.add_init_script(RECORD)
    yield page
    assert errors == []
    context.close()


def init_data() -> str:
    user = {"id": int(ANA.partition(":")[2]), "first_name": "Ana", "language_code": "en"}
    return signed({"auth_date": str(int(time.time())), "user": json.dumps(user)})


def opened_by_telegram(url: str, **more: Any) -> str:
    """As Telegram's programs open a Mini App."""
    return f"{url}#{urlencode({'tgWebAppData': init_data(), 'tgWebAppVersion': '9.1', **more})}"


def player_of(page: Page | FrameLocator) -> FrameLocator:
    """The player's frame, once it plays: it opens by itself."""
    frame = page.frame_locator("iframe")
    expect(frame.get_by_role("button", name="Play", exact=True)).to_be_enabled(timeout=MILLISECONDS)
    return frame


def mixed(page: Page | FrameLocator, form: str = "MP3") -> Locator:
    """Orders the song without the vocals; its line, once it is done. The songs of all tests are one: each takes a
    format of its own."""
    page.get_by_text("More from this song").click()
    page.get_by_role("combobox", name="Format").select_option(label=form)
    page.get_by_role("button", name="Only accompaniment").click()
    line = page.locator("li.line").filter(
        has=page.get_by_role("heading", name=f"No vocals · {form}", level=4, exact=True)
    )
    expect(line).to_contain_text("Done", timeout=MILLISECONDS)
    return line


def test_a_link_opens_the_page_with_a_player_that_sounds(page: Page, mixer: Mixer) -> None:
    asked = list[str]()
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{mixer.url}/mixer/{mixer.link}")
    player_of(page)
    frame = page.locator("iframe").element_handle().content_frame()
    assert frame is not None
    player = Player(page, [], frame)
    player.play()
    player.wait_until(1)
    assert level(player.listen(0.5)) > -40
    player.slider("Tempo").fill("80")
    assert level(player.listen(0.5)) > -40, "worklets run in the page's sandbox"
    for stem in ("vocals", "drums", "bass"):
        player.button(f"Mute {stem}").click()
    assert level(player.listen(0.3)) < -60
    assert [url for url in asked if not url.startswith((f"{mixer.url}/", "data:"))] == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 320


def test_the_page_of_a_link_makes_more_of_its_song_and_of_no_other(page: Page, mixer: Mixer) -> None:
    page.goto(f"{mixer.url}/mixer/{mixer.link}")
    expect(page.get_by_role("heading", name="This song", level=2)).to_be_visible(timeout=MILLISECONDS)
    line = mixed(page)
    with page.expect_download() as download:
        line.get_by_role("link", name="no vocals").click()
    assert download.value.path().stat().st_size > 0
    for name in ("Forget", "Send to the chat"):
        expect(page.get_by_role("button", name=name)).to_have_count(0)
    expect(page.get_by_role("textbox", name="A YouTube link")).to_have_count(0)
    assert page.context.cookies() == []


@pytest.mark.parametrize("client", [CLIENT, "https://elsewhere.example"])
def test_in_a_frame_of_telegrams_client_and_of_no_other(page: Page, mixer: Mixer, client: str) -> None:
    """Ours has a name here: browsers ask a person before a page of the internet may frame this machine's address."""

    def to_us(route: Route) -> None:
        asked = route.request
        at = asked.url.replace(OURS, mixer.url)
        if "/api/events" not in at:
            route.fulfill(response=route.fetch(url=at, max_retries=5))
            return
        # A route waits for the end of an answer, and a stream has none: this one ends, and begins anew.
        tasks = route.fetch(url=at.replace("/api/events", "/api/tasks"), max_retries=5).json()["tasks"]
        said = json.dumps({"tasks": tasks, "messages": []})
        route.fulfill(body=f"event: all\ndata: {said}\n\n", content_type="text/event-stream")

    page.route(f"{OURS}/**", to_us)
    inside = opened_by_telegram(f"{OURS}/mixer", tgWebAppStartParam=mixer.app).replace("&", "&amp;")
    around = f"""<script>told = []; addEventListener("message", (event) => told.push(JSON.parse(event.data).eventType));
        </script><iframe src="{inside}" style="width: 310px; height: 580px"></iframe>"""
    page.route(f"{client}/**", lambda route: route.fulfill(body=around, content_type="text/html"))
    page.goto(f"{client}/k/")
    frame = page.frame_locator("iframe")
    if client == CLIENT:
        inner = frame.frame_locator("iframe")
        expect(inner.get_by_role("button", name="Play", exact=True)).to_be_enabled(timeout=MILLISECONDS)
        mixed(frame, "M4A")
        assert page.evaluate("told") == ["web_app_ready", "web_app_expand"]
        assert page.context.cookies() == []
    else:
        page.wait_for_function("frames.length === 1")
        page.wait_for_timeout(500)
        assert [one.url for one in page.frames[1:]] == ["chrome-error://chromewebdata/"]


def test_what_is_refused_is_said_and_tried_again(page: Page, mixer: Mixer) -> None:
    page.goto(f"{mixer.url}/mixer/{mixer.app}")
    expect(page.locator("#connection")).to_have_text(say("en", "mixer-who"))
    again = page.get_by_role("button", name="Try again")
    box = again.bounding_box()
    assert box is not None
    assert box["height"] >= 44
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    page.route("**/api/mixer", lambda route: route.abort())
    again.click()
    expect(page.locator("#connection")).to_have_text(say("en", "web-unreachable"))
    page.unroute("**/api/mixer")
    expect(page.locator("#connection")).to_have_text(say("en", "mixer-who")), "by itself"
    expect(again).to_be_visible()


def test_by_the_button_of_a_private_chat_files_are_made_and_sent_there(page: Page, mixer: Mixer) -> None:
    page.goto(opened_by_telegram(f"{mixer.url}/mixer/{mixer.app}"))
    player_of(page)
    line = mixed(page, "WAV 32-bit float")
    line.get_by_role("button", name="Send to the chat").click()
    expect(page.locator("#toast")).to_have_text(say("en", "mixer-sent"))


def test_a_phones_program_downloads_by_itself(page: Page, mixer: Mixer) -> None:
    page.add_init_script("""
      window.told = [];
      window.TelegramWebviewProxy = { postEvent: (type, data) => told.push([type, JSON.parse(data)]) };
    """)
    page.goto(opened_by_telegram(f"{mixer.url}/mixer/{mixer.app}"))
    link = mixed(page, "FLAC").get_by_role("link", name="no vocals")
    link.click()
    event, data = page.evaluate("told.at(-1)")
    assert event == "web_app_request_file_download"
    assert data["file_name"] == link.get_attribute("download")
    assert page.request.get(data["url"]).headers["content-disposition"].startswith("attachment")


def test_a_page_whose_ticket_is_old_gets_another_one(page: Page, mixer: Mixer) -> None:
    page.goto(f"{mixer.url}/mixer/{mixer.link}")
    player_of(page)
    page.route("**/orders", lambda route: route.fulfill(status=401, body="{}"), times=1)
    mixed(page, "WAV")

"""The Mixer in a browser: from a link, and in a frame of Telegram's web client."""

import asyncio
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
from playwright.sync_api import Browser, Page, Route, expect
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


async def make_the_player(worker: Worker) -> None:
    """Once somebody opens the Mixer."""
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
        request = ask().model_copy(update={"platform": "telegram", "chat": "telegram:1", "asker": "telegram:1"})
        await queue.submit(request)
        await worker.finish(await worker.take())
        await queue.sending(request.id)
        await queue.done(request.id)
        await MixerLinks(OURS, token=TOKEN).load(queue.redis)
        marks = SongMarks(await web_secret(queue.redis))
        async with Rig(queue, store, settings, worker).serving() as rig:
            made.append(Mixer(rig.url, marks.mark(request.id, "link"), marks.mark(request.id, "app")))
            ready.set()
            waiting = asyncio.create_task(make_the_player(worker))
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
    return signed({"auth_date": str(int(time.time()))})


def opened_by_telegram(url: str, **more: Any) -> str:
    """As Telegram's programs open a Mini App."""
    return f"{url}#{urlencode({'tgWebAppData': init_data(), 'tgWebAppVersion': '9.1', **more})}"


def test_a_link_becomes_a_player_that_sounds(page: Page, mixer: Mixer) -> None:
    asked = list[str]()
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{mixer.url}/mixer/{mixer.link}")
    page.wait_for_url(f"{mixer.url}/mixer/player/*", timeout=MILLISECONDS)
    player = Player(page, [])
    player.play()
    player.wait_until(1)
    assert level(player.listen(0.5)) > -40
    player.slider("Tempo").fill("80")
    assert level(player.listen(0.5)) > -40, "worklets run in the page's sandbox"
    for stem in ("vocals", "drums", "bass"):
        player.button(f"Mute {stem}").click()
    assert level(player.listen(0.3)) < -60
    assert [url for url in asked if not url.startswith((f"{mixer.url}/", "data:"))] == []


@pytest.mark.parametrize("client", [CLIENT, "https://elsewhere.example"])
def test_in_a_frame_of_telegrams_client_and_of_no_other(page: Page, mixer: Mixer, client: str) -> None:
    """Ours has a name here: browsers ask a person before a page of the internet may frame this machine's address."""

    def to_us(route: Route) -> None:
        route.fulfill(response=route.fetch(url=route.request.url.replace(OURS, mixer.url)))

    page.route(f"{OURS}/**", to_us)
    inside = opened_by_telegram(f"{OURS}/mixer", tgWebAppStartParam=mixer.app).replace("&", "&amp;")
    around = f"""<script>told = []; addEventListener("message", (event) => told.push(JSON.parse(event.data).eventType));
        </script><iframe src="{inside}" style="width: 310px; height: 580px"></iframe>"""
    page.route(f"{client}/**", lambda route: route.fulfill(body=around, content_type="text/html"))
    page.goto(f"{client}/k/")
    frame = page.frame_locator("iframe")
    if client == CLIENT:
        expect(frame.get_by_role("button", name="Play", exact=True)).to_be_enabled(timeout=MILLISECONDS)
        assert page.evaluate("told") == ["web_app_ready", "web_app_expand"]
    else:
        page.wait_for_function("frames.length === 1")
        page.wait_for_timeout(500)
        assert [one.url for one in page.frames[1:]] == ["chrome-error://chromewebdata/"]


def test_what_is_refused_is_said_and_tried_again(page: Page, mixer: Mixer) -> None:
    page.goto(f"{mixer.url}/mixer/{mixer.app}")
    expect(page.get_by_role("status")).to_have_text(say("en", "mixer-who"))
    again = page.get_by_role("button", name="Try again")
    box = again.bounding_box()
    assert box is not None
    assert box["height"] >= 44
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    assert page.locator("html").get_attribute("lang") == "en"
    assert page.get_by_role("heading", level=1).text_content() == "Mixer"
    page.route("**/api/mixer", lambda route: route.abort())
    again.click()
    expect(page.get_by_role("status")).to_have_text(say("en", "mixer-lost"))
    page.unroute("**/api/mixer")
    expect(page.get_by_role("status")).to_have_text(say("en", "mixer-who")), "by itself"
    expect(again).to_be_visible()


def test_by_the_button_of_a_private_chat(page: Page, mixer: Mixer) -> None:
    page.goto(opened_by_telegram(f"{mixer.url}/mixer/{mixer.app}"))
    expect(page.get_by_role("button", name="Play", exact=True)).to_be_enabled(timeout=MILLISECONDS)

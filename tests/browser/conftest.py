"""One browser for all tests, and a page whose sound is recorded where it leaves the page."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from bot.cli.demo import write_demo_song
from jobs.models import Stem
from tests.browser.find import find_browser
from tests.browser.listening import RECORD, Player
from tests.browser.serving import Cable, Served, serving
from tests.browser.using import App
from tests.weights import models_dir
from tests.worker.rendering.player.pages import ANALYSIS, make_page, noise, tone

Open = Callable[..., Player]
OpenApp = Callable[..., App]

expect.set_options(timeout=20_000)  # a machine may be busy with other things


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    path = find_browser()
    assert path is not None, "no browser: apt-get install chromium, or playwright install chromium, or FLBT_BROWSER"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def tones(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twelve seconds, three slices: a tone for each stem, with its beats and chords."""
    stems = {Stem.VOCALS: tone(440, 12), Stem.DRUMS: tone(1000, 12), Stem.BASS: tone(150, 12)}
    return make_page(tmp_path_factory.mktemp("tones"), stems, analysis=ANALYSIS)


@pytest.fixture(scope="session")
def opposites(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two stems that cancel each other."""
    sound = noise(12)
    return make_page(tmp_path_factory.mktemp("opposites"), {Stem.VOCALS: sound, Stem.ACCOMPANIMENT: -sound})


@pytest.fixture(scope="session")
def irregular(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Noise, in which every place differs."""
    return make_page(
        tmp_path_factory.mktemp("irregular"), {Stem.VOCALS: noise(12), Stem.BASS: np.zeros((12 * 44100, 2), np.float32)}
    )


@pytest.fixture
def open_player(browser: Browser) -> Iterator[Open]:
    """Opens a page from disk; at the end, it has asked for nothing else and had no error."""
    pages: list[tuple[Page, list[str], list[str]]] = []

    def open_(path: Path, before: str = "", **options: Any) -> Player:
        context = browser.new_context(**{"locale": "en-US", **options})
        page = context.new_page()
        asked: list[str] = []
        errors: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
        page.on("dialog", lambda dialog: errors.append(dialog.message))
        page.add_init_script(RECORD + before)
        page.goto(path.as_uri())
        pages.append((page, asked, errors))
        return Player(page, errors)

    yield open_
    for page, asked, errors in pages:
        assert [url for url in asked if not url.startswith("data:")] == [page.url]
        assert errors == []
        page.context.close()


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory, models_dir: Path) -> Iterator[Served]:
    with serving(tmp_path_factory.mktemp("served"), models_dir) as one:
        yield one


@pytest.fixture(scope="session")
def song(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Fifteen seconds, of which every test may want stems: they are separated once."""
    path = tmp_path_factory.mktemp("song") / "Morning.wav"
    write_demo_song(path, 15)
    return path


@pytest.fixture
def cable(served: Served) -> Iterator[Cable]:
    cable = Cable(served.port)
    yield cable
    cable.close()


@pytest.fixture
def open_app(browser: Browser, served: Served) -> Iterator[OpenApp]:
    """Opens the page, each time in a browser of its own unless `beside` another one. At the end, it has asked for
    nothing of elsewhere, and had no error."""
    opened: list[tuple[App, list[str]]] = []

    def open_(at: str = "", beside: App | None = None, url: str = served.url, before: str = "", **options: Any) -> App:
        context = beside.page.context if beside else browser.new_context(**{"locale": "en-US", **options})
        page = context.new_page()
        app, asked = App(page, []), list[str]()
        page.on("request", lambda request: asked.append(request.url))
        page.on("pageerror", lambda error: app.errors.append(str(error)))
        page.on("console", lambda message: app.errors.append(message.text) if message.type == "error" else None)
        page.add_init_script(RECORD + before)
        page.goto(f"{url}/app{at}")
        expect(page.get_by_role("heading", level=2).first).not_to_be_empty()
        opened.append((app, asked))
        return app

    yield open_
    for app, asked in opened:
        own = (*(f"{one}/" for one in (served.url, app.page.url.partition("/app")[0])), "data:", "blob:")
        assert [url for url in asked if not url.startswith(own)] == []
        assert app.errors == []
    for app, _ in opened:
        app.page.context.close()


__all__ = ["expect", "models_dir"]

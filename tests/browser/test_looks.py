"""How the page looks and is reached: languages, sizes, keyboard, and what axe finds."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenApp
from tests.browser.using import MILLISECONDS, App


def test_the_language_is_the_browsers_or_the_chosen_one(open_app: OpenApp, song: Path) -> None:
    app = open_app(locale="pt-BR")
    page = app.page
    assert page.locator("html").get_attribute("lang") == "pt-BR"
    expect(page.get_by_role("heading", name="Suas músicas")).to_be_visible()
    page.set_input_files("#files", song)
    line = page.get_by_role("article", name="Morning").get_by_role("listitem").first
    expect(line).to_contain_text("Pronta em", timeout=MILLISECONDS)
    page.get_by_label("Idioma:").select_option("en")
    expect(page.get_by_role("heading", name="Your songs")).to_be_visible()
    assert page.locator("html").get_attribute("lang") == "en"
    page.reload()
    expect(page.get_by_role("heading", name="Your songs")).to_be_visible()
    app.more("Morning").get_by_role("button", name="Only vocals").click()
    app.done("Morning", "Vocals · MP3")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 1280])
def test_fits_and_is_accessible(open_app: OpenApp, song: Path, tmp_path: Path, scheme: str, width: int) -> None:
    from axe_playwright_python.sync_playwright import Axe

    app = open_app(color_scheme=scheme, viewport={"width": width, "height": 700}, bypass_csp=True)
    page = app.page
    full(app, song, tmp_path)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    found = Axe().run(page)
    assert [
        (one["id"], [node["html"] for node in one["nodes"]])
        for one in found.response["violations"]
        if one["impact"] in ("serious", "critical", "moderate")
    ] == []
    paper = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert (sum(map(int, re.findall(r"\d+", paper)[:3])) < 200) is (scheme == "dark")
    for control in page.locator("button:visible, input:visible, select:visible, summary:visible, a:visible").all():
        box = control.bounding_box()
        assert box is not None
        assert min(box["width"], box["height"]) >= 24, control.evaluate("(one) => one.outerHTML")


def full(app: App, song: Path, tmp_path: Path) -> None:
    """Shows all that the page has: an upload that failed, an answer, a song with its player, and the form."""
    (tmp_path / ("a-long-name" * 12 + ".mp3")).write_bytes(b"")
    app.choose(tmp_path / ("a-long-name" * 12 + ".mp3"))
    app.say("/mix")
    expect(app.page.locator("#messages li")).to_have_count(1)
    app.drop(song)
    app.player("Morning")
    form = app.more("Morning")
    form.get_by_label("Passage").select_option("from a bar to a bar")
    form.get_by_role("button", name="Make it").click()
    expect(form.get_by_role("alert")).to_contain_text("two bars")


def test_everything_is_reached_by_keys(open_app: OpenApp, song: Path) -> None:
    app = open_app()
    page = app.page
    app.drop(song)
    app.done("Morning")
    form = app.song("Morning").get_by_text("More from this song")
    form.focus()
    page.keyboard.press("Enter")
    expect(app.song("Morning").locator("form")).to_be_visible()
    wanted = page.locator(
        "button:visible:enabled, input:visible:enabled, select:visible, summary:visible, a:visible"
    ).count()
    assert tabbed(page) == wanted
    page.get_by_role("button", name="Only vocals").focus()
    page.keyboard.press("Enter")
    expect(app.line("Morning", "Vocals · MP3").get_by_role("heading")).to_be_focused(timeout=MILLISECONDS)
    app.done("Morning", "Vocals · MP3")


def tabbed(page: Page) -> int:
    """Controls of the page that Tab reaches, from the first one on. A browser's own sound controls are not counted."""
    page.locator("#words").focus()
    page.evaluate("window.reached = new Set()")
    for _ in range(150):
        page.evaluate("document.activeElement.matches('audio') || reached.add(document.activeElement)")
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement === document.body"):
            break
    return int(page.evaluate("reached.size"))

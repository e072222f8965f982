"""What the page shows in a real browser: languages, failures, hostile titles, sizes, and what axe finds."""

import base64
import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from bot.texts import LANGUAGES
from jobs.models import Effect, Stem
from jobs.results import Tags
from tests.browser.conftest import Open
from tests.browser.listening import LOUD, SILENT, strength
from tests.worker.rendering.player.pages import make_page, noise


def test_the_language_is_the_askers_or_the_browsers(open_player: Open, tmp_path: Path, tones: Path) -> None:
    player = open_player(tones, locale="pt-BR")
    assert player.page.locator("html").get_attribute("lang") == "pt-BR"
    expect(player.button("Tocar")).to_be_enabled()
    expect(player.button("Silenciar voz")).to_be_visible()
    asked = open_player(make_page(tmp_path, {Stem.VOCALS: noise(1)}, language="pt-BR"))
    expect(asked.button("Tocar")).to_be_enabled()


def test_a_treated_song_starts_at_its_tempo_and_key(open_player: Open, tmp_path: Path) -> None:
    page = make_page(tmp_path, {Stem.VOCALS: noise(3)}, effect=Effect(tempo=80, key=-2))
    player = open_player(page)
    assert (player.slider("Tempo").input_value(), player.slider("Pitch").input_value()) == ("80", "-2")


def test_without_worklets_it_plays_and_says_what_is_missing(open_player: Open, tones: Path) -> None:
    before = "window.RecorderNode = window.AudioWorkletNode; delete window.AudioWorkletNode;"
    player = open_player(tones, before)
    player.play()
    player.button("Solo bass").click()
    sound = player.listen(0.5)
    assert strength(sound, 440) < SILENT
    assert strength(sound, 150) > LOUD
    expect(player.slider("Tempo")).to_be_disabled()
    expect(player.page.get_by_role("status")).to_have_text(re.compile("HTTPS"))


def test_a_treated_song_plays_as_it_is_where_nothing_can_stretch_it(open_player: Open, tmp_path: Path) -> None:
    page = make_page(tmp_path, {Stem.VOCALS: noise(3)}, effect=Effect(tempo=80, key=-2))
    player = open_player(page, "window.RecorderNode = window.AudioWorkletNode; delete window.AudioWorkletNode;")
    expect(player.slider("Tempo")).to_have_value("100")
    expect(player.slider("Pitch")).to_have_value("0")


def test_tempo_that_fails_is_told_and_the_song_plays_on(open_player: Open, tones: Path) -> None:
    player = open_player(tones)
    player.page.evaluate("document.getElementById('stretch').textContent = 'throw new Error()'")
    player.play()
    player.slider("Tempo").fill("80")
    expect(player.page.get_by_role("status")).to_have_text(re.compile("Tempo and pitch need"))
    expect(player.slider("Tempo")).to_have_value("100")
    assert strength(player.listen(0.3), 440) > LOUD
    player.errors.clear()


def test_a_browser_that_gives_no_sound_is_told(open_player: Open, tones: Path) -> None:
    player = open_player(tones, "window.AudioContext = class { constructor() { throw new Error('none'); } };")
    expect(player.button("Play")).to_be_enabled()
    player.button("Play").click()
    expect(player.page.get_by_role("status")).to_have_text(re.compile("current Firefox, Chrome"))
    expect(player.button("Play")).to_be_visible()
    player.errors.clear()


def test_a_browser_without_web_audio_is_told(open_player: Open, tones: Path) -> None:
    player = open_player(tones, "delete window.OfflineAudioContext;")
    expect(player.page.get_by_role("status")).to_have_text(re.compile("current Firefox, Chrome"))
    expect(player.page.get_by_role("button").first).to_be_disabled()


def test_without_scripts_it_says_what_to_do(open_player: Open, tones: Path) -> None:
    player = open_player(tones, java_script_enabled=False)
    told = player.page.locator("noscript p")
    expect(told.first).to_be_visible()
    assert told.count() == len(LANGUAGES)
    expect(told.first).to_contain_text("On an iPhone or iPad")


def test_damaged_sound_is_told(open_player: Open, tones: Path, tmp_path: Path) -> None:
    text = tones.read_text("utf-8")
    broken = re.sub(r'(id="s0-1">)[^<]+', rf"\1{base64.b64encode(b'nonsense' * 99).decode()}", text)
    (tmp_path / "broken.html").write_text(broken, "utf-8")
    player = open_player(tmp_path / "broken.html")
    expect(player.page.get_by_role("status")).to_have_text(re.compile("does not decode"))
    expect(player.page.locator("#play")).to_be_disabled()
    assert player.errors
    player.errors.clear()


def test_hostile_titles_are_text(open_player: Open, tmp_path: Path) -> None:
    tags = Tags(
        title="</h1></script><script>alert(1)</script>", artist='"><img src="https://example.org/x" onerror=alert(2)>'
    )
    player = open_player(make_page(tmp_path, {Stem.VOCALS: noise(1)}, tags))
    expect(player.page.get_by_role("heading", level=1)).to_have_text(tags.title)
    player.play()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 1280])
def test_fits_and_is_accessible(open_player: Open, tones: Path, scheme: str, width: int) -> None:
    from axe_playwright_python.sync_playwright import Axe

    player = open_player(tones, color_scheme=scheme, viewport={"width": width, "height": 700}, bypass_csp=True)
    player.play()
    page = player.page
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    found = Axe().run(page)
    assert [
        one["id"] for one in found.response["violations"] if one["impact"] in ("serious", "critical", "moderate")
    ] == []
    paper = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert (sum(map(int, re.findall(r"\d+", paper)[:3])) < 200) is (scheme == "dark")
    for control in page.locator("button:visible, input:visible").all():
        box = control.bounding_box()
        assert box is not None
        assert min(box["width"], box["height"]) >= 24
    play = page.locator("#play").bounding_box()
    assert play is not None
    assert min(play["width"], play["height"]) >= 44
    reached = tabbed(page)
    assert reached == page.locator("button:visible:enabled, input:visible:enabled").count()


def tabbed(page: Page) -> int:
    """Controls that Tab reaches, Play among them."""
    page.locator("#play").focus()
    seen = ["Pause"]
    for _ in range(60):
        page.keyboard.press("Tab")
        here = page.evaluate("document.activeElement.getAttribute('aria-label') || document.activeElement.textContent")
        if page.evaluate("document.activeElement === document.body") or here in seen:
            break
        seen.append(here)
    return len(seen)

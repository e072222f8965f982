"""The player in a real browser, by the roles and names that people and screen readers use, and by its sound."""

import base64
import re
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from bot.texts import LANGUAGES
from jobs.models import Effect, Stem
from jobs.results import Tags
from tests.browser.conftest import Open
from tests.browser.listening import Player, level, pitch, seconds_of, strength
from tests.sounds import RATE
from tests.worker.rendering.player.pages import make_page, noise

SILENT, LOUD = 0.002, 0.15  # amplitudes of tones of 0.2
TONES = {"vocals": 440, "drums": 1000, "bass": 150}


def test_plays_pauses_and_says_where_it_is(open_player: Open, tones: Path) -> None:
    player = open_player(tones)
    page = player.page
    assert page.title() == "Elis & Tom – Águas de Março"
    expect(page.get_by_role("heading", level=1)).to_have_text("Águas de Março")
    assert page.locator("html").get_attribute("lang") == "en"
    position = player.slider("Position")
    assert (position.get_attribute("min"), position.get_attribute("max")) == ("0", "12")
    expect(position).to_have_attribute("aria-valuetext", "0:00 of 0:12")
    assert page.evaluate("heard.contexts") == 0  # nothing before Play
    player.play()
    player.wait_until(1.2)
    expect(position).to_have_attribute("aria-valuetext", re.compile(r"0:0[1-9] of 0:12"))
    sound = player.listen(0.5)
    assert all(0.15 < strength(sound, hertz) < 0.25 for hertz in TONES.values())
    player.pause()
    assert level(player.listen(0.3)) < -90
    stood = player.position
    player.page.wait_for_timeout(300)
    assert player.position == stood


def test_plays_to_the_end_across_all_slices_and_again(open_player: Open, irregular: Path) -> None:
    player = open_player(irregular)
    player.play()
    player.taken()
    expect(player.button("Play")).to_be_visible(timeout=30_000)
    sound = player.taken()
    begin = int(np.argmax(np.abs(sound[:, 0]) > 1e-4))
    heard, whole = sound[begin:, 0], noise(12)[:, 0]
    spot = int(np.argmax(np.correlate(heard[:4000], whole[2000:3000], "valid"))) - 2000
    heard = (
        heard[spot:][: len(whole)] if spot >= 0 else np.concatenate([np.zeros(-spot, np.float32), heard])[: len(whole)]
    )
    missed = heard[2000:] - whole[2000 : len(heard)]
    # Every place is where it belongs, to the sample: the rest is what MP3 leaves out.
    assert 20 * np.log10(np.sqrt((missed**2).mean()) / np.sqrt((whole**2).mean())) < -12
    seams = [number * 221_184 for number in (1, 2)]
    for seam in seams:
        near = missed[seam - 2000 - 500 : seam - 2000 + 500]
        assert np.abs(near).max() < 4 * missed.std() + 0.02
    assert player.position == pytest.approx(12)
    player.play()
    player.page.wait_for_timeout(500)
    assert 0 < player.position < 4


def test_mute_and_solo(open_player: Open, tones: Path) -> None:
    player = open_player(tones)
    player.play()
    for name, hertz in TONES.items():
        solo = player.button(f"Solo {name}")
        solo.click()
        expect(solo).to_have_attribute("aria-pressed", "true")
        sound = player.listen(0.3)
        assert 0.15 < strength(sound, hertz) < 0.25, name
        assert all(strength(sound, other) < 0.002 for other in TONES.values() if other != hertz), name
        solo.click()
        expect(solo).to_have_attribute("aria-pressed", "false")
    player.button("Mute vocals").click()
    sound = player.listen(0.3)
    assert strength(sound, 440) < SILENT
    assert strength(sound, 150) > LOUD
    for name in ("drums", "bass"):
        player.button(f"Mute {name}").click()
    assert level(player.listen(0.3)) < -90


def test_volume_goes_down_to_silence(open_player: Open, tones: Path) -> None:
    player = open_player(tones)
    player.play()
    levels = []
    for volume in ("100", "50", "0"):
        player.slider("vocals volume").fill(volume)
        sound = player.listen(0.3)
        levels.append(strength(sound, 440))
        assert strength(sound, 1000) > 0.15
    assert levels[0] > 2 * levels[1] > 0.02
    assert levels[2] < 0.002
    expect(player.slider("vocals volume")).to_have_attribute("min", "0")
    expect(player.slider("vocals volume")).to_have_attribute("aria-valuetext", "0 %")


def test_stems_are_in_step_to_the_sample(open_player: Open, opposites: Path) -> None:
    player = open_player(opposites)
    player.play()
    for at in (1.0, 4.9, 7.5):  # also over the border of two slices
        player.slider("Position").fill(str(at))
        assert level(player.listen(0.5)) < -60
    player.button("Mute vocals").click()
    assert level(player.listen(0.3)) > -40
    player.button("Mute vocals").click()
    assert level(player.listen(0.3)) < -60


def test_a_loop_repeats_to_the_sample(open_player: Open, irregular: Path) -> None:
    player = open_player(irregular)
    expect(player.button("Play")).to_be_enabled()
    player.slider("Position").fill("4.5")
    player.button("Loop start").click()
    player.slider("Position").fill("5.25")  # in the next slice
    player.button("Loop end").click()
    ends = player.page.locator("#loop-ends").inner_text().split("–")
    assert [seconds_of(end) for end in ends] == [4.5, pytest.approx(5.2, abs=0.06)]
    player.button("Loop").click()
    expect(player.button("Loop")).to_have_attribute("aria-pressed", "true")
    player.play()
    player.page.wait_for_timeout(1500)
    sound = player.listen(2.5)[:, 0]
    period = round(0.75 * RATE)
    assert np.abs(sound[period:] - sound[:-period]).max() < 1e-5
    assert np.abs(sound[period + 50 :] - sound[: -period - 50]).max() > 0.05
    assert 4.4 < player.position < 5.3
    player.button("Loop").click()
    player.wait_until(6)


@pytest.mark.parametrize(("tempo", "semitones"), [(100, 3), (100, -5), (80, 0), (60, 2), (120, 0)])
def test_tempo_and_pitch(open_player: Open, tones: Path, tempo: int, semitones: int) -> None:
    player = open_player(tones)
    player.button("Solo vocals").click()
    player.play()
    player.slider("Tempo").fill(str(tempo))
    player.slider("Pitch").fill(str(semitones))
    player.page.wait_for_timeout(700)
    before, sound = player.position, player.listen(1.5)
    measured = player.position - before
    moved = 12 * np.log2(pitch(sound[: int(1.4 * RATE)]) / 440)
    assert moved == pytest.approx(semitones, abs=0.1)
    assert measured == pytest.approx((0.4 + len(sound) / RATE) * tempo / 100, abs=0.25)
    player.slider("Tempo").fill("100")
    player.slider("Pitch").fill("0")
    assert pitch(player.listen(0.5)) == pytest.approx(440, abs=1)


def test_seeks_by_slider_waveform_and_keys(open_player: Open, tones: Path) -> None:
    player = open_player(tones)
    expect(player.button("Play")).to_be_enabled()
    player.slider("Position").fill("6")
    assert player.position == pytest.approx(6)
    player.page.locator("h1").click()
    player.page.keyboard.press("ArrowRight")
    assert player.position == pytest.approx(11)
    player.page.keyboard.press("ArrowLeft")
    assert player.position == pytest.approx(6)
    canvas = player.page.locator("canvas").first
    box = canvas.bounding_box()
    assert box is not None
    canvas.click(position={"x": box["width"] / 4, "y": 5})
    assert player.position == pytest.approx(3, abs=0.1)
    player.page.locator("h1").click()
    player.page.keyboard.press("Space")
    expect(player.button("Pause")).to_be_visible()
    player.page.keyboard.press("Space")
    expect(player.button("Play")).to_be_visible()
    player.slider("Tempo").focus()
    player.page.keyboard.press("Space")
    expect(player.button("Pause")).to_be_visible()
    player.page.keyboard.press("2")
    expect(player.button("Mute drums")).to_have_attribute("aria-pressed", "true")


def test_clicks_and_a_count_in_follow_the_beats(open_player: Open, tones: Path) -> None:
    player = open_player(tones)
    for name in TONES:
        player.button(f"Mute {name}").click()
    player.button("Count-in").click()
    expect(player.button("Count-in")).to_have_attribute("aria-pressed", "true")
    player.button("Click").click()
    player.play()
    player.pause()
    player.listen(0.1)  # the sound is open, and recorded
    player.slider("Position").fill("2")
    player.play()
    player.page.wait_for_timeout(4500)
    sound = np.abs(player.taken()[:, 0])
    starts = [at for at in np.flatnonzero(sound > 0.05) if not (sound[max(0, at - 4000) : at] > 0.05).any()]
    gaps = np.diff(starts) / RATE
    assert len(starts) >= 7  # four of the count-in, and the song's
    assert np.abs(gaps - 0.5).max() < 0.002


def test_a_song_without_beats_has_no_clicks_and_no_chords(open_player: Open, opposites: Path) -> None:
    player = open_player(opposites)
    for name in ("Count-in", "Click"):
        expect(player.button(name)).to_be_hidden()
    expect(player.page.locator("#chords")).to_be_hidden()


def test_chords_follow_position_and_pitch(open_player: Open, tones: Path) -> None:
    player = open_player(tones)
    now = player.page.locator("#chords [aria-current]")
    expect(now).to_have_text("C")
    player.slider("Position").fill("5")
    expect(now).to_have_text("Am")
    player.slider("Pitch").fill("-2")
    expect(now).to_have_text("Gm")
    expect(player.page.locator("#chords li").last).to_have_text("F")


def test_the_language_is_the_askers_or_the_browsers(open_player: Open, tmp_path: Path, tones: Path) -> None:
    player = open_player(tones, locale="pt-BR")
    assert player.page.locator("html").get_attribute("lang") == "pt-BR"
    expect(player.button("Tocar")).to_be_enabled()
    expect(player.button("Silenciar vocals")).to_be_visible()
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


def test_volumes_and_loop_work_while_paused(open_player: Open, tones: Path) -> None:
    """What is set before the first Play holds when it comes."""
    player: Player = open_player(tones)
    player.button("Mute drums").click()
    player.slider("Position").fill("3")
    player.play()
    sound = player.listen(0.3)
    assert strength(sound, 1000) < SILENT
    assert strength(sound, 440) > LOUD
    assert player.position > 3

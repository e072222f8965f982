"""The player in a real browser, by the roles and names that people and screen readers use, and by its sound."""

import re
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from playwright.sync_api import expect

from tests.browser.conftest import Open
from tests.browser.listening import LOUD, SILENT, Player, level, pitch, strength
from tests.sounds import RATE
from tests.worker.rendering.player.pages import noise

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
    places = placed(sound[:, 0], noise(12)[:, 0])
    # To the sample: what MP3 leaves out is below -12 dB. A busy machine may drop a block, so not every piece is whole.
    assert len(places) > 0.8 * 12 * RATE / HOP
    assert places == sorted(places)
    for border in (221_184, 2 * 221_184):  # of two slices
        assert any(place < border < place + PIECE for place in places)
    assert player.position == pytest.approx(12)
    player.play()
    player.page.wait_for_timeout(500)
    assert 0 < player.position < 4


PIECE, HOP = 4096, 2048


def placed(heard: NDArray[np.float32], whole: NDArray[np.float32]) -> list[int]:
    """Where pieces of what was heard lie in the whole, those that fit to -12 dB."""
    size = 1 << 20
    spectrum = np.fft.rfft(whole, size)
    places = []
    for start in range(0, len(heard) - PIECE, HOP):
        piece = heard[start : start + PIECE]
        place = int(np.argmax(np.fft.irfft(spectrum * np.conj(np.fft.rfft(piece, size)), size)[: len(whole) - PIECE]))
        missed = piece - whole[place : place + PIECE]
        if (missed**2).sum() < 10**-1.2 * (whole[place : place + PIECE] ** 2).sum():
            places.append(place)
    return places


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
    expect(player.page.locator("#loop-ends")).to_have_text(re.compile(r"^0:04\.5 – 0:05\.2$"))
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


def test_the_end_of_a_loop_is_set_while_it_plays(open_player: Open, tones: Path) -> None:
    player = open_player(tones)
    player.button("Loop").click()
    player.play()
    player.wait_until(1.5)
    player.button("Loop end").click()
    player.page.wait_for_timeout(300)
    assert player.position < 1.4
    player.page.wait_for_timeout(2500)
    assert player.position < 3


@pytest.mark.parametrize(("tempo", "semitones"), [(100, 3), (100, -5), (80, 0), (60, 2), (120, 0)])
def test_tempo_and_pitch(open_player: Open, tones: Path, tempo: int, semitones: int) -> None:
    player = open_player(tones)
    player.button("Solo vocals").click()
    player.play()
    player.slider("Tempo").fill(str(tempo))
    player.slider("Pitch").fill(str(semitones))
    player.page.wait_for_timeout(700)
    before, sound, after = player.clock(), player.listen(1.5), player.clock()
    moved = 12 * np.log2(pitch(sound[: int(1.4 * RATE)]) / 440)
    assert moved == pytest.approx(semitones, abs=0.1)
    assert after[1] - before[1] == pytest.approx((after[0] - before[0]) * tempo / 100, abs=0.15)
    player.slider("Tempo").fill("100")
    player.slider("Pitch").fill("0")
    assert pitch(player.listen(0.5)) == pytest.approx(440, abs=1)


def test_seeks_by_slider_waveform_and_keys(open_player: Open, tones: Path) -> None:
    player = open_player(tones)
    expect(player.button("Play")).to_be_enabled()
    player.slider("Position").fill("6")
    player.stands_at(6)
    player.page.locator("h1").click()
    player.page.keyboard.press("ArrowRight")
    player.stands_at(11)
    player.page.keyboard.press("ArrowLeft")
    player.stands_at(6)
    canvas = player.page.locator("canvas").first
    box = canvas.bounding_box()
    assert box is not None
    canvas.click(position={"x": box["width"] / 4, "y": 5})
    player.stands_at(3, within=0.1)
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

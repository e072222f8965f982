"""The page over the real server: from a link or a file to sound, and what else it makes of a song."""

import zipfile
from dataclasses import replace
from pathlib import Path

from playwright.sync_api import expect

from tests.browser.conftest import OpenApp
from tests.browser.listening import level
from tests.browser.serving import Served
from tests.browser.using import MILLISECONDS
from tests.peers.videos import Trouble, Video
from worker.audio.reading import open_song


def test_a_link_is_watched_cancelled_and_tried_again_until_it_sounds(open_app: OpenApp, served: Served) -> None:
    video = Video("jNQXAC9IVRw", title="Some Band - A <i>Song & more", seconds=8)
    served.youtube.add(replace(video, trouble=Trouble.MEDIA_TRICKLE))
    app = open_app()
    app.say("https://youtu.be/jNQXAC9IVRw?si=tracker")
    line = app.line("A <i>Song & more", "2 stems · MP3")
    expect(line).to_contain_text("Downloading", timeout=MILLISECONDS)  # without end
    expect(line.get_by_role("progressbar", name="Progress of A <i>Song & more")).to_be_visible()
    expect(app.page.get_by_role("textbox")).to_have_value("")
    line.get_by_role("button", name="Cancel").click()
    expect(line).to_contain_text("Cancelled", timeout=MILLISECONDS)
    served.youtube.add(video)
    line.get_by_role("button", name="Try again").click()
    expect(app.page.get_by_role("button", name="Open the player")).to_be_visible(timeout=MILLISECONDS)
    expect(app.song("A <i>Song & more")).to_contain_text("Some Band · 0:08")
    app.page.get_by_role("button", name="Open the player").click()
    assert app.page.evaluate("heard.contexts") == 0


def test_a_dropped_file_becomes_a_player_in_the_page(open_app: OpenApp, song: Path) -> None:
    app = open_app()
    app.drop(song)
    player = app.player("Morning")
    player.play()
    player.wait_until(1)
    assert level(player.listen(0.5)) > -40
    for stem in ("vocals", "accompaniment"):
        player.button(f"Mute {stem}").click()
    assert level(player.listen(0.3)) < -90
    player.slider("Tempo").fill("80")
    player.button("Mute vocals").click()
    assert level(player.listen(0.5)) > -60
    app.page.get_by_role("button", name="Close the player").click()
    expect(app.page.locator("iframe")).to_have_count(0)


def test_files_are_heard_and_downloaded(open_app: OpenApp, song: Path) -> None:
    app = open_app()
    app.choose(song)
    line = app.done("Morning")
    with app.page.expect_download() as download:
        line.get_by_role("link", name="Download all (zip)").click()
    assert download.value.suggested_filename == "Morning (2 stems).zip"
    with zipfile.ZipFile(download.value.path()) as archive:
        assert "player.html" in {Path(name).name for name in archive.namelist()}
    with app.page.expect_download() as download:
        line.get_by_role("link", name="vocals - Morning.mp3").click()
    assert download.value.path().stat().st_size > 100_000
    audio = line.locator("audio").first
    audio.evaluate("async (one) => { await one.play(); }")
    assert 14 < float(audio.evaluate("(one) => one.duration")) < 16
    expect(line.get_by_role("img", name="Waveforms of the stems of Morning")).to_be_visible()
    assert line.get_by_role("img").evaluate("(one) => one.decode().then(() => one.naturalWidth)") > 100


def test_more_of_a_song_comes_as_further_lines(open_app: OpenApp, song: Path) -> None:
    app = open_app()
    app.drop(song)
    app.done("Morning")
    form = app.more("Morning")
    form.get_by_role("button", name="Only vocals").click()
    app.done("Morning", "Vocals · MP3")
    form.get_by_role("slider", name="Tempo").fill("80")
    form.get_by_role("slider", name="Key").fill("-2")
    form.get_by_label("Vocals").select_option("out")
    form.get_by_label("Format").select_option("WAV")
    form.get_by_label("Passage").select_option("from a time to a time")
    form.get_by_role("button", name="Make it").click()
    expect(form.get_by_role("alert")).to_have_text("Give two times of the song, the later one second: 1:02 and 1:18.")
    expect(form.get_by_label("From", exact=True)).to_be_focused()
    form.get_by_label("From", exact=True).fill("0:04")
    form.get_by_label("To", exact=True).fill("0:08")
    form.get_by_label("How often").fill("2")
    form.get_by_role("button", name="Make it").click()
    heading = app.page.get_by_role("heading", level=4).filter(has_text="80 %")
    expect(heading).to_be_focused(timeout=MILLISECONDS)
    line = app.song("Morning").get_by_role("listitem").filter(has=heading)
    expect(line).to_contain_text("Done", timeout=MILLISECONDS)
    with app.page.expect_download() as download:
        line.get_by_role("link").click()
    with open_song(download.value.path()) as sound:
        assert 8 < sum(map(len, sound.blocks())) / 44100 < 12  # twice four seconds at 80 %
    form.get_by_role("button", name="Chords").click()
    chart = app.done("Morning", "Chords")
    picture = chart.get_by_role("img", name="Chords of Morning, bar by bar")
    expect(picture).to_be_visible()
    assert (
        picture.evaluate("(one) => { one.loading = 'eager'; return one.decode().then(() => one.naturalWidth); }") > 100
    )
    form.get_by_role("textbox", name="As in a chat").fill("no vocals -1")
    form.get_by_role("textbox", name="As in a chat").press("Enter")
    app.done("Morning", "No vocals, −1 · MP3")
    expect(form.get_by_role("textbox", name="As in a chat")).to_have_value("")
    expect(app.song("Morning").get_by_role("heading", level=4)).to_have_count(5)
    expect(app.page).to_have_title("FL-BT")


def test_a_name_is_searched_for_and_a_hit_becomes_a_song(open_app: OpenApp, served: Served) -> None:
    served.youtube.add(Video("dQw4w9WgXcQ", title="Elis & Tom - Aguas de Marco", author="Elis", seconds=6))
    app = open_app()
    app.say("aguas de marco")
    app.page.get_by_role("button", name="Aguas de Marco").click(timeout=MILLISECONDS)
    app.done("Aguas de Marco")
    expect(app.page.locator("#messages")).to_be_empty()


def test_a_forgotten_song_is_gone_in_each_tab(open_app: OpenApp, song: Path) -> None:
    app = open_app()
    other = open_app(beside=app)
    app.drop(song)
    app.done("Morning")
    other.done("Morning")
    other.more("Morning").get_by_role("button", name="Only vocals").click()
    app.done("Morning", "Vocals · MP3")
    app.page.get_by_role("button", name="Forget this song").click()
    app.page.get_by_role("button", name="No, keep it").click()
    expect(app.page.get_by_role("button", name="Forget this song")).to_be_focused()
    app.page.keyboard.press("Enter")
    app.page.get_by_role("button", name="Yes, forget it").click()
    for one in (app, other):
        expect(one.page.get_by_role("article")).to_have_count(0, timeout=MILLISECONDS)
        expect(one.page.get_by_text("No songs yet.")).to_be_visible()


def test_stems_that_are_gone_are_made_again(open_app: OpenApp, song: Path, served: Served) -> None:
    app = open_app()
    app.drop(song)
    app.done("Morning")
    for track in served.tracks.iterdir():
        for file in sorted(track.rglob("*"), reverse=True):
            file.rmdir() if file.is_dir() else file.unlink()
        track.rmdir()
    app.page.get_by_role("link", name="vocals - Morning.mp3").click()
    line = app.line("Morning", "2 stems · MP3")
    expect(line).to_contain_text("The files of this are not kept any more.", timeout=MILLISECONDS)
    line.get_by_role("button", name="Make again").click()
    # Both lines have their files again, one after the other.
    expect(app.song("Morning").get_by_role("button", name="Open the player")).to_have_count(2, timeout=MILLISECONDS)

"""The page while the way to the server breaks, and what two browsers see of each other."""

from pathlib import Path

from playwright.sync_api import expect

from bot.cli.demo import write_demo_song
from tests.browser.conftest import OpenApp
from tests.browser.serving import Cable, Served
from tests.browser.using import MILLISECONDS, App
from tests.peers.videos import Trouble, Video

#: A browser that refused or lost requests says so on its console.
LOST = "Failed to load resource: net::ERR_"


def forgive(app: App) -> None:
    app.errors[:] = [one for one in app.errors if not one.startswith(LOST)]


def test_an_upload_goes_on_by_itself_after_a_lost_connection(open_app: OpenApp, cable: Cable, tmp_path: Path) -> None:
    write_demo_song(tmp_path / "Evening.wav", 40)  # 7 MB: more than lies in the buffers of a connection
    app = open_app(url=cable.url)
    cable.cut_after(500_000)
    app.drop(tmp_path / "Evening.wav")
    upload = app.page.locator("#uploads").get_by_role("listitem")
    expect(upload).to_contain_text("The connection was lost on the way.", timeout=MILLISECONDS)
    expect(app.page.get_by_text("The connection is lost. I try again by myself")).to_be_visible()
    assert cable.is_cut.is_set()
    cable.mend()
    app.done("Evening")
    expect(upload).to_have_count(0)
    expect(app.page.locator("#connection")).to_be_empty()
    expect(app.page.get_by_role("article")).to_have_count(1)
    forgive(app)


def test_an_upload_is_cancelled_while_it_waits_for_the_connection(
    open_app: OpenApp, cable: Cable, tmp_path: Path
) -> None:
    write_demo_song(tmp_path / "Noon.wav", 40)
    app = open_app(url=cable.url)
    cable.cut_after(500_000)
    app.choose(tmp_path / "Noon.wav")
    upload = app.page.locator("#uploads").get_by_role("listitem")
    expect(upload).to_contain_text("The connection was lost on the way.", timeout=MILLISECONDS)
    upload.get_by_role("button", name="Cancel the upload of Noon.wav").click()
    expect(upload).to_have_count(0)
    expect(app.page.get_by_role("textbox")).to_be_focused()
    cable.mend()
    expect(app.page.locator("#connection")).to_be_empty(timeout=MILLISECONDS)
    expect(app.page.get_by_role("article")).to_have_count(0)
    forgive(app)


def test_what_is_asked_while_the_connection_is_lost_is_asked_when_it_is_back(
    open_app: OpenApp, cable: Cable, served: Served
) -> None:
    served.youtube.add(Video("9bZkp7q19f0", title="Some Band - Later", seconds=6))
    app = open_app(url=cable.url)
    expect(app.page.get_by_text("No songs yet.")).to_be_visible()
    cable.cut()
    expect(app.page.get_by_text("The connection is lost. I try again by myself")).to_be_visible()
    app.say("https://youtu.be/9bZkp7q19f0")
    app.page.wait_for_timeout(500)
    cable.mend()
    app.done("Later")
    expect(app.page.locator("#connection")).to_be_empty()
    expect(app.page.get_by_role("textbox")).to_have_value("")
    forgive(app)


def test_a_phone_that_slept_knows_what_happened_meanwhile(open_app: OpenApp, cable: Cable, song: Path) -> None:
    before = """
      let away = 0, hidden = false;
      const now = Date.now;
      Date.now = () => now() + away;
      Object.defineProperty(document, "hidden", { get: () => hidden });
      window.sleep = () => { hidden = true; document.dispatchEvent(new Event("visibilitychange")); };
      window.wake = () => { away += 60000; hidden = false; document.dispatchEvent(new Event("visibilitychange")); };
    """
    phone = open_app(url=cable.url, before=before)
    expect(phone.page.get_by_text("No songs yet.")).to_be_visible()
    other = open_app(beside=phone)  # not over the cable
    cable.freeze()
    phone.page.evaluate("sleep()")
    other.drop(song)
    other.done("Morning")
    expect(phone.page.get_by_role("article")).to_have_count(0)  # no event came
    phone.page.evaluate("wake()")
    phone.done("Morning")
    forgive(phone)


def test_two_tabs_are_in_step(open_app: OpenApp, served: Served) -> None:
    served.youtube.add(Video("jNQXAC9IVRw", title="Some Band - Slowly", seconds=8, trouble=Trouble.MEDIA_TRICKLE))
    one = open_app()
    other = open_app(beside=one)
    one.say("https://youtu.be/jNQXAC9IVRw")
    for app in (one, other):
        expect(app.line("Slowly", "2 stems · MP3")).to_contain_text("Downloading", timeout=MILLISECONDS)
    other.line("Slowly", "2 stems · MP3").get_by_role("button", name="Cancel").click()
    for app in (one, other):
        expect(app.line("Slowly", "2 stems · MP3")).to_contain_text("Cancelled", timeout=MILLISECONDS)


def test_a_shared_task_may_be_heard_but_not_changed(open_app: OpenApp, song: Path) -> None:
    app = open_app()
    app.drop(song)
    app.done("Morning")
    task = app.page.evaluate("fetch('/api/tasks').then((one) => one.json()).then((one) => one.tasks[0].task_id)")
    stranger = open_app(at=f"#task={task}")
    stranger.done("Morning")
    expect(stranger.song("Morning")).to_contain_text("shared with you")
    for name in ("Forget", "Cancel", "More from"):
        expect(stranger.song("Morning").get_by_text(name)).to_have_count(0)
    with stranger.page.expect_download() as download:
        stranger.page.get_by_role("link", name="vocals - Morning.mp3").click()
    assert download.value.path().stat().st_size > 100_000
    answer = stranger.page.evaluate(f"fetch('/api/tasks/{task}', {{ method: 'DELETE' }}).then((one) => one.status)")
    assert answer == 403
    nobodys = open_app(at="#task=" + "0" * 40)
    expect(nobodys.page.get_by_text("There is no such song here.").first).to_be_visible()
    for one in (stranger, nobodys):
        one.errors[:] = [error for error in one.errors if "403" not in error and "404" not in error]


def test_what_cannot_be_taken_is_told_in_sentences(open_app: OpenApp, tmp_path: Path) -> None:
    app = open_app()
    app.say("https://youtu.be/short")
    expect(app.page.locator("#messages li")).to_have_count(1)
    expect(app.page.locator("#messages li")).not_to_be_empty()
    app.page.get_by_role("button", name="Close").click()
    expect(app.page.locator("#messages li")).to_have_count(0)
    (tmp_path / "empty.mp3").write_bytes(b"")
    app.choose(tmp_path / "empty.mp3")
    expect(app.page.get_by_text("This file is empty. Choose another copy of the song.").first).to_be_visible()
    app.page.get_by_role("button", name="Close: empty.mp3").click()
    (tmp_path / "noise.mp3").write_bytes(b"nonsense" * 10_000)
    app.choose(tmp_path / "noise.mp3")
    line = app.line("noise.mp3", "2 stems · MP3")
    expect(line).to_contain_text("I can’t read this as audio", timeout=MILLISECONDS)
    (tmp_path / "letter.txt").write_text("Dear Ana")
    app.choose(tmp_path / "letter.txt")
    upload = app.page.locator("#uploads").get_by_role("listitem")
    expect(upload).to_contain_text("this is neither")
    upload.get_by_role("button", name="Try again").click()
    expect(upload).to_contain_text("this is neither")
    upload.get_by_role("button", name="Close").click()
    expect(upload).to_have_count(0)
    app.errors[:] = [error for error in app.errors if "422" not in error]


def test_settings_are_buttons_as_in_the_chat(open_app: OpenApp, song: Path) -> None:
    app = open_app()
    app.say("/settings")
    message = app.page.locator("#messages").get_by_role("listitem")
    expect(message).to_contain_text("Format: MP3")
    message.get_by_role("button", name="FLAC").click()
    expect(message).to_contain_text("Format: FLAC")
    expect(message.get_by_role("button", name="✓ FLAC")).to_be_visible()
    app.drop(song)
    app.done("Morning", "2 stems · FLAC")

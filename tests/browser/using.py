"""The page as a person uses it, by roles and names."""

import base64
from pathlib import Path

from playwright.sync_api import Locator, Page, expect

from tests.browser.listening import Player

MILLISECONDS = 60_000

#: Drops a file onto the page, as from a folder's window.
DROP = """([name, type, text]) => {
  const bytes = Uint8Array.from(atob(text), (one) => one.charCodeAt(0));
  const dataTransfer = new DataTransfer();
  dataTransfer.items.add(new File([bytes], name, { type }));
  const send = (kind) => document.body.dispatchEvent(
    new DragEvent(kind, { dataTransfer, bubbles: true, cancelable: true }));
  send("dragover");
  const shown = !document.getElementById("drop").hidden;
  send("drop");
  return shown;
}"""


class App:
    """An open page. `errors`: what it should not have said on its console."""

    def __init__(self, page: Page, errors: list[str]) -> None:
        self.page = page
        self.errors = errors

    def say(self, words: str) -> None:
        """What is pasted or written into the box."""
        box = self.page.get_by_role("textbox", name="A YouTube link, or the name of a song")
        box.fill(words)
        box.press("Enter")

    def drop(self, file: Path, kind: str = "audio/wav") -> None:
        text = base64.b64encode(file.read_bytes()).decode()
        assert self.page.evaluate(DROP, [file.name, kind, text]) is True

    def choose(self, file: Path) -> None:
        """By the button that opens the system's dialog."""
        with self.page.expect_file_chooser() as chooser:
            self.page.get_by_role("button", name="Choose files…").click()
        chooser.value.set_files(file)

    def song(self, title: str) -> Locator:
        return self.page.get_by_role("article", name=title, exact=True)

    def line(self, title: str, what: str) -> Locator:
        """An order of a song."""
        heading = self.page.get_by_role("heading", name=what, level=4)
        return self.song(title).get_by_role("listitem").filter(has=heading)

    def done(self, title: str, what: str = "2 stems · MP3") -> Locator:
        """The line of an order, once it is done."""
        line = self.line(title, what)
        expect(line).to_contain_text("Done", timeout=MILLISECONDS)
        return line

    def more(self, title: str) -> Locator:
        """The form for more of a song, opened."""
        song = self.song(title)
        song.get_by_text("More from this song").click()
        form = song.locator("form")
        expect(form).to_be_visible()
        return form

    def player(self, title: str) -> Player:
        """The player of a song's stems, opened in the page."""
        self.done(title).get_by_role("button", name="Open the player").click()
        frame = self.page.locator("iframe").element_handle().content_frame()
        assert frame is not None
        frame.wait_for_load_state()
        return Player(self.page, self.errors, frame)

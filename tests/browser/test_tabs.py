"""Tabs of one browser, which share one stream of events: a browser opens six connections to a server over HTTP/1.1."""

from pathlib import Path

from playwright.sync_api import expect

from tests.browser.conftest import OpenApp
from tests.browser.serving import Served
from tests.browser.using import MILLISECONDS, App
from tests.peers.videos import Video

TABS = 8
#: Notes each stream that a page opens.
NOTE = """
  window.streams = [];
  window.EventSource = class extends EventSource {
    constructor(url) { super(url); window.streams.push(this); }
  };
"""
OPEN = "streams.filter((one) => one.readyState !== EventSource.CLOSED).length"


def eight(open_app: OpenApp) -> list[App]:
    first = open_app(before=NOTE)
    return [first, *(open_app(beside=first, before=NOTE) for _ in range(TABS - 1))]


def leading(tabs: list[App]) -> App:
    """The one tab that has a stream, in the end."""
    tabs[0].page.wait_for_timeout(0)
    for _ in range(MILLISECONDS // 100):
        having = [one for one in tabs if one.page.evaluate(OPEN)]
        if len(having) == 1:
            return having[0]
        tabs[0].page.wait_for_timeout(100)
    raise AssertionError(f"{len(having)} tabs have a stream")


def test_eight_tabs_share_one_stream_and_all_are_told(open_app: OpenApp, song: Path) -> None:
    tabs = eight(open_app)
    leading(tabs)
    tabs[-1].drop(song)
    for tab in tabs:
        tab.done("Morning")
        expect(tab.page.locator("#connection")).to_be_empty()


def test_when_the_tab_with_the_stream_is_closed_another_one_goes_on(
    open_app: OpenApp, song: Path, served: Served
) -> None:
    tabs = eight(open_app)[:3]
    tabs[0].drop(song)
    tabs[0].done("Morning")
    first = leading(tabs)
    rest = [one for one in tabs if one is not first]
    first.page.close()
    leading(rest)
    served.youtube.add(Video("aaaaaaaaaaY", title="Some Band - Afterwards", seconds=6))
    rest[0].say("https://youtu.be/aaaaaaaaaaY")
    for tab in rest:
        tab.done("Afterwards")
        tab.done("Morning")


def test_a_tab_that_gets_no_answer_takes_the_lead(open_app: OpenApp, song: Path) -> None:
    """As when the leading tab hangs. One that wakes later follows."""
    first = open_app(before=NOTE)
    expect(first.page.get_by_text("No songs yet.")).to_be_visible()
    first.page.evaluate("BroadcastChannel.prototype.postMessage = () => {}")
    other = open_app(beside=first, before=NOTE)
    expect(other.page.get_by_text("No songs yet.")).to_be_visible(timeout=MILLISECONDS)
    assert leading([first, other]) is other
    other.drop(song)
    for tab in (other, first):
        tab.done("Morning")


def test_two_windows_that_wake_do_not_fight_for_the_stream(open_app: OpenApp, song: Path) -> None:
    one = open_app(before=NOTE)
    other = open_app(beside=one, before=NOTE)
    for _ in range(3):
        for tab in (one, other):
            tab.page.evaluate("dispatchEvent(new Event('online'))")
    leading([one, other])
    one.drop(song)
    for tab in (one, other):
        tab.done("Morning")
        expect(tab.page.locator("#connection")).to_be_empty()
    leading([one, other])

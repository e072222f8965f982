"""Signed marks of songs, and the links that cards have with them."""

import re

import pytest

from bot.cards.cards import Button, Card
from bot.chats.mixer_links import NO_MIXER, MixerLinks
from bot.chats.song_links import SongMarks
from bot.chats.web_secret import web_secret
from jobs.queue.requests import JobQueue

SONG = "0123456789abcdef"
MARKS = SongMarks("a secret")
CARD = Card(
    text="Done",
    buttons=((Button(label="More…", action=f"page:{SONG}:2"),), (Button(label="Mixer", action=f"mixer:{SONG}"),)),
)


def test_a_mark_names_a_song_and_its_use() -> None:
    assert MARKS.read(MARKS.mark(SONG, "link")) == (SONG, "link")
    assert MARKS.read(MARKS.mark(SONG, "app")) == (SONG, "app")
    assert re.fullmatch(r"[A-Za-z0-9_-]{1,64}", MARKS.mark(SONG, "app")), "as a start parameter has to be"


@pytest.mark.parametrize(
    "made_up",
    [
        "",
        "é" * 41,
        MARKS.mark(SONG, "app").replace("a", "l", 1),
        "l" + MARKS.mark(SONG, "app")[1:],
        MARKS.mark(SONG, "link") + "x",
        MARKS.mark(SONG, "link")[:-1],
        MARKS.mark(SONG, "link").replace(SONG, "f" * 16),
        SongMarks("another secret").mark(SONG, "link"),
    ],
)
def test_a_made_up_mark_names_none(made_up: str) -> None:
    assert MARKS.read(made_up) is None


async def test_the_forms_of_the_link(queue: JobQueue) -> None:
    links = MixerLinks("https://stems.example.org", "mixer")
    assert [one.label for row in links.as_app(CARD).buttons for one in row] == ["More…"], "before the key is read"
    await links.load(queue.redis)
    marks = SongMarks(await web_secret(queue.redis))
    by_link, by_app = marks.mark(SONG, "link"), marks.mark(SONG, "app")
    for card, url, as_app in (
        (links.plain(CARD), f"https://stems.example.org/mixer/{by_link}", False),
        (links.as_app(CARD), f"https://stems.example.org/mixer/{by_app}", True),
        (links.to_app(CARD, "our_bot"), f"https://t.me/our_bot/mixer?startapp={by_app}", False),
    ):
        more, (mixer,) = card.buttons
        assert (more, mixer.url, mixer.as_app) == (CARD.buttons[0], url, as_app)
    nameless = MixerLinks("https://stems.example.org")
    await nameless.load(queue.redis)
    assert nameless.to_app(CARD, "our_bot") == nameless.plain(CARD)
    assert links.plain(links.as_app(CARD)) == links.as_app(CARD), "a link stays what it is"


@pytest.mark.parametrize("url", ["", "http://stems.example.org"])
async def test_without_https_there_is_no_button(queue: JobQueue, url: str) -> None:
    links = MixerLinks(url, "mixer")
    await links.load(queue.redis)
    for card in (links.plain(CARD), links.as_app(CARD), links.to_app(CARD, "our_bot"), NO_MIXER.plain(CARD)):
        assert card.buttons == CARD.buttons[:1]

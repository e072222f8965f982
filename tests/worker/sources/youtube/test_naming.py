"""Titles and artists from titles of videos."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobs.results import Tags
from worker.sources.youtube.naming import tags_of


@pytest.mark.parametrize(
    ("title", "author", "song", "artist"),
    [
        ("Some Band - A Song", "SomeLabel", "A Song", "Some Band"),
        ("Some Band \u2013 A Song (Official Video)", "Some Band", "A Song", "Some Band"),
        ("Some Band - A Song [Official Music Video] [4K]", "SomeBandVEVO", "A Song", "Some Band"),
        ("Some Band - A Song (Official Lyric Video)", "x", "A Song", "Some Band"),
        ("Some Band - A Song (Lyrics)", "x", "A Song", "Some Band"),
        ("Some Band - A Song (Live at the Hall)", "x", "A Song (Live at the Hall)", "Some Band"),
        ("Some Band - A Song (feat. Somebody) (Official Audio)", "x", "A Song (feat. Somebody)", "Some Band"),
        ("Some Band - A Song - Live", "x", "A Song - Live", "Some Band"),
        ("A Song - Some Band", "Some Band", "A Song", "Some Band"),
        ("A Song - some BAND!", "Some Band", "A Song", "some BAND!"),
        ("A Song", "Some Band - Topic", "A Song", "Some Band"),
        ("A Song - Remastered 2011", "Some Band - Topic", "A Song - Remastered 2011", "Some Band"),
        ("A Song - Remastered 2011", "Some Band", "A Song - Remastered 2011", "Some Band"),
        ("A Song - Live", "Some Band", "A Song - Live", "Some Band"),
        ("A Song", "SomeBandVEVO", "A Song", "SomeBand"),
        ("Jay-Z and Semi-Colons", "x", "Jay-Z and Semi-Colons", "x"),
        ("(Official Video)", "Some Band", "(Official Video)", "Some Band"),
        (" - ", "Some Band", "-", "Some Band"),
        ("A\u202e Song\x00\n with   spaces", "Some\tBand", "A Song with spaces", "Some Band"),
        ("Cafe\u0301", "x", "Caf\u00e9", "x"),
        ("", "", "dQw4w9WgXcQ", ""),
        ("", "Some Band - Topic", "dQw4w9WgXcQ", "Some Band"),
        ("A Song", "VEVO", "A Song", "VEVO"),
    ],
)
def test_names(title: str, author: str, song: str, artist: str) -> None:
    assert tags_of(title, author, "dQw4w9WgXcQ") == Tags(title=song, artist=artist)


@given(st.text(), st.text())
def test_there_is_always_a_title_on_one_line(title: str, author: str) -> None:
    tags = tags_of(title, author, "dQw4w9WgXcQ")
    assert tags.title.strip() == tags.title != ""
    assert not any(char in tags.title + tags.artist for char in "\n\r\x00\u202e")


def test_a_hostile_title_is_read_in_bounded_steps() -> None:
    for unit in ("(official ", " - ", "(", "video ", "[music music "):
        assert tags_of(unit * 20_000, "x", "dQw4w9WgXcQ").title

"""Markup is parsed, or refused, as by Telegram."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.peers.botapi.markup import from_html, from_markdown
from tests.peers.botapi.world import Refused


@pytest.mark.parametrize("text", ["<b>x", "x</b>", "<b><i>x</b></i>", "<p>x</p>", "a < b", "a & b", "a > b", "&nbsp;"])
def test_html_that_telegram_refuses(text: str) -> None:
    with pytest.raises(Refused, match="can't parse entities"):
        from_html(text)


def test_html_with_entities_in_utf16() -> None:
    plain, entities = from_html('🎸 <b>a &amp; <a href="https://x.org/?a&amp;b">link</a></b>')
    assert plain == "🎸 a & link"
    assert entities == [
        {"type": "text_link", "offset": 7, "length": 4, "url": "https://x.org/?a&b"},
        {"type": "bold", "offset": 3, "length": 8},
    ]


@pytest.mark.parametrize("text", ["a.b", "*a", "[a](b", "`a", "1 - 2"])
def test_markdown_that_telegram_refuses(text: str) -> None:
    with pytest.raises(Refused, match="can't parse entities"):
        from_markdown(text)


def test_markdown_with_marks_and_links() -> None:
    plain, entities = from_markdown("*a \\_b* [c](https://x.org)")
    assert plain == "a _b c"
    assert [entity["type"] for entity in entities] == ["bold", "text_link"]


@given(st.text(max_size=60))
def test_markup_is_read_or_refused(text: str) -> None:
    for read in (from_html, from_markdown):
        try:
            plain, _ = read(text)
        except Refused:
            continue
        assert len(plain) <= len(text)

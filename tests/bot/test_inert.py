"""Titles of strangers in which a platform finds nothing to tap."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.cards.headings import tidy
from bot.inert import inert, plain
from tests.peers.botapi.detecting import detected

TRICKS = [
    "@someone", "Song by @someone", "/stop", "/stop@fl_bt_test_bot", "x /cancel y", "(/stop)", "\n/stop",
    "https://evil.example/x", "http://127.0.0.1/x", "t.me/x", "www.evil.com", "tg://resolve?domain=evil",
    "tg:\u200b//join",
    "someone@example.org", "+1 212 555 0123", "+12125550123", "4111 1111 1111 1111", "4111111111111111", "#hashtag",
    "#é", "$USD", "e\u200bvil.com", "evil\u2060.com", "\u202emoc.live", "ev\u00adil.com", "a.b.c.d", "@\u200bsomeone",
    "ton://x", "ftp://evil.net", "evil\uff0ecom", "/\u200bstop",
]  # fmt: skip


@pytest.mark.parametrize("trick", TRICKS)
def test_nothing_is_found_in_a_title(trick: str) -> None:
    assert detected(tidy(trick)) == []
    assert detected(f"Done: {tidy(trick)} (3:33)") == []


def test_the_examples_are_detected_without_joiners() -> None:
    kinds = {one["type"] for trick in TRICKS for one in detected(trick)}
    assert kinds == {"mention", "bot_command", "url", "email", "phone_number", "bank_card", "hashtag", "cashtag"}


def test_what_people_read_and_copy_stays() -> None:
    for title in ("AC/DC - T.N.T.", "P!nk & The Killers", "Nº 9 – 50/50", "🎸👨‍👩‍👧", "می‌خواهم"):
        assert plain(inert(title)) == title
    assert inert("Elis & Tom - Águas de Março (Ao Vivo)") == "Elis & Tom - Águas de Março (Ao Vivo)"


@given(st.text())
def test_making_it_inert_again_changes_nothing(text: str) -> None:
    assert inert(inert(text)) == inert(text)
    assert tidy(tidy(text, 400), 400) == tidy(text, 400)


@given(st.text(alphabet="@/#$.:+ -ab1\u200b\u2060\u00ad"))
def test_nothing_is_found_in_any_title(text: str) -> None:
    assert detected(tidy(text)) == []

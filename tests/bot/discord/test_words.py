"""Escapes and file names."""

from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.delivery.files.plain_names import plain_name
from bot.discord.rights import invitation
from bot.texts.markdown import escaped
from tests.peers.discord.rest import _stripped


@pytest.mark.parametrize(
    ("text", "content"),
    [
        ("Some *Song* _live_", r"Some \*Song\* \_live\_"),
        ("<@1> `x` ||y|| [a](b)", r"\<@1\> \`x\` \|\|y\|\| \[a\](b)"),
        ("# big\n- item\n> said\n-# small", "\\# big\n\\- item\n\\> said\n\\-# small"),
        ("open https://example.org/a_b now", "open <https://example.org/a_b> now"),
        ("Elis & Tom - Águas (3:45)", "Elis & Tom - Águas (3:45)"),
    ],
)
def test_signs_of_markdown_are_escaped(text: str, content: str) -> None:
    assert escaped(text, 2000) == content


@given(st.text(max_size=3000))
def test_any_text_fits(text: str) -> None:
    assert len(escaped(text, 2000)) <= 2000


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("vocals - Elis & Tom - Águas de Março.mp3", "vocals_-_Elis_Tom_-_Aguas_de_Marco.mp3"),
        ("no drums - Кино - Группа крови.flac", "no_drums_-_Kino_-_Gruppa_krovi.flac"),
        ("???.zip", "song.zip"),
    ],
)
def test_names_of_files_are_those_that_discord_keeps(name: str, shown: str) -> None:
    assert plain_name(name) == shown


@given(st.text(max_size=200))
def test_discord_changes_no_name(text: str) -> None:
    name = plain_name(f"{text}.mp3")
    assert _stripped(name) == name
    assert len(name) <= 110


def test_the_invitation_asks_for_exactly_the_rights_that_the_bot_needs() -> None:
    """View Channel, Send Messages, in threads too, Attach Files, Embed Links, Read Message History."""
    bits = {10, 11, 14, 15, 16, 38}  # https://discord.com/developers/docs/topics/permissions
    link = urlsplit(invitation(42))
    asked = parse_qs(link.query)
    assert f"{link.scheme}://{link.netloc}{link.path}" == "https://discord.com/oauth2/authorize"
    assert asked["client_id"] == ["42"]
    assert asked["scope"] == ["bot applications.commands"]
    assert int(asked["permissions"][0]) == sum(1 << bit for bit in bits)

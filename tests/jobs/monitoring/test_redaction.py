"""Redaction finds secrets in text of any length, in linear time; cut text shows no half of one."""

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from jobs.failures import LONGEST_DETAIL, LONGEST_VALUE, Failed, Failure, Reason, failed
from jobs.monitoring.redaction import printable, printable_json, shortened, without_secrets

TOKEN = "123456789:AAabcdefghijklmnopqrstuvwxyz_0123456"
MEGABYTE = 1 << 20

#: Texts that make a quadratic search start again at each character: a megabyte takes hours, and this module the suite's
#: time limit.
HARD = {
    "digits": "1",
    "digits of other scripts": "\N{ARABIC-INDIC DIGIT ONE}",
    "short tokens": "123456:",
    "nearly tokens": "123456:abcdefghijklmnopqrstuvwxyz-",
    "digits and colons": "1:",
    "schemes": "://",
    "users without a password": "://a",
    "users without a host": "://a:b",
    "colons": "://:",
    "one long user": "a",
    "one long password": "a:",
    "letters of a token": "A_-",
    "spaces": " ",
}


@pytest.mark.parametrize("piece", HARD.values(), ids=HARD)
@pytest.mark.parametrize("before", ["", "://", "123456:", "://a:"])
def test_a_megabyte_of_anything_is_read_once(piece: str, before: str) -> None:
    text = before + piece * (MEGABYTE // len(piece))
    assert TOKEN not in without_secrets(f"{text} bot{TOKEN}/getMe")
    Failure(reason=Reason.INTERNAL, detail=text)


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        (f"bot{TOKEN}/getMe", "bot***/getMe"),
        (f"{TOKEN * 2} {TOKEN}", "*** ***"),
        ("http://u:p@host/a@b", "http://***@host/a@b"),
        ("http://u:p@ss:w@rd@host/", "http://***@host/"),
        ("redis://:pw@host:6379", "redis://***@host:6379"),
        ("http://host:80/path", "http://host:80/path"),
        ("12:34:56 at 2027-01-15", "12:34:56 at 2027-01-15"),
    ],
)
def test_secrets_are_recognised_by_their_form(text: str, clean: str) -> None:
    assert without_secrets(text) == clean


@given(st.text(), st.integers(20, 60))
def test_a_cut_text_keeps_both_ends(text: str, most: int) -> None:
    short = shortened(text, most)
    assert len(short) == min(len(text), most)
    assert (short[:5], short[-5:]) == (text[:5], text[-5:])


@given(st.text())
@example("\x1b[31m\n\u202e\udc80\x9b")
def test_printable_text_is_one_line(text: str) -> None:
    assert printable(text).isprintable()
    assert printable(text).count("\\") >= text.count("\\")
    line = printable_json({"text": text})
    assert line.isprintable()
    assert re.search(r"[\ud800-\udfff]", line) is None


@pytest.mark.parametrize("before", range(LONGEST_DETAIL // 2 - 80, LONGEST_DETAIL // 2 + 20))
def test_a_cut_through_a_secret_leaves_nothing_of_it(before: int) -> None:
    failure = Failure(reason=Reason.NETWORK, detail="x " * (before // 2) + TOKEN + " y" * LONGEST_DETAIL)
    assert len(failure.detail) == LONGEST_DETAIL
    assert "AAab" not in failure.detail


def test_details_are_cut_where_they_are_made() -> None:
    long = "first words " + "x" * 10_000_000 + " last words"
    error = failed(Reason.INTERNAL, long, title=long, bytes=7)
    assert len(error.failure.detail) == LONGEST_DETAIL
    assert error.failure.detail.startswith("first words")
    assert error.failure.detail.endswith("last words")
    assert len(str(error)) < 2 * LONGEST_DETAIL
    assert len(str(error.failure.values["title"])) == LONGEST_VALUE
    assert error.failure.values["bytes"] == 7
    written = f'{{"reason": "internal", "detail": "{long}"}}'
    assert len(Failure.model_validate_json(written).detail) == LONGEST_DETAIL, "also what another version wrote"
    assert isinstance(error, Failed)

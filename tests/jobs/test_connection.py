"""What crosses the queue is JSON, and objects alone: nothing that could run anything is ever read from it."""

import pytest

from jobs.connection import deserialize, serialize


def test_a_payload_comes_back_as_it_was() -> None:
    payload = {"t": 1, "f": "track", "a": ["0123"], "k": {}, "et": 1700000000000}
    assert deserialize(serialize(payload)) == payload


def test_an_exception_becomes_its_words() -> None:
    assert deserialize(serialize({"r": ValueError("no such thing")})) == {"r": "no such thing"}


@pytest.mark.parametrize("written", [b"[]", b'"track"', b"\x80\x04N.", b""])
def test_what_is_no_object_is_refused(written: bytes) -> None:
    with pytest.raises((TypeError, ValueError)):
        deserialize(written)

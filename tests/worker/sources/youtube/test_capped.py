"""No answer is read beyond its limit, by any method and with any statement of its length."""

import io
from collections.abc import Callable
from http.client import HTTPResponse
from typing import Any

import pytest

from worker.sources.youtube.capped import cap

READS: list[Callable[[HTTPResponse], Any]] = [
    lambda answer: answer.read(),
    lambda answer: list(iter(lambda: answer.read(7), b"")),
    lambda answer: list(iter(lambda: answer.read1(7), b"")),
    lambda answer: answer.readinto(bytearray(1000)),
    list,
]
HEADS = {
    "length": b"Content-Length: %d\r\n\r\n",
    "none": b"\r\n",
    "chunked": b"Transfer-Encoding: chunked\r\n\r\n",
}


class TooLong(Exception):  # noqa: N818 - the expected outcome, not an error
    pass


def refuse() -> None:
    raise TooLong


class _Connection:
    def __init__(self, content: bytes) -> None:
        self._content = content

    def makefile(self, mode: str) -> io.BufferedReader:
        return io.BufferedReader(io.BytesIO(self._content))


def answer(how: str, size: int, longest: int) -> HTTPResponse:
    body = b"x" * size
    if how == "chunked":
        body = b"".join(b"10\r\n" + b"x" * 16 + b"\r\n" for _ in range(size // 16)) + b"0\r\n\r\n"
    head = HEADS[how] % size if how == "length" else HEADS[how]
    response = HTTPResponse(_Connection(b"HTTP/1.1 200 OK\r\n" + head + body))  # type: ignore[arg-type]
    response.begin()
    cap(response, longest, refuse)
    return response


@pytest.mark.parametrize("how", HEADS)
@pytest.mark.parametrize("read", READS)
def test_only_too_long_answers_are_refused(how: str, read: Callable[[HTTPResponse], Any]) -> None:
    with pytest.raises(TooLong):
        read(answer(how, 512, 400))
    read(answer(how, 512, 5000))
    assert answer(how, 512, 5000).read() == b"x" * 512

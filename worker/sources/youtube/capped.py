"""Limits the length of HTTP answers: libraries read pages and scripts whole, however long they are."""

from collections.abc import Callable
from http.client import HTTPResponse
from typing import Any, Final

#: Bytes of a page, of the player's script or its answer. The longest real one has three million.
LONGEST_ANSWER: Final = 16 << 20


def cap(answer: HTTPResponse, longest: int, refuse: Callable[[], None]) -> None:
    """Calls `refuse`, which raises, as soon as more than `longest` bytes of an answer are read.

    Readers of only the beginning of a long answer are not refused.
    """
    answer.fp = _Capped(answer.fp, longest, refuse)  # type: ignore[assignment]  # reads like a file


class _Capped:
    """A file with a limit on the bytes read from it."""

    def __init__(self, file: Any, left: int, refuse: Callable[[], None]) -> None:
        self._file = file
        self._left = left
        self._refuse = refuse

    def read(self, size: int | None = -1) -> bytes:
        # One byte beyond the limit is enough to refuse.
        whole = size is None or size < 0
        return self._counted(self._file.read(self._left + 1 if whole else min(size or 0, self._left + 1)))

    def read1(self, size: int = -1) -> bytes:
        return self._counted(self._file.read1(size))

    def readline(self, limit: int = -1) -> bytes:
        return self._counted(self._file.readline(limit))

    def readinto(self, buffer: Any) -> int:
        count: int = self._file.readinto(buffer)
        self._count(count)
        return count

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)

    def _counted(self, content: bytes) -> bytes:
        self._count(len(content))
        return content

    def _count(self, count: int) -> None:
        self._left -= count
        if self._left < 0:
            self._refuse()

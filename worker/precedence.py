"""Which children of a worker go first: those of a slow model are stopped while others of the worker work.

See docs/adr/0039-a-slow-song-makes-way.md.
"""

import contextlib
from collections.abc import Iterator
from typing import Protocol


class Stoppable(Protocol):
    """`worker.child.parent_side.Child`, and simple ones in tests."""

    def pause(self) -> None: ...
    def resume(self) -> None: ...


class Precedence:
    """Of the children of one worker process, in all its lanes."""

    def __init__(self) -> None:
        self._ahead = 0  # pieces of work that go first, now
        self._making_way: list[Stoppable] = []

    @contextlib.contextmanager
    def goes_first(self) -> Iterator[None]:
        """While the context lasts, children that give way are stopped."""
        self._ahead += 1
        if self._ahead == 1:
            for child in self._making_way:
                child.pause()
        try:
            yield
        finally:
            self._ahead -= 1
            if not self._ahead:
                for child in self._making_way:
                    child.resume()

    @contextlib.contextmanager
    def gives_way(self, child: Stoppable) -> Iterator[None]:
        """While the context lasts, `child` runs only when nothing goes first."""
        self._making_way.append(child)
        if self._ahead:
            child.pause()
        try:
            yield
        finally:
            self._making_way = [one for one in self._making_way if one is not child]

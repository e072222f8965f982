"""Runs an iterator in a thread of its own, a few items ahead."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from queue import Empty, Queue
from threading import Event, Thread
from typing import Final, TypeVar

T = TypeVar("T")

ITEMS: Final = 4  # made ahead, at most


class _End:
    def __init__(self, error: BaseException | None = None) -> None:
        self.error = error


@contextmanager
def ahead(items: Iterable[T]) -> Iterator[Iterator[T]]:
    """The same items, made in another thread while they are used in this one. Its exceptions come in their place.

    The thread has ended when the block has, and no item is made any more.
    """
    queue: Queue[T | _End] = Queue(ITEMS)
    stop = Event()

    def work() -> None:
        try:
            for item in items:
                queue.put(item)
                if stop.is_set():
                    return
            queue.put(_End())
        except BaseException as error:
            queue.put(_End(error))

    def taken() -> Iterator[T]:
        while not isinstance(item := queue.get(), _End):
            yield item
        if item.error is not None:
            raise item.error

    thread = Thread(target=work, name="ahead", daemon=True)
    thread.start()
    try:
        yield taken()
    finally:
        stop.set()
        while thread.is_alive():
            try:
                queue.get(timeout=0.02)  # room for the item that the thread has made
            except Empty:
                continue
        thread.join()

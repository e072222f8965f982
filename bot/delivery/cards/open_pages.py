"""Which page of buttons a card shows since a person turned it, so that an edit of its text does not turn it back."""

from typing import Final

from bot.cards.rows import Rows

#: Cards remembered; others show their first page.
MOST: Final = 1000


class OpenPages:
    """The pages by chat and message. In memory: after a restart the next edit of a card shows its first page."""

    def __init__(self) -> None:
        self._pages: dict[tuple[str, str], Rows] = {}  # the oldest first

    def turn(self, chat: str, message: str, page: Rows) -> None:
        self._pages.pop((chat, message), None)
        self._pages[chat, message] = page
        if len(self._pages) > MOST:
            del self._pages[next(iter(self._pages))]

    def of(self, chat: str, message: str) -> Rows | None:
        """None: the first page."""
        return self._pages.get((chat, message))

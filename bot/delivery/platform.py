"""The interface of a chat platform for delivery, and its errors."""

from pathlib import Path
from typing import Protocol

from bot.cards.cards import Card
from bot.delivery.planning.plan import Limits, Part
from bot.delivery.poster import Poster
from jobs.models import Request, Upload, Value


class Sent(Value):
    """A confirmed part: the platform's ids of its messages and files, in the part's order.

    `card`: the message that has text and buttons of a card; '' if none has buttons.
    """

    messages: tuple[str, ...]
    files: tuple[str, ...]
    card: str = ""


class Trouble(Exception):  # noqa: N818 - an answer of the platform; each subclass implies a reaction
    """The platform did not confirm a call."""


class Away(Trouble):
    """The platform is unreachable or out of order. The call had no effect; try again soon."""


class Later(Trouble):
    """The call had no effect. The platform demands a wait of `seconds` before the next try."""

    def __init__(self, seconds: float, why: str) -> None:
        super().__init__(f"{why} (again in {seconds:.0f} s)")
        self.seconds = seconds


class Unreachable(Trouble):
    """The chat is closed to the bot: blocked, left, deleted."""


class Forbidden(Trouble):
    """We may not do this there. A person who manages the chat can permit it."""


class CardGone(Trouble):
    """The card was deleted."""


class Unconfirmed(Trouble):
    """The answer got lost: the call may have had its effect."""


class TooLarge(Trouble):
    """The platform refuses a file or message of this size."""


class UnknownFile(Trouble):
    """The platform does not accept a file id that it gave before: upload the file instead."""


class Refused(Trouble):
    """The platform refuses the call; a retry cannot help."""


class Platform(Poster, Protocol):
    """A chat platform: posts cards, fetches files, delivers parts. All methods raise `Trouble`."""

    def limits(self, address: str) -> Limits:
        """The limits of files and messages at an address."""
        ...

    @property
    def sends_once(self) -> bool:
        """Whether a repeated `send` of the same part makes no second message, so that it is safe after any doubt."""
        ...

    async def fetch(self, upload: Upload, to: Path) -> None:
        """Fetch an upload's file. Raises `TooLarge` or `Refused` if it is not available."""
        ...

    async def send(self, request: Request, part: Part, known: dict[str, str], shown: Card | None = None) -> Sent:
        """Deliver one part. `known`: the platform's ids of files that it already has, by `Piece.key`.

        `shown`: text and buttons for its last message. What the platform cannot show there is left out.

        Raises `Unconfirmed` if it may have arrived, `TooLarge`, and `UnknownFile` if an id of `known` is invalid.
        """
        ...

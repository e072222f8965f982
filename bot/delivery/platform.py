"""What a chat platform must be able to do for `follow`, and how it says that it could not."""

from pathlib import Path
from typing import Protocol

from bot.delivery.plan import Limits, Part
from bot.delivery.poster import Poster
from jobs.models import Request, Upload, Value


class Sent(Value):
    """A part as the platform confirmed it: its messages there, and its files' ids there, in the part's order."""

    messages: tuple[str, ...]
    files: tuple[str, ...]


class Trouble(Exception):  # noqa: N818 - what the platform answered; each leaf says what to do about it
    """Something was not done."""


class Away(Trouble):
    """The platform is out of reach or out of order. Nothing happened; try again soon."""


class Later(Trouble):
    """Nothing happened. We were told to try again after `seconds`, and not before."""

    def __init__(self, seconds: float, why: str) -> None:
        super().__init__(f"{why} (again in {seconds:.0f} s)")
        self.seconds = seconds


class Unreachable(Trouble):
    """Nobody is there any more: blocked, left, deleted."""


class CardGone(Trouble):
    """Somebody deleted the card."""


class Unconfirmed(Trouble):
    """It may have happened or not: the answer got lost."""


class TooLarge(Trouble):
    """The platform takes no file or message of this size."""


class UnknownFile(Trouble):
    """The platform does not know, or not in this place, the file id it once gave us: upload instead."""


class Refused(Trouble):
    """No, and asking again will not help."""


class Platform(Poster, Protocol):
    """What a chat platform does: show cards, fetch files, deliver parts. All methods raise `Trouble`."""

    @property
    def limits(self) -> Limits: ...

    async def fetch(self, upload: Upload, to: Path) -> None:
        """Bring an upload's file. Raises `TooLarge` or `Refused` when it cannot be had."""
        ...

    async def send(self, request: Request, part: Part, known: dict[str, str]) -> Sent:
        """Deliver one part. `known`: files the platform has already, by the ledger's names.

        Raises `Unconfirmed` when it may have arrived, `TooLarge`, and `UnknownFile` when something `known` is not.
        """
        ...

"""What a child says while it works and when it has ended. Apart from both halves, so that a child loads no asyncio."""

from typing import Final

from jobs.failures import Failure
from jobs.models import Amount, Value, Words

AHEAD: Final = "ahead "  # before a line for the child that is not its task yet


class Step(Value):
    """How far a child is: `fraction` of its own work, 0 to 1, and what it has learnt about the track so far."""

    fraction: float | None = None
    note: Words = ""
    title: Words | None = None
    artist: Words | None = None
    seconds: Amount | None = None  # length of the song
    separated: Amount = 0.0  # seconds of the song that are separated so far
    alive: int = 0  # a number that changes while work goes on even when the fraction does not (bytes, segments)


class Event(Value):
    """One line from a child: a step, or its outcome."""

    step: Step | None = None
    result: str | None = None  # JSON of the result model
    failure: Failure | None = None

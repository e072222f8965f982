"""Messages of a child to its parent. Apart from both halves, so that a child loads no asyncio."""

from typing import Final

from jobs.failures import Failure
from jobs.models import Amount, Size, Value, Words

AHEAD: Final = "ahead "  # prefix of a line to the child before its task


class Step(Value):
    """A child's progress: `fraction` of its own work, 0 to 1, and facts about the track learnt so far."""

    fraction: float | None = None
    note: Words = ""
    title: Words | None = None
    artist: Words | None = None
    seconds: Amount | None = None  # length of the song
    separated: Amount = 0.0  # seconds of the song separated so far
    bytes_: Size = 0  # of the file that is downloaded; 0: unknown, or none is
    alive: int = 0  # changes with every piece of work (bytes, segments), even when the fraction does not


class Event(Value):
    """One line from a child: a step, or its outcome."""

    step: Step | None = None
    result: str | None = None  # JSON of the result model
    failure: Failure | None = None

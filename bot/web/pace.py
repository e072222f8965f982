"""The waits and limits of the server, as values that are passed in."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class Pace:
    """Seconds, numbers, and bytes."""

    idle: float = 30.0  # of a connection without a request, or with an unfinished head
    body: float = 10.0  # for a body of JSON
    block: float = 20.0  # of an upload without a byte
    slowest: int = 2_000  # bytes a second of an upload, after its first minute
    uploads: int = 5  # of one person at a time
    fresh: float = 0.4  # that one reading of a task answers everybody
    look: float = 0.5  # between two looks of a stream at a task of which this server is not told
    still: float = 5.0  # between two looks of a stream that is told of changes: for what no change tells
    alive: float = 15.0  # between two comments of a stream
    streams: int = 6  # of one person
    all_streams: int = 200
    end: float = 3.0  # that responses under way may take at the end


USUAL: Final = Pace()

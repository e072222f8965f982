"""Quotas: open requests, minutes of music a day, messages a minute.

Atomic scripts count them in Redis, so that requests at the same time cannot exceed a limit together. They read the time
from their arguments.
"""

from dataclasses import dataclass
from typing import Final, Literal

from jobs.failures import Failure, Reason
from jobs.queue import keys
from jobs.queue.scripts import TELL, load


@dataclass(frozen=True)
class Limits:
    """Limits of a person and a chat: open requests, at most `keys.KEEP_PER_CHAT`, and seconds of music separated within
    a day; and of all requests that wait for a worker. 0: no limit.
    """

    person: int = keys.KEEP_PER_CHAT
    chat: int = keys.KEEP_PER_CHAT
    person_seconds: float = 0
    chat_seconds: float = 0
    waiting: int = 0


UNLIMITED: Final = Limits()


class TooManyOpen(Exception):  # noqa: N818 - an answer, not an error in the program
    """A request was not accepted: `limit` requests of its asker or chat are open, or of all people wait."""

    def __init__(self, limit: int, whose: Literal["person", "chat", "all"]) -> None:
        super().__init__(limit)
        self.limit = limit
        self.whose = whose


class OverQuota(Exception):  # noqa: N818
    """A request was not accepted: `failure` tells whose minutes are used up, and when there will be more."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.reason)
        self.failure = failure


#: Failures by the song or the request: the part separated until then counts. Other failures (machine, site, bug) cost
#: nothing. See docs/adr/0011-minutes-are-what-was-separated.md.
THEIRS: Final = (Reason.TOO_LONG, Reason.NOT_AUDIO, Reason.NO_SOUND, Reason.EMPTY, Reason.OVER_QUOTA, Reason.UNSENDABLE)

_MINUTES: Final = f"local theirs = {{{', '.join(f'{reason} = true' for reason in THEIRS)}}}\n{load('minutes')}"

# Their files begin with a description, keys and arguments.
ACCEPT: Final = TELL + _MINUTES + load("accept")
CHARGE: Final = TELL + _MINUTES + load("charge")
USED: Final = _MINUTES + load("used")
RATE: Final = load("rate")

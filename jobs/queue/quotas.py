"""What people may ask for: how much at the same time, how much music a day, how many messages a minute.

Counted in Redis by scripts that run whole, so that two requests at once do not have together what neither may. They
read the time from their arguments.
"""

from dataclasses import dataclass
from typing import Final, Literal

from jobs.failures import Failure, Reason
from jobs.queue import keys
from jobs.queue.scripts import load


@dataclass(frozen=True)
class Limits:
    """How many open requests a person and a chat may have. None may be above `keys.KEEP_PER_CHAT`.

    How many may wait for a worker altogether, whoever asked; and how many seconds of music may be separated for a
    person and a chat within a day. 0: no limit.
    """

    person: int = keys.KEEP_PER_CHAT
    chat: int = keys.KEEP_PER_CHAT
    person_seconds: float = 0
    chat_seconds: float = 0
    waiting: int = 0


UNLIMITED: Final = Limits()


class TooManyOpen(Exception):  # noqa: N818 - an answer, not an error in the program
    """A request was not accepted: `limit` are open already, of its asker or its chat; or of all, and wait."""

    def __init__(self, limit: int, whose: Literal["person", "chat", "all"]) -> None:
        super().__init__(limit)
        self.limit = limit
        self.whose = whose


class OverQuota(Exception):  # noqa: N818
    """A request was not accepted: `failure` says whose minutes are used up, and when there will be more."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.reason)
        self.failure = failure


#: Reasons that lie in what was sent or asked for: what was separated until then counts. All others are ours, and what
#: fails by them costs nothing: the machine, the site, a bug. See docs/adr/0011-minutes-are-what-was-separated.md.
THEIRS: Final = (Reason.TOO_LONG, Reason.NOT_AUDIO, Reason.NO_SOUND, Reason.EMPTY, Reason.OVER_QUOTA, Reason.UNSENDABLE)

_MINUTES: Final = f"local theirs = {{{', '.join(f'{reason} = true' for reason in THEIRS)}}}\n{load('minutes')}"

# What they do, their keys and their arguments stand at the beginning of their files.
ACCEPT: Final = _MINUTES + load("accept")
CHARGE: Final = _MINUTES + load("charge")
USED: Final = _MINUTES + load("used")
RATE: Final = load("rate")

"""The state of one person's search: asked of the worker, then a list of hits, of which one is taken. Pure.

The whole state is stored in Redis, so that a search continues after a restart.
"""

import hashlib
from enum import StrEnum, unique
from typing import Final, Literal

from jobs.failures import Failure, Reason
from jobs.models import Value
from jobs.youtube import Hit, Hits, SearchWords, search_id

#: How many hits are offered.
MOST_HITS: Final = 5


@unique
class SearchStep(StrEnum):
    """The step of a search."""

    LOOKING = "looking"
    FOUND = "found"  # also nothing
    FAILED = "failed"
    STOPPED = "stopped"
    TAKEN = "taken"  # its message is the card of a request


class Search(Value):
    """One person's search, its address for the answer, and its result."""

    id: str
    platform: str
    chat: str
    asker: str
    address: str
    language: str
    words: SearchWords
    created_at: float  # seconds since the epoch
    asked_at: float  # the same, of the last try
    step: SearchStep = SearchStep.LOOKING
    hits: tuple[Hit, ...] = ()  # the offered ones
    left_out: int = 0  # hits that are live, not out yet or too long
    failure: Failure | None = None
    card: str = ""  # the platform's reference to its message
    shown_at: str = ""  # the address of the message
    face: str = ""  # a digest of the message's content
    gone: Literal["", "card", "chat"] = ""  # see `CardNote`

    @property
    def is_open(self) -> bool:
        return self.step is SearchStep.LOOKING

    def hit(self, video_id: str) -> Hit | None:
        return next((hit for hit in self.hits if hit.video_id == video_id), None)


def id_of(chat: str, message: str, words: str) -> str:
    """A search's id from chat, message and words, so that a redelivered message makes no second search."""
    return hashlib.sha256(f"{chat}|{message}|{search_id(words)}".encode()).hexdigest()[:16]


def found(search: Search, result: Hits, longest: float) -> Search:
    """The search with its result. `longest`: the longest accepted song, in seconds."""
    if result.failure is not None:
        return failed(search, result.failure)
    fitting = [hit for hit in result.hits if hit.reason is None and (hit.called.seconds or 0.0) <= longest]
    return search.model_copy(
        update={
            "step": SearchStep.FOUND,
            "hits": tuple(fitting[:MOST_HITS]),
            "left_out": len(result.hits) - len(fitting),
        }
    )


def failed(search: Search, failure: Failure) -> Search:
    return search.model_copy(update={"step": SearchStep.FAILED, "failure": failure})


def late(search: Search) -> Search:
    """The search, for which no worker had time."""
    return failed(search, Failure(reason=Reason.TIMED_OUT, detail="no worker answered"))


def again(search: Search, now: float) -> Search:
    """A failed search, tried again. `now`: seconds since the epoch."""
    return search.model_copy(update={"step": SearchStep.LOOKING, "failure": None, "asked_at": now})

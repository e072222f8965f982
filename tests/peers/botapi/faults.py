"""Faults on demand, and the record of every request."""

from dataclasses import dataclass, field
from enum import StrEnum


class Trouble(StrEnum):
    """A fault of a call."""

    FLOOD = "flood"  # 429 with retry_after
    ERROR = "error"  # 500
    GATEWAY = "gateway"  # 502 with an HTML page
    DROP = "drop"  # the connection breaks before the call is done
    LOST = "lost"  # done, and the connection breaks before the answer
    HANG = "hang"  # never answered, nothing done
    MUTE = "mute"  # done, and never answered


@dataclass
class Fault:
    """The next `times` calls of `method`, after `skip` good ones. "*" is every method but getUpdates."""

    method: str
    trouble: Trouble
    times: int
    retry_after: int
    skip: int

    def takes(self, method: str) -> bool:
        """Whether this call meets the fault; counts it."""
        if self.times < 1 or (self.method != method and (self.method != "*" or method == "getupdates")):
            return False
        if self.skip > 0:
            self.skip -= 1
            return False
        self.times -= 1
        return True


@dataclass
class Request:
    """One request with its answer. `code` is 0 where the connection broke first; `injected` where a fault answered."""

    at: float  # seconds since the epoch
    method: str  # in lower case
    fields: dict[str, str] = field(default_factory=dict)
    uploads: dict[str, tuple[str, int]] = field(default_factory=dict)  # field → file name, bytes
    code: int = 0
    description: str = ""
    injected: bool = False
    seconds: float = 0.0

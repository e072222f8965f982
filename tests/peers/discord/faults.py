"""What goes wrong on demand, how fast is too fast, and the record of every request."""

import time
from collections import defaultdict, deque
from dataclasses import dataclass, field
from enum import StrEnum
from math import ceil

from tests.peers.discord.world import Json, Refused


class Trouble(StrEnum):
    DROP = "drop"  # the connection breaks before anything was done
    LOST = "lost"  # done, and the connection breaks before the answer
    ERROR = "error"  # 503, which the library does not repeat
    BAD_GATEWAY = "bad gateway"  # 502 in HTML
    FLOOD = "flood"  # 429 with retry_after
    REFUSED = "refused"  # `status`, `code`


@dataclass
class Fault:
    """The next `times` requests whose method and path begin with `call`, after `skip` good ones."""

    call: str
    trouble: Trouble
    times: int = 1
    skip: int = 0
    status: int = 400
    code: int = 0
    retry_after: float | None = 0.2  # None: a FLOOD that does not tell
    is_global: bool = False  # a FLOOD of all requests together

    def takes(self, call: str) -> bool:
        if self.times < 1 or not call.startswith(self.call):
            return False
        if self.skip > 0:
            self.skip -= 1
            return False
        self.times -= 1
        return True


@dataclass
class Request:
    """One request with its answer. `code` is Discord's, `injected` where a fault answered."""

    call: str
    body: Json = field(default_factory=dict)
    files: dict[str, int] = field(default_factory=dict)  # name → bytes
    status: int = 0
    code: int = 0
    message: str = ""
    injected: bool = False
    at: float = field(default_factory=time.monotonic)


class TooFast(Refused):
    """A 429. `wait`: seconds; `is_global`: for the requests of all kinds together."""

    def __init__(self, wait: float, *, is_global: bool = False) -> None:
        super().__init__(429, 0, "You are being rate limited.")
        self.wait, self.is_global = wait, is_global

    @property
    def body(self) -> Json:
        return {"message": self.message, "retry_after": round(self.wait, 3), "global": self.is_global}

    @property
    def headers(self) -> dict[str, str]:
        """https://discord.com/developers/docs/topics/rate-limits#header-format"""
        told = {"Via": "1.1 discord", "Retry-After": str(ceil(self.wait))}
        scope = {"X-RateLimit-Global": "true", "X-RateLimit-Scope": "global"} if self.is_global else {}
        return told | (scope or {"X-RateLimit-Scope": "user"})


class Pace:
    """`most` requests of a kind within `seconds`, bucket by bucket."""

    def __init__(self, most: int, seconds: float) -> None:
        self.most, self.seconds = most, seconds
        self._sent: dict[str, deque[float]] = defaultdict(deque)

    def take(self, bucket: str) -> tuple[int, float]:
        """What is left, and seconds until there is all of it; -1 left: too fast."""
        now, sent = time.monotonic(), self._sent[bucket]
        while sent and sent[0] <= now - self.seconds:
            sent.popleft()
        if len(sent) >= self.most:
            return -1, sent[0] + self.seconds - now
        sent.append(now)
        return self.most - len(sent), sent[0] + self.seconds - now

"""When parts were first tried, for platforms that recognise a repeated call for some minutes only."""

import math
import time
from typing import Final

REMEMBERED: Final = 24 * 3600.0  # seconds


class FirstTries:
    """The first tries of one process."""

    def __init__(self) -> None:
        self._started = time.time()
        self._at: dict[str, float] = {}  # key → time.time()

    def age(self, key: str, asked_at: float) -> float:
        """Seconds since the first try, and 0 at the first one. `asked_at`: of the request, since the epoch.

        Infinite at the first try of a request that is older than the process: the one before may have tried it.
        """
        now = time.time()
        self._at = {one: at for one, at in self._at.items() if now - at < REMEMBERED}
        if key not in self._at:
            self._at[key] = now
            return math.inf if asked_at < self._started else 0.0
        return now - self._at[key]

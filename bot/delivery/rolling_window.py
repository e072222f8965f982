"""A limit on calls within any stretch of time."""

import asyncio
import time
from collections import deque


class RollingWindow:
    """Lets `most` calls pass within any `seconds`; the others wait in line."""

    def __init__(self, most: int, seconds: float) -> None:
        self._most, self._seconds = most, seconds
        self._passed: deque[float] = deque()  # time.monotonic()
        self._line = asyncio.Lock()

    async def enter(self) -> None:
        """Wait until the call may pass."""
        async with self._line:
            if len(self._passed) >= self._most:
                await asyncio.sleep(self._passed.popleft() + self._seconds - time.monotonic())
            self._passed.append(time.monotonic())

"""Server-sent events. https://html.spec.whatwg.org/multipage/server-sent-events.html"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Final

from aiohttp import web

HEADERS: Final = {"Cache-Control": "no-store", "X-Accel-Buffering": "no", "Content-Type": "text/event-stream"}
#: Milliseconds before a browser connects again.
AGAIN: Final = 2000


class Stream:
    """One stream. `end` stops it, as for a newer one."""

    def __init__(self, request: web.Request) -> None:
        self._request = request
        self._response = web.StreamResponse(headers=HEADERS)
        self.ended = asyncio.Event()
        self.woken = asyncio.Event()

    def end(self) -> None:
        self.ended.set()
        self.woken.set()

    async def begin(self) -> None:
        await self._response.prepare(self._request)
        await self._write(f"retry: {AGAIN}\n\n")

    async def send(self, data: str, event: str = "") -> None:
        """One event. `data`: JSON, which has no line breaks."""
        await self._write((f"event: {event}\n" if event else "") + f"data: {data}\n\n")

    async def comment(self) -> None:
        await self._write(":\n\n")

    async def wait(self, seconds: float) -> bool:
        """Until it is woken, at most for `seconds`. Whether it was woken."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self.woken.wait()
        was_woken = self.woken.is_set()
        self.woken.clear()
        return was_woken

    async def finish(self) -> web.StreamResponse:
        with suppress(ConnectionError):
            await self._response.write_eof()
        return self._response

    async def _write(self, text: str) -> None:
        await self._response.write(text.encode())


class Streams:
    """The open streams, few for each person."""

    def __init__(self, each: int, all_: int) -> None:
        self._each = each
        self._all = all_
        self._open: dict[str, list[Stream]] = {}

    @asynccontextmanager
    async def opened(self, person: str, request: web.Request) -> AsyncIterator[Stream]:
        """A new stream, begun; over the limit, the oldest one ends: of the person, or of the one with the most."""
        stream = Stream(request)
        own = self._open.setdefault(person, [])
        if len(own) >= self._each:
            own.pop(0).end()
        elif sum(map(len, self._open.values())) >= self._all:
            max(self._open.values(), key=len).pop(0).end()
        own.append(stream)
        try:
            await stream.begin()
            yield stream
        finally:
            own[:] = [one for one in own if one is not stream]
            if not own and self._open.get(person) is own:
                del self._open[person]

    def end(self) -> None:
        """End all."""
        for own in self._open.values():
            for stream in own:
                stream.end()

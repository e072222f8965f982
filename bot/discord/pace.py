"""Discord's limits of pace and the waits of a connection, as values that are passed in. discord.py keeps most."""

from dataclasses import dataclass
from typing import Any, Final

import aiohttp

from bot.delivery.rolling_window import RollingWindow


@dataclass(frozen=True)
class Pace:
    """How often the bot may edit and ask, and how long it waits for the servers of a session."""

    card: float = 3.0  # seconds between two edits of a card: a channel takes about five in five seconds, of all cards
    old_card: float = 60.0  # seconds without an edit in a channel, after too many of messages older than an hour
    #: Requests in a quarter of a second. Discord refuses more than fifty in a second, which has parts of five quarters.
    #: https://discord.com/developers/docs/topics/rate-limits#global-rate-limit
    burst: int = 10
    servers: float = 2.0  # seconds without another server after which all servers of a new session are known


DISCORD: Final = Pace()


def in_line(pace: Pace) -> aiohttp.TraceConfig:
    """Makes requests wait for the global limit. Answers to interactions do not count for it, and do not wait."""
    window, trace = RollingWindow(pace.burst, 0.25), aiohttp.TraceConfig()

    async def wait(_session: object, _context: object, request: Any) -> None:
        if not any(part in ("interactions", "webhooks") for part in request.url.parts):
            await window.enter()

    trace.on_request_start.append(wait)
    return trace

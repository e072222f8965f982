"""Polling of one request by the process that submitted it."""

import asyncio
from collections.abc import AsyncIterator

from jobs.progress import RequestPhase, View
from jobs.queue.requests import JobQueue


async def changes(queue: JobQueue, request_id: str, every: float = 0.2) -> AsyncIterator[View]:
    """The request after each change, until it is ready for delivery, closed or erased. `every`: seconds.

    Raises `QueueAway`.
    """
    last: View | None = None
    while (view := await queue.view(request_id)) is not None:
        if view != last:
            yield view
        if view.phase not in (RequestPhase.RECEIVING, RequestPhase.WAITING):
            return
        last = view
        await asyncio.sleep(every)

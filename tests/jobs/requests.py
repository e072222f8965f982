"""Requests of a front end, and their views."""

import time

from jobs.models import Order, Request, Upload, YouTube, request_id
from jobs.progress import View
from jobs.queue.requests import JobQueue

SONG = YouTube(video_id="dQw4w9WgXcQ")
OTHER = YouTube(video_id="jNQXAC9IVRw")


def ask(who: str = "ana", source: YouTube | Upload = SONG, order: Order | None = None, message: str = "1") -> Request:
    chat = f"test:{who}"
    return Request(
        id=request_id(chat, message, source),
        platform="test",
        chat=chat,
        asker=chat,
        source=source,
        order=order or Order(),
        created_at=time.time(),
    )


async def seen(queue: JobQueue, request: Request) -> View:
    view = await queue.view(request.id)
    assert view is not None
    return view

"""A platform that records its calls, and the follower on it, for tests."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from bot.cards.cards import Card
from bot.delivery.follow import Follower
from bot.delivery.planning.plan import Limits, Part
from bot.delivery.platform import Sent
from bot.delivery.timing import Timing
from jobs.models import Order, Package, Request, Upload, YouTube, request_id
from jobs.progress import View
from jobs.queue.catalogue import Catalogue
from jobs.queue.requests import JobQueue
from jobs.store.folder import FolderStore
from tests.bot.telegram.chat_fixture import PATIENCE, Worker

SONG = YouTube(video_id="dQw4w9WgXcQ")
OTHER = YouTube(video_id="jNQXAC9IVRw")


@dataclass
class Recorder:
    """A platform that performs and records every call at once. `troubles`: errors to raise, by method, in order."""

    name: str = "test"
    sends_once: bool = False
    said: list[str] = field(default_factory=list)
    sent: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)  # whose parts were sent
    troubles: dict[str, list[Exception]] = field(default_factory=dict)
    slow: dict[str, asyncio.Event] = field(default_factory=dict)  # chat → until when its parts take
    asked: list[dict[str, str]] = field(default_factory=list)

    def pace(self, place: str) -> float:
        return 0.0

    def limits(self, place: str) -> Limits:
        return Limits()

    def _stumble(self, method: str) -> None:
        if self.troubles.get(method):
            raise self.troubles[method].pop(0)

    async def post(self, place: str, card: Card) -> str:
        self._stumble("post")
        self.said.append(f"post {place} {_state(card)}")
        return f"card of {place}"

    async def edit(self, place: str, reference: str, card: Card) -> None:
        self._stumble("edit")
        self.said.append(f"edit {reference} {_state(card)}")

    async def fetch(self, upload: Upload, to: Path) -> None:
        self._stumble("fetch")
        to.write_bytes(b"song")

    async def send(self, request: Request, part: Part, known: dict[str, str], shown: Card | None = None) -> Sent:
        self.asked.append(known)
        if request.chat in self.slow:
            await self.slow[request.chat].wait()
        self._stumble("send")
        self.sent.append(f"{request.chat} {part.id}")
        self.requests.append(request.id)
        return Sent(messages=("1",), files=tuple(f"id of {piece.stored.name}" for piece in part.pieces))


#: Tests wait less between two looks.
QUICK = Timing(look=0.02, sweep=0.02, rest=0.02, grace=0.2, soon=0.05)


def _state(card: Card) -> str:
    return card.text.splitlines()[1]


def ask(chat: str = "ana", source: YouTube | Upload = SONG, package: Package = Package.ALBUM) -> Request:
    name = f"test:{chat}"
    return Request(
        id=request_id(name, "1", source), platform="test", chat=name, asker=name, address=name,
        source=source, order=Order(package=package), created_at=time.time(),
    )  # fmt: skip


@asynccontextmanager
async def following(
    queue: JobQueue, store: FolderStore, platform: Recorder, timing: Timing = QUICK
) -> AsyncIterator[None]:
    task = asyncio.create_task(Follower(queue, Catalogue(queue.redis, store), platform, timing).run())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait({task}, timeout=120)
        assert task.done()


async def until(condition: Callable[[], bool], what: object = "") -> None:
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end, what
        await asyncio.sleep(0.01)


async def ended(queue: JobQueue, request: Request) -> View:
    """The request after the follower released it."""
    end = time.monotonic() + PATIENCE
    while await queue.attended("test"):
        assert time.monotonic() < end
        await asyncio.sleep(0.01)
    view = await queue.view(request.id)
    assert view is not None
    return view


@pytest.fixture
def platform() -> Recorder:
    return Recorder()


@pytest.fixture
def worker(queue: JobQueue, store: FolderStore) -> Worker:
    return Worker(queue, store)

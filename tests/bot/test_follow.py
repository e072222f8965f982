"""The loop over open requests, on a real queue, with a platform that records what it is asked to do."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from bot.cards import Card
from bot.delivery import Limits, Part
from bot.faces import note_of
from bot.follow import Follower
from bot.ledger import Ledger
from bot.platform import Away, CardGone, Later, Sent, Unconfirmed, UnknownFile, Unreachable
from jobs.failures import Reason
from jobs.models import Package, Request, Upload, Wish, YouTube, request_id
from jobs.outcomes import Phase, Stage, View
from jobs.queue import JobQueue
from jobs.store import ResultStore
from tests.bot.telegram.rig import Worker

SONG = YouTube(video_id="dQw4w9WgXcQ")
OTHER = YouTube(video_id="jNQXAC9IVRw")


@dataclass
class Recorder:
    """A platform that does everything at once and remembers it. `troubles`: what it raises, by method, in order."""

    name: str = "test"
    limits: Limits = field(default_factory=Limits)
    said: list[str] = field(default_factory=list)
    sent: list[str] = field(default_factory=list)
    troubles: dict[str, list[Exception]] = field(default_factory=dict)
    slow: dict[str, asyncio.Event] = field(default_factory=dict)  # chat → until when its parts take
    asked: list[dict[str, str]] = field(default_factory=list)

    def pace(self, request: Request) -> float:
        return 0.0

    def _stumble(self, method: str) -> None:
        if self.troubles.get(method):
            raise self.troubles[method].pop(0)

    async def post(self, request: Request, card: Card) -> str:
        self._stumble("post")
        self.said.append(f"post {request.chat} {_state(card)}")
        return f"card of {request.chat}"

    async def edit(self, request: Request, reference: str, card: Card) -> None:
        self._stumble("edit")
        self.said.append(f"edit {reference} {_state(card)}")

    async def fetch(self, upload: Upload, to: Path) -> None:
        self._stumble("fetch")
        to.write_bytes(b"song")

    async def send(self, request: Request, part: Part, known: dict[str, str]) -> Sent:
        self.asked.append(known)
        if request.chat in self.slow:
            await self.slow[request.chat].wait()
        self._stumble("send")
        self.sent.append(f"{request.chat} {part.id}")
        return Sent(messages=("1",), files=tuple(f"id of {piece.stored.name}" for piece in part.pieces))


def _state(card: Card) -> str:
    return card.text.splitlines()[1]


def ask(chat: str = "ana", source: YouTube | Upload = SONG, package: Package = Package.ALBUM) -> Request:
    name = f"test:{chat}"
    return Request(
        id=request_id(name, "1", source), platform="test", chat=name, asker=name,
        source=source, wish=Wish(package=package), created_at=time.time(),
    )  # fmt: skip


@pytest.fixture
def platform() -> Recorder:
    return Recorder()


@pytest.fixture
def worker(queue: JobQueue, store: ResultStore) -> Worker:
    return Worker(queue, store)


@asynccontextmanager
async def following(queue: JobQueue, store: ResultStore, platform: Recorder) -> AsyncIterator[None]:
    task = asyncio.create_task(Follower(queue, store, platform).run())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait({task}, timeout=10)
        assert task.done()


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.follow.LOOK", 0.02)
    monkeypatch.setattr("bot.follow.GRACE", 0.2)
    monkeypatch.setattr("bot.faces.SOON", 0.05)


async def until(condition: Callable[[], bool], what: object = "") -> None:
    end = time.monotonic() + 8
    while not condition():
        assert time.monotonic() < end, what
        await asyncio.sleep(0.01)


async def ended(queue: JobQueue, request: Request) -> View:
    """The request once nobody attends to it any more."""
    end = time.monotonic() + 8
    while await queue.attended("test"):
        assert time.monotonic() < end
        await asyncio.sleep(0.01)
    view = await queue.view(request.id)
    assert view is not None
    return view


async def test_from_queued_to_done(queue: JobQueue, store: ResultStore, platform: Recorder, worker: Worker) -> None:
    request = ask(package=Package.BOTH)
    await queue.submit(request)
    async with following(queue, store, platform):
        await until(lambda: platform.said == ["post test:ana Next in line"], platform.said)
        await worker.finish(await worker.take())
        view = await ended(queue, request)
    assert view.phase is Phase.DONE
    assert platform.sent == ["test:ana stems-mp3", "test:ana zip-mp3"]
    assert platform.said[-1].startswith("edit card of test:ana Done in")


async def test_a_slow_delivery_holds_up_its_own_chat_only(
    queue: JobQueue, store: ResultStore, platform: Recorder, worker: Worker
) -> None:
    slow, same, other = ask("ana"), ask("ana", OTHER), ask("bo")
    platform.slow["test:ana"] = asyncio.Event()
    for request in (slow, same, other):
        await queue.submit(request)
    async with following(queue, store, platform):
        for _ in range(2):
            await worker.finish(await worker.take())
        await until(lambda: platform.sent == ["test:bo stems-mp3"])
        await asyncio.sleep(0.2)
        assert len(platform.asked) == 2, "in ana's chat, one after the other"
        assert any("Sending" in said for said in platform.said), "cards go on meanwhile"
        platform.slow["test:ana"].set()
        await ended(queue, slow)
    assert platform.sent[1:] == ["test:ana stems-mp3"] * 2


async def test_what_redis_says_of_a_part_decides_over_sending(
    queue: JobQueue, store: ResultStore, platform: Recorder, worker: Worker
) -> None:
    request = ask(package=Package.BOTH)
    await queue.submit(request)
    await worker.finish(await worker.take())
    await queue.note_part(request.id, "stems-mp3", '{"state":"sending"}')
    async with following(queue, store, platform):
        assert (await ended(queue, request)).phase is Phase.DONE
    assert platform.sent == ["test:ana zip-mp3"]
    ledger = Ledger(queue, store, platform)
    assert (await ledger.read(request.id)).uncertain == ("stems-mp3",)
    assert not await ledger.resend(request, "zip-mp3"), "that one arrived"
    assert await ledger.resend(request, "stems-mp3")
    async with following(queue, store, platform):
        await ended(queue, request)
    assert platform.sent == ["test:ana zip-mp3", "test:ana stems-mp3"]
    assert not await ledger.resend(request, "stems-mp3")


async def test_an_unconfirmed_part_does_not_stop_the_others(
    queue: JobQueue, store: ResultStore, platform: Recorder, worker: Worker
) -> None:
    request = ask(package=Package.BOTH)
    platform.troubles["send"] = [Unconfirmed("lost")]
    await queue.submit(request)
    await worker.finish(await worker.take())
    async with following(queue, store, platform):
        assert (await ended(queue, request)).phase is Phase.DONE
    assert platform.sent == ["test:ana zip-mp3"]


async def test_being_told_to_wait_and_being_away_are_waited_for(
    queue: JobQueue, store: ResultStore, platform: Recorder, worker: Worker
) -> None:
    request = ask()
    platform.troubles = {"post": [Away("down"), Later(0.1, "flood")], "send": [Later(0.1, "flood"), Away("down")]}
    await queue.submit(request)
    await worker.finish(await worker.take())
    async with following(queue, store, platform):
        assert (await ended(queue, request)).phase is Phase.DONE
    assert platform.sent == ["test:ana stems-mp3"]


async def test_a_known_file_that_is_unknown_is_uploaded(
    queue: JobQueue, store: ResultStore, platform: Recorder, worker: Worker
) -> None:
    first, second = ask("ana"), ask("bo")
    await queue.submit(first)
    await worker.finish(await worker.take())
    async with following(queue, store, platform):
        await ended(queue, first)
        await queue.submit(second)
        platform.troubles["send"] = [UnknownFile("wrong")]
        await worker.finish(await worker.take())
        await ended(queue, second)
    assert [list(known.values()) for known in platform.asked] == [
        [],
        ["id of vocals.mp3", "id of accompaniment.mp3"],
        [],
    ]


async def test_nobody_there_closes_the_request_quietly(queue: JobQueue, store: ResultStore, platform: Recorder) -> None:
    request = ask()
    platform.troubles["post"] = [Unreachable("blocked")]
    await queue.submit(request)
    async with following(queue, store, platform):
        view = await ended(queue, request)
    assert view.phase is Phase.FAILED
    assert platform.said == []
    assert await queue.size() == 0


async def test_a_failure_is_told_even_when_the_card_was_deleted(
    queue: JobQueue, store: ResultStore, platform: Recorder, worker: Worker
) -> None:
    request = ask()
    await queue.submit(request)
    async with following(queue, store, platform):
        await until(lambda: len(platform.said) == 1)
        platform.troubles["edit"] = [CardGone("deleted")]
        await worker.fail(await worker.take(), Reason.PRIVATE)
        await ended(queue, request)
    assert [said.partition(" test:ana ")[0] for said in platform.said] == ["post", "post"]
    assert "private" in platform.said[1]


async def test_places_in_a_line_leave_a_chats_few_edits_to_what_happens(
    queue: JobQueue, store: ResultStore, platform: Recorder, worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Recorder, "pace", lambda self, request: 0.1)
    songs = [YouTube(video_id=f"aaaaaaaaa{number}A") for number in range(8)]
    for song in songs:
        await queue.submit(ask(source=song))
    async with following(queue, store, platform):
        await until(lambda: len(platform.said) == len(songs))
        track = await worker.take()
        for percent in range(10):
            await worker.report(track, Stage.SEPARATING, percent / 10)
            await asyncio.sleep(0.1)
        waiting = [said for said in platform.said if said.startswith("edit") and "In line" in said]
        running = [said for said in platform.said if said.startswith("edit") and "Separating" in said]
    assert len(running) >= 4, "the one that is worked on is shown"
    assert len(waiting) <= 8


async def test_a_result_that_is_there_at_once_waits_for_its_card_but_not_for_ever(
    queue: JobQueue, store: ResultStore, platform: Recorder, worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.follow.CARD_FIRST", 0.5)
    await queue.submit(ask("ana"))
    await worker.finish(await worker.take())
    async with following(queue, store, platform):
        await ended(queue, ask("ana"))
        for chat, troubles in (("bo", []), ("cleo", [Away("down")] * 100)):
            platform.troubles["post"] = list(troubles)
            request = ask(chat)
            sent = len(platform.sent)
            await queue.hold(request, phase=Phase.READY)
            await until(lambda sent=sent: len(platform.sent) > sent)  # type: ignore[misc]  # a default
            posted = any(said.startswith(f"post test:{chat} ") for said in platform.said)
            assert posted is not bool(troubles)


async def test_a_bug_in_one_card_leaves_the_others_alone(
    queue: JobQueue, store: ResultStore, platform: Recorder
) -> None:
    platform.troubles["post"] = [ValueError("a bug")]
    for chat in ("ana", "bo"):
        await queue.submit(ask(chat))
    async with following(queue, store, platform):
        await until(lambda: len(platform.said) == 1)
        await queue.cancel(ask("ana").id)
        await queue.cancel(ask("bo").id)
        await ended(queue, ask("bo"))


async def test_an_upload_is_fetched_and_a_hopeless_one_given_up(
    queue: JobQueue, store: ResultStore, platform: Recorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.follow.FETCH_TRIES", 2)
    good, bad = ask("ana", Upload(upload_id="good")), ask("bo", Upload(upload_id="bad"))
    await queue.hold(good)
    async with following(queue, store, platform):
        await until(lambda: any("Next in line" in said for said in platform.said), platform.said)
        assert store.inbox(Upload(upload_id="good")).read_bytes() == b"song"
        platform.troubles["fetch"] = [Away("down")] * 5
        await queue.hold(bad)
        await until(lambda: any("no longer here" in said for said in platform.said), platform.said)
        await queue.cancel(good.id)
        assert (await ended(queue, bad)).phase is Phase.FAILED
    assert not store.inbox(Upload(upload_id="bad")).exists()


async def test_a_cancelled_request_without_a_card_needs_none(
    queue: JobQueue, store: ResultStore, platform: Recorder
) -> None:
    request = ask()
    await queue.submit(request)
    await queue.cancel(request.id)
    async with following(queue, store, platform):
        view = await ended(queue, request)
    assert platform.said == []
    assert note_of(view) is None


async def test_results_that_never_reach_the_store_fail_in_the_end(
    queue: JobQueue, store: ResultStore, platform: Recorder, worker: Worker
) -> None:
    request = ask()
    await queue.submit(request)
    async with following(queue, store, platform):
        for _ in range(20):
            if (await queue.views([request.id]))[0].phase is Phase.FAILED:
                break
            track = await worker.take()
            await worker.desk.ready(track.id, await worker.desk.wanted(track.id))
            await asyncio.sleep(0.05)
        view = await ended(queue, request)
    assert view.failure is not None
    assert view.failure.reason is Reason.INTERNAL


async def test_the_loop_outlives_a_queue_that_is_away(queue: JobQueue, store: ResultStore, platform: Recorder) -> None:
    async with following(queue, store, platform):
        await queue.redis.config_set("maxmemory", 1)
        await asyncio.sleep(0.1)
        await queue.redis.config_set("maxmemory", 0)
        # A key of the wrong kind is an error of the server's too.
        await queue.redis.set("flbt:attended:test", "nonsense")
        await asyncio.sleep(0.1)
        await queue.redis.delete("flbt:attended:test")
        await queue.submit(ask())
        await until(lambda: len(platform.said) > 0)

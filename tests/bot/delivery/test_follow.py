"""The follower on a real queue, with a platform that records its calls."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace

import pytest

from bot.delivery.cards.request_cards import note_of
from bot.delivery.follow import Follower
from bot.delivery.platform import Away
from jobs.models import Package, Rendition, Request, YouTube
from jobs.process.tasks import cancel_and_wait
from jobs.progress import RequestPhase, TrackStage
from jobs.queue.catalogue import Catalogue
from jobs.queue.quotas import UNLIMITED
from jobs.queue.requests import JobQueue
from jobs.store.folder import FolderStore
from tests.bot.delivery.following import OTHER, QUICK, Recorder, ask, ended, following, platform, until, worker
from tests.bot.telegram.chat_fixture import Worker

__all__ = ["platform", "worker"]


async def test_from_queued_to_done(queue: JobQueue, store: FolderStore, platform: Recorder, worker: Worker) -> None:
    request = ask(package=Package.BOTH)
    await queue.submit(request)
    async with following(queue, store, platform):
        await until(lambda: platform.said == ["post test:ana Next in line"], platform.said)
        await worker.finish(await worker.take())
        view = await ended(queue, request)
    assert view.phase is RequestPhase.DONE
    assert platform.sent == ["test:ana stems-mp3", "test:ana zip-mp3"]
    assert platform.said[-1].startswith("edit card of test:ana Done in")


async def test_a_slow_delivery_holds_up_its_own_chat_only(
    queue: JobQueue, store: FolderStore, platform: Recorder, worker: Worker
) -> None:
    slow, same, other = ask("ana"), ask("ana", OTHER), ask("bo")
    platform.slow["test:ana"] = asyncio.Event()
    for request in (slow, same, other):
        await queue.submit(request)
    async with following(queue, store, platform):
        for _ in range(2):
            await worker.finish(await worker.take())
        await until(lambda: platform.sent == ["test:bo stems-mp3"] and len(platform.asked) >= 2)
        await until(lambda: any("Sending" in said for said in platform.said), "cards go on meanwhile")
        assert len(platform.asked) == 2, "in ana's chat, one after the other"
        platform.slow["test:ana"].set()
        await ended(queue, slow)
    assert platform.sent[1:] == ["test:ana stems-mp3"] * 2


def running(platform: Recorder) -> list[str]:
    """The cards shown of songs in progress."""
    return [said for said in platform.said if said.startswith("edit") and "Separating" in said]


async def test_places_in_a_line_leave_a_chats_few_edits_to_what_happens(
    queue: JobQueue, store: FolderStore, platform: Recorder, worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Recorder, "pace", lambda self, request: 0.1)
    songs = [YouTube(video_id=f"aaaaaaaaa{number}A") for number in range(8)]
    for song in songs:
        await queue.submit(ask(source=song))
    async with following(queue, store, platform):
        await until(lambda: len(platform.said) == len(songs))
        track = await worker.take()
        for tenth in range(10):
            shown = len(running(platform))
            await worker.report(track, TrackStage.SEPARATING, tenth / 10)
            await until(lambda shown=shown: len(running(platform)) > shown)  # type: ignore[misc]  # a default
    waiting = [said for said in platform.said if said.startswith("edit") and "In line" in said]
    assert len(waiting) <= 8


async def test_a_result_that_is_there_at_once_waits_for_its_card_but_not_for_ever(
    queue: JobQueue, store: FolderStore, platform: Recorder, worker: Worker
) -> None:
    await queue.submit(ask("ana"))
    await worker.finish(await worker.take())
    async with following(queue, store, platform):
        await ended(queue, ask("ana"))
    for chat, troubles in (("bo", []), ("cleo", [Away("down")] * 100)):
        async with following(queue, store, platform, replace(QUICK, card_first=0.5 if troubles else 8.0)):
            platform.troubles["post"] = list(troubles)
            request = ask(chat)
            sent = len(platform.sent)
            await queue.hold(request, phase=RequestPhase.READY)
            await until(lambda sent=sent: len(platform.sent) > sent)  # type: ignore[misc]  # a default
            posted = any(said.startswith(f"post test:{chat} ") for said in platform.said)
            assert posted is not bool(troubles)


async def test_a_cancelled_request_without_a_card_needs_none(
    queue: JobQueue, store: FolderStore, platform: Recorder
) -> None:
    request = ask()
    await queue.submit(request)
    await queue.cancel(request.id)
    async with following(queue, store, platform):
        view = await ended(queue, request)
    assert platform.said == []
    assert note_of(view) is None


class HeldQueue(JobQueue):
    """A queue on which no request is released before `gate` is set: `accept` stands between its two steps."""

    gate: asyncio.Event
    releases: int = 0

    async def release(
        self, request: Request, *, quick: bool = False, renditions: Sequence[Rendition] | None = None
    ) -> None:
        self.releases += 1
        await self.gate.wait()
        await super().release(request, quick=quick, renditions=renditions)


async def test_a_request_that_is_being_accepted_is_put_on_its_way_once(
    queue: JobQueue, store: FolderStore, platform: Recorder, worker: Worker
) -> None:
    held = HeldQueue(queue.redis)
    held.gate = asyncio.Event()
    request = ask()
    follower = Follower(held, Catalogue(queue.redis, store), platform)
    looking = asyncio.create_task(follower.run())
    accepting = asyncio.create_task(follower.accept(request, UNLIMITED))
    await until(lambda: held.releases == 1)
    for _ in range(5):  # looks, all of which find it as it was written first
        follower.wake()
        await asyncio.sleep(0.05)
    held.gate.set()
    assert await accepting
    await worker.finish(await worker.take())
    await ended(queue, request)
    await cancel_and_wait(looking)
    assert held.releases == 1

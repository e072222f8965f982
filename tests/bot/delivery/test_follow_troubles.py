"""Failures of one request, on the platform, in the queue or in the bot's code, and their outcomes."""

import asyncio
from dataclasses import replace

import pytest

from bot.delivery.ledger import Ledger
from bot.delivery.platform import Away, CardGone, Later, Refused, Unconfirmed, UnknownFile, Unreachable
from jobs.failures import Reason
from jobs.models import Package, Request, Upload
from jobs.progress import RequestPhase
from jobs.queue.catalogue import Catalogue
from jobs.queue.requests import JobQueue
from jobs.store.folder import FolderStore
from tests.bot.delivery.following import OTHER, QUICK, Recorder, ask, ended, following, platform, until, worker
from tests.bot.telegram.chat_fixture import Worker

__all__ = ["platform", "worker"]


async def test_what_redis_says_of_a_part_decides_over_sending(
    queue: JobQueue, store: FolderStore, platform: Recorder, worker: Worker
) -> None:
    request = ask(package=Package.BOTH)
    await queue.submit(request)
    await worker.finish(await worker.take())
    await queue.note_part(request.id, "stems-mp3", '{"state":"sending"}')
    async with following(queue, store, platform):
        assert (await ended(queue, request)).phase is RequestPhase.DONE
    assert platform.sent == ["test:ana zip-mp3"]
    ledger = Ledger(queue, Catalogue(queue.redis, store), platform)
    assert (await ledger.read(request.id)).uncertain == ("stems-mp3",)
    assert not await ledger.resend(request, "zip-mp3"), "that one arrived"
    assert await ledger.resend(request, "stems-mp3")
    async with following(queue, store, platform):
        await ended(queue, request)
    assert platform.sent == ["test:ana zip-mp3", "test:ana stems-mp3"]
    assert not await ledger.resend(request, "stems-mp3")


async def test_an_unconfirmed_part_does_not_stop_the_others(
    queue: JobQueue, store: FolderStore, platform: Recorder, worker: Worker
) -> None:
    request = ask(package=Package.BOTH)
    platform.troubles["send"] = [Unconfirmed("lost")]
    await queue.submit(request)
    await worker.finish(await worker.take())
    async with following(queue, store, platform):
        assert (await ended(queue, request)).phase is RequestPhase.DONE
    assert platform.sent == ["test:ana zip-mp3"]


async def test_being_told_to_wait_and_being_away_are_waited_for(
    queue: JobQueue, store: FolderStore, platform: Recorder, worker: Worker
) -> None:
    request = ask()
    platform.troubles = {"post": [Away("down"), Later(0.1, "flood")], "send": [Later(0.1, "flood"), Away("down")]}
    await queue.submit(request)
    await worker.finish(await worker.take())
    async with following(queue, store, platform):
        assert (await ended(queue, request)).phase is RequestPhase.DONE
    assert platform.sent == ["test:ana stems-mp3"]


async def test_a_delivery_that_has_to_wait_is_not_overtaken(
    queue: JobQueue, store: FolderStore, platform: Recorder, worker: Worker
) -> None:
    first, second = ask(), ask(source=OTHER)
    platform.troubles["send"] = [Later(0.1, "flood")]
    await queue.submit(first)
    await queue.submit(second)
    await worker.finish(await worker.take())
    # The first one waits longer for its next look than for the platform.
    async with following(queue, store, platform, replace(QUICK, look=1.0, sweep=60.0)):
        await until(lambda: not platform.troubles["send"])
        await asyncio.sleep(0.3)
        await worker.finish(await worker.take())
        await until(lambda: len(platform.requests) == 2)
    assert platform.requests == [first.id, second.id]


async def test_a_known_file_that_is_unknown_is_uploaded(
    queue: JobQueue, store: FolderStore, platform: Recorder, worker: Worker
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


async def test_a_closed_chat_cancels_the_request(queue: JobQueue, store: FolderStore, platform: Recorder) -> None:
    request = ask()
    platform.troubles["post"] = [Unreachable("blocked")]
    await queue.submit(request)
    async with following(queue, store, platform):
        view = await ended(queue, request)
    assert view.phase is RequestPhase.FAILED
    assert platform.said == []
    assert await queue.size() == 0


async def test_a_failure_is_told_even_when_the_card_was_deleted(
    queue: JobQueue, store: FolderStore, platform: Recorder, worker: Worker
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


async def test_a_first_card_that_was_refused_is_posted_with_the_next_change(
    queue: JobQueue, store: FolderStore, platform: Recorder, worker: Worker
) -> None:
    request = ask()
    platform.troubles["post"] = [Refused("MESSAGE_EMPTY")]
    await queue.submit(request)
    async with following(queue, store, platform):
        await until(lambda: platform.troubles["post"] == [])
        await worker.fail(await worker.take(), Reason.PRIVATE)
        await ended(queue, request)
    assert [said.partition(" test:ana ")[0] for said in platform.said[:1]] == ["post"]
    assert "private" in platform.said[-1]


async def test_a_bug_in_one_card_leaves_the_others_alone(
    queue: JobQueue, store: FolderStore, platform: Recorder
) -> None:
    platform.troubles["post"] = [ValueError("a bug")]
    for chat in ("ana", "bo"):
        await queue.submit(ask(chat))
    async with following(queue, store, platform):
        await until(lambda: len(platform.said) == 1)
        await queue.cancel(ask("ana").id)
        await queue.cancel(ask("bo").id)
        await ended(queue, ask("bo"))
    assert all("test:bo " in said for said in platform.said)
    assert platform.said[-1] == "edit card of test:bo Cancelled"


async def test_an_upload_is_fetched_and_a_hopeless_one_given_up(
    queue: JobQueue, store: FolderStore, platform: Recorder
) -> None:
    good, bad = ask("ana", Upload(upload_id="good")), ask("bo", Upload(upload_id="bad"))
    await queue.hold(good)
    async with following(queue, store, platform, replace(QUICK, fetch_tries=2)):
        await until(lambda: any("Next in line" in said for said in platform.said), platform.said)
        assert store.inbox(Upload(upload_id="good")).read_bytes() == b"song"
        platform.troubles["fetch"] = [Away("down")] * 5
        await queue.hold(bad)
        await until(lambda: any("no longer here" in said for said in platform.said), platform.said)
        await queue.cancel(good.id)
        assert (await ended(queue, bad)).phase is RequestPhase.FAILED
    assert not store.inbox(Upload(upload_id="bad")).exists()


async def comes_back(queue: JobQueue, request: Request) -> bool:
    """Whether a request comes back to the worker; False when it fails instead."""
    async with asyncio.timeout(120):
        while True:
            view = await queue.view(request.id)
            assert view is not None
            if view.phase in (RequestPhase.WAITING, RequestPhase.FAILED):
                return view.phase is RequestPhase.WAITING
            await asyncio.sleep(0.01)


async def test_results_that_never_reach_the_store_fail_in_the_end(
    queue: JobQueue, store: FolderStore, platform: Recorder, worker: Worker
) -> None:
    request = ask()
    await queue.submit(request)
    async with following(queue, store, platform):
        while await comes_back(queue, request):
            track = await worker.take()
            await worker.track_queue.ready(track.id, await worker.track_queue.wanted(track.id))
        view = await ended(queue, request)
    assert view.failure is not None
    assert view.failure.reason is Reason.INTERNAL


async def test_the_loop_outlives_a_queue_that_is_away(
    queue: JobQueue, store: FolderStore, platform: Recorder, caplog: pytest.LogCaptureFixture
) -> None:
    async with following(queue, store, platform):
        try:
            await queue.redis.config_set("maxmemory", 1)
            await until(lambda: "queue unreachable" in caplog.text)
        finally:
            await queue.redis.config_set("maxmemory", 0)
        # A key of the wrong kind is an error of the server's too.
        await queue.redis.set("flbt:attended:test", "nonsense")
        caplog.clear()
        await until(lambda: "wrong kind of value" in caplog.text)
        await queue.redis.delete("flbt:attended:test")
        await queue.submit(ask())
        await until(lambda: platform.said != [])
    assert platform.said == ["post test:ana Next in line"]

"""The cost of following many open requests, in commands: counts, no times."""

import asyncio
import time
from dataclasses import replace

import pytest

from jobs.models import Request, YouTube, request_id
from jobs.progress import RequestPhase, TrackStage
from jobs.queue import keys
from jobs.queue.attended import FIRST, Attended
from jobs.queue.changes import ALL_SHARDS, GROUP, Changes, shard_of
from jobs.queue.connection import answer
from jobs.queue.requests import JobQueue
from jobs.store.folder import FolderStore
from tests.bot.delivery.following import QUICK, Recorder, ask, ended, following, platform, until, worker
from tests.bot.telegram.chat_fixture import Worker

__all__ = ["platform", "worker"]

NEVER = 3600.0


async def fill(queue: JobQueue, count: int) -> None:
    """Adds waiting requests without cards, each in a chat of its own, as version 0.1.0 left them: without a stream."""
    async with queue.redis.pipeline(transaction=False) as pipe:
        for number in range(count):
            chat, song = f"test:{number}", YouTube(video_id=f"{number:010d}A")
            request = Request(
                id=request_id(chat, "1", song), platform="test", chat=chat, asker=chat, source=song, quiet=True,
                created_at=time.time() - 3600 + number / 1000,
            )  # fmt: skip
            pipe.hset(
                keys.request(request.id),
                mapping={"request": request.model_dump_json(), "track": request.track_id, "phase": "waiting"},
            )
            pipe.zadd(keys.attended("test"), {request.id: request.created_at})
        await pipe.execute()


async def calls(queue: JobQueue) -> dict[str, int]:
    """The commands that the server has run, by name."""
    stats = await queue.redis.info("commandstats")
    return {name.removeprefix("cmdstat_"): figures["calls"] for name, figures in stats.items()}


@pytest.mark.parametrize("count", [100, 2000])
async def test_a_change_costs_the_same_among_any_number_of_open_requests(
    queue: JobQueue, store: FolderStore, platform: Recorder, worker: Worker, count: int
) -> None:
    await fill(queue, count)
    request = ask()
    await queue.submit(request)
    async with following(queue, store, platform, replace(QUICK, sweep=NEVER)):
        await until(lambda: platform.said == ["post test:ana Next in line"], platform.said)
        track = await worker.take()
        await _quiet(queue)
        before, edits = await calls(queue), len(platform.said)
        await worker.report(track, TrackStage.SEPARATING, 0.5)
        await until(lambda: len(platform.said) > edits, platform.said)
        await _quiet(queue)
        after = await calls(queue)
        assert after["hgetall"] - before["hgetall"] <= 4, "the request, again after its edit"
        spent = sum(after.values()) - sum(before.values())
        assert spent < 80, {name: after[name] - before.get(name, 0) for name in after}
        await worker.finish(track)
        while request.id in await Attended(queue.redis, "test").among([request.id]):
            await asyncio.sleep(0.02)
    assert platform.sent == ["test:ana stems-mp3"]


async def _quiet(queue: JobQueue) -> None:
    """Returns when the follower reads no requests any more."""
    seen = -1
    while (now := (await calls(queue)).get("hgetall", 0)) != seen:
        seen = now
        await asyncio.sleep(0.3)


async def test_a_page_of_the_sweep_costs_the_same_among_any_number(
    queue: JobQueue, store: FolderStore, platform: Recorder
) -> None:
    costs = []
    for count in (100, 1000):
        await queue.redis.flushall()
        await fill(queue, count)
        newest = ask("newest")
        await queue.submit(newest)
        said = len(platform.said)
        async with following(queue, store, platform, replace(QUICK, sweep=0.05)):
            await until(lambda said=said: len(platform.said) > said)  # type: ignore[misc]  # the first round is over
            await asyncio.sleep(0.2)
            before = await calls(queue)
            while (after := await calls(queue))["zadd"] < before["zadd"] + 20:
                await asyncio.sleep(0.05)
        pages = after["zadd"] - before["zadd"]
        costs.append((sum(after.values()) - sum(before.values())) / pages)
    assert costs[1] < 1.3 * costs[0], costs
    assert costs[1] < 250


async def test_a_request_that_no_stream_tells_of_is_found(
    queue: JobQueue, store: FolderStore, platform: Recorder, worker: Worker
) -> None:
    request = ask()
    await queue.submit(request)
    async with following(queue, store, platform):
        await until(lambda: platform.said == ["post test:ana Next in line"], platform.said)
        await answer(queue.redis.hset(keys.request(request.id), "phase", RequestPhase.CANCELLED))
        assert (await ended(queue, request)).phase is RequestPhase.CANCELLED


async def test_lost_streams_are_made_again(
    queue: JobQueue, store: FolderStore, platform: Recorder, worker: Worker
) -> None:
    request = ask()
    await queue.submit(request)
    async with following(queue, store, platform, replace(QUICK, sweep=NEVER)):
        await until(lambda: platform.said == ["post test:ana Next in line"], platform.said)
        await queue.redis.delete(*(keys.changes("test", shard) for shard in ALL_SHARDS))
        await worker.finish(await worker.take())
        await ended(queue, request)
    assert platform.sent == ["test:ana stems-mp3"]


async def test_entries_of_a_dead_front_end_come_to_the_next_one(queue: JobQueue) -> None:
    request, changes = ask(), Changes(queue.redis, "test")
    await changes.open(ALL_SHARDS)
    await queue.submit(request)
    told = await changes.read(ALL_SHARDS, 5)
    assert told is not None
    assert {one.request_id for one in told} == {request.id}
    again = await Changes(queue.redis, "test").open(ALL_SHARDS)
    assert again == told, "unconfirmed"
    await changes.confirm(again)
    assert await changes.open(ALL_SHARDS) == []


async def test_streams_are_cut_and_expire(queue: JobQueue, monkeypatch: pytest.MonkeyPatch) -> None:
    request = ask()
    await queue.submit(request)
    stream = keys.changes("test", shard_of(request.chat))
    assert 0 < await queue.redis.ttl(stream) <= 24 * 3600
    async with queue.redis.pipeline(transaction=False) as pipe:
        for _ in range(12_000):
            pipe.xadd(stream, {"request": request.id})
        await pipe.execute()
    await queue.cancel(request.id)
    assert await queue.redis.xlen(stream) < 10_200
    with pytest.raises(Exception, match="NOGROUP"):
        await queue.redis.xreadgroup(GROUP, "owner", {stream: ">"})


async def test_pages_go_on_after_a_request_that_was_let_go(queue: JobQueue) -> None:
    await fill(queue, 7)
    attended = Attended(queue.redis, "test")
    first = await attended.page(FIRST, 3)
    await queue.redis.zrem(keys.attended("test"), first[0].request_id, first[-1].request_id)
    found = {place.request_id for place in first}
    place = first[-1]
    while page := await attended.page(place, 3):
        found |= {one.request_id for one in page}
        place = page[-1]
    assert len(found) == 7
